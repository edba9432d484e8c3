/** The stream keys of a channel: make, disable, reset, delete. A key is shown once, when it is made or reset. */
import { useSignal } from '@preact/signals';
import type { StreamKeyResource } from '../../../protocol/access.ts';
import { attempt } from '../attempt.ts';
import { told } from '../api/client.ts';
import { api } from '../desk.ts';
import { formatTime } from '../format.ts';
import { may } from '../me.ts';
import { usePages } from '../pager.tsx';
import { announce } from '../ui/announce.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { FormFailure } from '../ui/field.tsx';
import { Empty, Loaded } from '../ui/loaded.tsx';
import { Table } from '../ui/table.tsx';
import { TextField } from '../ui/text-field.tsx';
import { useForm } from '../use-form.ts';
import { PublishSettings } from './publish-settings.tsx';

/** What is being asked about a key. */
type Question = { what: 'reset' | 'delete'; key: StreamKeyResource } | { what: 'new' };

export function StreamKeys({ channel }: { channel: string }) {
  const keysApi = api.channels[':name']['stream-keys'];
  const pages = usePages(channel, () => keysApi.$get({ param: { name: channel } }));
  const question = useSignal<Question | undefined>(undefined);
  const shown = useSignal<string | undefined>(undefined);
  const close = () => question.value = undefined;
  const show = (streamKey: string) => {
    shown.value = streamKey;
    pages.again();
  };
  const setDisabled = (key: StreamKeyResource, disabled: boolean) =>
    attempt(async () => {
      await keysApi[':id'].$patch({ param: { name: channel, id: key.id }, json: { disabled } });
      announce(disabled ? 'Key disabled: whoever publishes with it is dropped' : 'Key enabled');
      pages.again();
    });
  const asked = question.value;
  return (
    <section class='section' aria-labelledby='keys'>
      <div class='row spread'>
        <h2 id='keys'>Stream keys</h2>
        {may('operator') && (
          <button
            type='button'
            class='button'
            onClick={() => question.value = { what: 'new' }}
          >
            New key
          </button>
        )}
      </div>
      <Loaded of={pages}>
        {(keys) =>
          keys.length === 0
            ? (
              <Empty title='No stream key.'>
                <p>Nobody can publish until you make one.</p>
              </Empty>
            )
            : (
              <Table heads={['Key', 'Made', 'State']} actions>
                {keys.map((key) => (
                  <tr key={key.id}>
                    <td>
                      <span class='row-title'>{key.label || 'Stream key'}</span>
                      <span class='quiet small mono'>{key.id}</span>
                    </td>
                    <td class='fits'>{formatTime(key.createdAt)}</td>
                    <td class='whole'>{key.disabled ? <span class='bad'>Disabled</span> : 'Enabled'}</td>
                    <td class='actions whole'>
                      {may('operator') && (
                        <>
                          <button
                            type='button'
                            class='button plain'
                            onClick={() => void setDisabled(key, !key.disabled)}
                          >
                            {key.disabled ? 'Enable' : 'Disable'}
                          </button>
                          <button
                            type='button'
                            class='button plain'
                            onClick={() => question.value = { what: 'reset', key }}
                          >
                            Reset
                          </button>
                          <button
                            type='button'
                            class='button plain'
                            onClick={() => question.value = { what: 'delete', key }}
                          >
                            Delete
                          </button>
                        </>
                      )}
                    </td>
                  </tr>
                ))}
              </Table>
            )}
      </Loaded>
      {asked?.what === 'new' && <NewKey channel={channel} onClose={close} onMade={show} />}
      {asked?.what === 'reset' && (
        <Confirm
          title='Reset this key?'
          act='Reset key'
          onClose={close}
          onConfirm={async () => {
            const made = await told(
              keysApi[':id'].reset.$post({ param: { name: channel, id: asked.key.id } }),
            );
            show(made.streamKey);
          }}
        >
          <p>The old key stops working at once, and an encoder that uses it is dropped.</p>
        </Confirm>
      )}
      {asked?.what === 'delete' && (
        <Confirm
          title='Delete this key?'
          act='Delete key'
          onClose={close}
          onConfirm={async () => {
            await keysApi[':id'].$delete({ param: { name: channel, id: asked.key.id } });
            announce('Key deleted');
            pages.again();
          }}
        >
          <p>An encoder that uses it is dropped. It cannot be brought back.</p>
        </Confirm>
      )}
      {shown.value && (
        <Dialog title='Your new stream key' broad firm onClose={() => shown.value = undefined}>
          <p>It is shown this once: Shoal keeps only its fingerprint.</p>
          <PublishSettings channel={channel} streamKey={shown.value} />
          <div class='row'>
            <button type='button' class='button first' onClick={() => shown.value = undefined}>
              I have copied it
            </button>
          </div>
        </Dialog>
      )}
    </section>
  );
}

interface NewKeyProps {
  channel: string;
  onClose: () => void;
  onMade: (streamKey: string) => void;
}

function NewKey({ channel, onClose, onMade }: NewKeyProps) {
  const form = useForm();
  const label = useSignal('');
  const make = form.submit(async () => {
    const made = await told(
      api.channels[':name']['stream-keys'].$post({
        param: { name: channel },
        json: { label: label.value.trim() },
      }),
    );
    onClose();
    onMade(made.streamKey);
  });
  return (
    <Dialog title='New stream key' onClose={onClose}>
      <form class='stack' onSubmit={make}>
        <TextField
          label='Label'
          name='label'
          value={label}
          maxLength={100}
          failure={form.failure}
          help='Who or what uses it, as “studio B”. Optional.'
        />
        <FormFailure failure={form.failure} fields={['label']} />
        <div class='row'>
          <button type='button' class='button' onClick={onClose}>Cancel</button>
          <button type='submit' class='button first' disabled={form.busy}>Make key</button>
        </div>
      </form>
    </Dialog>
  );
}
