/** Others who may sign playback tokens, believed by their public keys. */
import { useSignal } from '@preact/signals';
import { attempt } from '../attempt.ts';
import { api } from '../desk.ts';
import { may } from '../me.ts';
import { usePages } from '../pager.tsx';
import { announce } from '../ui/announce.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { FormFailure } from '../ui/field.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { TextField } from '../ui/text-field.tsx';
import { useForm } from '../use-form.ts';

export function Issuers() {
  const pages = usePages('issuers', () => api.issuers.$get());
  const adding = useSignal(false);
  const remove = (issuer: string) =>
    attempt(async () => {
      await api.issuers.$delete({ query: { issuer } });
      announce(`Tokens of ${issuer} are refused from now on`);
      pages.again();
    });
  return (
    <section class='section' aria-labelledby='issuers'>
      <div class='row spread'>
        <div>
          <h2 id='issuers'>Other issuers</h2>
          <p class='quiet'>Your own login may sign tokens with its own keys, named by their JWKS address.</p>
        </div>
        {may('owner') && (
          <button type='button' class='button' onClick={() => adding.value = true}>Add issuer</button>
        )}
      </div>
      <Loaded of={pages}>
        {(issuers) =>
          issuers.length === 0 ? <p class='quiet'>None: only this Shoal signs.</p> : (
            <ul class='plain-list'>
              {issuers.map(({ issuer, jwksUrl, channels }) => (
                <li key={issuer} class='row spread'>
                  <span>
                    <strong>{issuer}</strong>
                    <span class='quiet small block'>
                      {jwksUrl}, {channels.length === 0 ? 'all channels' : channels.join(', ')}
                    </span>
                  </span>
                  {may('owner') && (
                    <button
                      type='button'
                      class='button plain'
                      onClick={() => void remove(issuer)}
                    >
                      Remove
                    </button>
                  )}
                </li>
              ))}
            </ul>
          )}
      </Loaded>
      {adding.value && (
        <AddIssuer
          onClose={() => adding.value = false}
          onAdded={pages.again}
        />
      )}
    </section>
  );
}

function AddIssuer({ onClose, onAdded }: { onClose: () => void; onAdded: () => void }) {
  const form = useForm();
  const issuer = useSignal('');
  const jwksUrl = useSignal('');
  const channels = useSignal('');
  const add = form.submit(async () => {
    await api.issuers.$put({
      json: {
        issuer: issuer.value.trim(),
        jwksUrl: jwksUrl.value.trim(),
        channels: channels.value.split(/\s+/).filter(Boolean),
      },
    });
    announce('Its tokens are believed from now on');
    onAdded();
    onClose();
  });
  return (
    <Dialog title='Add an issuer' onClose={onClose}>
      <form class='stack' onSubmit={add} noValidate>
        <TextField
          label='Issuer'
          name='issuer'
          value={issuer}
          failure={form.failure}
          help='The iss of its tokens, as https://login.example.com.'
        />
        <TextField
          label='JWKS address'
          name='jwksUrl'
          type='url'
          value={jwksUrl}
          failure={form.failure}
          help='Where its public keys stand.'
        />
        <TextField
          label='Channels'
          name='channels'
          value={channels}
          failure={form.failure}
          help='Names with spaces between them. Empty: all.'
        />
        <FormFailure failure={form.failure} fields={['issuer', 'jwksUrl', 'channels']} />
        <div class='row'>
          <button type='button' class='button' onClick={onClose}>Cancel</button>
          <button type='submit' class='button first' disabled={form.busy}>Add issuer</button>
        </div>
      </form>
    </Dialog>
  );
}
