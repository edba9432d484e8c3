/** Who is signed in: the bearer token of this tab, kept in sessionStorage and nowhere else. */
import { computed, signal } from '@preact/signals';

const NAME = 'shoal-admin-token';

/** The part of Storage that is used. */
export type TokenStore = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export class Session {
  readonly #store: TokenStore;
  readonly #token = signal<string | undefined>(undefined);
  /** Why the last session ended, for the sign-in page. */
  readonly ended = signal('');
  readonly signedIn = computed(() => this.#token.value !== undefined);

  constructor(store: TokenStore) {
    this.#store = store;
    this.#token.value = store.getItem(NAME) ?? undefined;
  }

  get token(): string | undefined {
    return this.#token.peek();
  }

  signIn(token: string): void {
    this.#store.setItem(NAME, token);
    this.ended.value = '';
    this.#token.value = token;
  }

  /** @param why Shown on the sign-in page; empty when the admin asked for it. */
  signOut(why = ''): void {
    this.#store.removeItem(NAME);
    this.ended.value = why;
    this.#token.value = undefined;
  }
}

/**
 * The token of a sign-in link, `/admin#token=…`: what follows `#` is sent to no server and stands in no log.
 * Undefined when there is none.
 */
export function tokenInFragment(hash: string): string | undefined {
  return new URLSearchParams(hash.replace(/^#/, '')).get('token') || undefined;
}
