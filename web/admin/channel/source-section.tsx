/** Cooperation: another Shoal's channel as the input of this one. */
import { useSignal } from '@preact/signals';
import type { SourceResource } from '../../../protocol/source.ts';
import { told } from '../api/client.ts';
import { api } from '../desk.ts';
import { formatTime } from '../format.ts';
import { useLoad } from '../load.ts';
import { announce } from '../ui/announce.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { FormFailure } from '../ui/field.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { TextField } from '../ui/text-field.tsx';
import { useForm } from '../use-form.ts';

const { source: sourceApi } = api.channels[':name'];

export function SourceSection({ channel }: { channel: string }) {
  const param = { name: channel };
  const load = useLoad(channel, (signal) => told(sourceApi.$get({ param }, { init: { signal } })));
  const asked = useSignal<'set' | 'remove' | undefined>(undefined);
  const close = () => asked.value = undefined;
  return (
    <section class='section' aria-labelledby='source'>
      <div>
        <h2 id='source'>Another Shoal as input</h2>
        <p class='quiet'>
          In place of an encoder: the channel shows what a channel elsewhere broadcasts. It costs the other
          side one copy, whatever your audience.
        </p>
      </div>
      <Loaded of={load}>
        {({ source }) => (
          <>
            {source && <Source source={source} />}
            <div class='row'>
              <button type='button' class='button' onClick={() => asked.value = 'set'}>
                {source ? 'Change input' : 'Set input'}
              </button>
              {source && (
                <button type='button' class='button plain' onClick={() => asked.value = 'remove'}>
                  Remove input
                </button>
              )}
            </div>
          </>
        )}
      </Loaded>
      {asked.value === 'set' && (
        <SourceDialog
          channel={channel}
          url={load.value?.source?.url ?? ''}
          onClose={close}
          onSaved={load.again}
        />
      )}
      {asked.value === 'remove' && (
        <Confirm
          title='Remove this input?'
          act='Remove input'
          onClose={close}
          onConfirm={async () => {
            await sourceApi.$delete({ param });
            announce('The input is removed');
            load.again();
          }}
        >
          <p>The broadcast that comes from it ends. An encoder may publish again.</p>
        </Confirm>
      )}
    </section>
  );
}

function Source({ source: { url, hasToken, createdAt } }: { source: SourceResource }) {
  return (
    <p>
      <a href={url} target='_blank' rel='noopener'>{url}</a>
      <span class='quiet small block'>
        Set {formatTime(createdAt)},{' '}
        {hasToken ? 'with a token of theirs' : 'without a token'}. This channel is live while that one is.
      </span>
    </p>
  );
}

interface SourceDialogProps {
  channel: string;
  /** What is set now, or empty. */
  url: string;
  onClose: () => void;
  onSaved: () => void;
}

function SourceDialog({ channel, url: before, onClose, onSaved }: SourceDialogProps) {
  const form = useForm();
  const url = useSignal(before);
  const token = useSignal('');
  const save = form.submit(async () => {
    const given = token.value.trim();
    await sourceApi.$put({
      param: { name: channel },
      json: { url: url.value.trim(), ...(given ? { token: given } : {}) },
    });
    announce('The input is set: it is on air as soon as theirs is');
    onSaved();
    onClose();
  });
  return (
    <Dialog title='Another Shoal as input' onClose={onClose}>
      <form class='stack' onSubmit={save} noValidate>
        <TextField
          label='Their watch page'
          name='url'
          type='url'
          value={url}
          failure={form.failure}
          placeholder='https://other.example/watch/name'
          help='The address of the channel over there. A protected (encrypted) channel cannot be taken.'
        />
        <TextField
          label='Playback token'
          name='token'
          mono
          lines={3}
          value={token}
          failure={form.failure}
          help='One that they made for you, where their channel wants one. Kept sealed, and never shown again.'
        />
        <FormFailure failure={form.failure} fields={['url', 'token']} />
        <div class='row'>
          <button type='button' class='button' onClick={onClose}>Cancel</button>
          <button type='submit' class='button first' disabled={form.busy}>Set input</button>
        </div>
      </form>
    </Dialog>
  );
}
