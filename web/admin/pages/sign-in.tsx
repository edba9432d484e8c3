/** Signing in with the admin token, or with an admin JWT that was issued under Team. */
import { useSignal } from '@preact/signals';
import { apiClient, type ApiFailure } from '../api/client.ts';
import { session } from '../desk.ts';
import { asFailure } from '../load.ts';
import { Brand } from '../ui/brand.tsx';
import { usePageTitle } from '../ui/page-head.tsx';

export function SignInPage() {
  usePageTitle('Sign in');
  const token = useSignal('');
  const busy = useSignal(false);
  const failure = useSignal<ApiFailure | undefined>(undefined);
  const wrong = failure.value && wordsFor(failure.value);
  const signIn = async (event: Event) => {
    event.preventDefault();
    const given = token.value.trim();
    busy.value = true;
    failure.value = undefined;
    try {
      await apiClient({ token: () => given, onUnauthorized() {} }).me.$get();
      session.signIn(given);
    } catch (error) {
      failure.value = asFailure(error);
    } finally {
      busy.value = false;
    }
  };
  return (
    <main class='sign-in'>
      <form onSubmit={(event) => void signIn(event)}>
        <Brand />
        <h1>Sign in</h1>
        {session.ended.value && <p class='notice' role='status'>{session.ended.value}</p>}
        <div class='field'>
          <label for='token'>Admin token</label>
          <input
            id='token'
            type='password'
            autocomplete='current-password'
            spellcheck={false}
            required
            autofocus
            value={token.value}
            aria-invalid={wrong !== undefined}
            aria-describedby='token-help token-wrong'
            onInput={(event) => token.value = event.currentTarget.value}
          />
          <p class='wrong' id='token-wrong' role='alert'>{wrong}</p>
          <p class='help' id='token-help'>
            <code>deno task start</code> prints a link that signs you in. Elsewhere it is{' '}
            <code>SHOAL_ADMIN_TOKEN</code>{' '}
            of the edge, or a token that an owner made for you under Team. It stays in this tab.
          </p>
        </div>
        <button type='submit' class='button first' disabled={busy.value}>
          {busy.value ? 'Signing in …' : 'Sign in'}
        </button>
      </form>
    </main>
  );
}

function wordsFor(failure: ApiFailure): string {
  return failure.status === 401 ? 'The edge does not accept this token.' : failure.message;
}
