/** The content keys of a protected channel: which are in use, and changing them at once. Keys themselves never come here. */
import { useSignal } from '@preact/signals';
import { told } from '../api/client.ts';
import { api } from '../desk.ts';
import { formatTime } from '../format.ts';
import { useLoad } from '../load.ts';
import { announce } from '../ui/announce.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Table } from '../ui/table.tsx';

const { keys: keysApi } = api.channels[':name'];

export function ContentKeys({ channel }: { channel: string }) {
  const param = { name: channel };
  const load = useLoad(channel, (signal) => told(keysApi.$get({ param }, { init: { signal } })));
  const asking = useSignal(false);
  const revoke = useSignal(false);
  return (
    <section class='settings-group' aria-labelledby='content-keys'>
      <h2 id='content-keys'>Content keys</h2>
      <div class='stack tight'>
        <p class='quiet'>They change by themselves, as often as the settings above say.</p>
        <Loaded of={load}>
          {({ items }) =>
            items.length === 0
              ? <p>No key yet: the first one comes with the first broadcast.</p>
              : (
                <Table heads={['Key id', 'Holds from']} list={false}>
                  {items.map(({ keyId, startsAt }) => (
                    <tr key={keyId}>
                      <td class='mono'>{keyId}</td>
                      <td class='fits'>{formatTime(startsAt)}</td>
                    </tr>
                  ))}
                </Table>
              )}
        </Loaded>
        <div>
          <button type='button' class='button' onClick={() => asking.value = true}>Change keys now</button>
        </div>
      </div>
      {asking.value && (
        <Confirm
          title='Change the content keys now?'
          act='Change keys'
          onClose={() => asking.value = false}
          onConfirm={async () => {
            await keysApi.rotate.$post({ param, json: { revoke: revoke.value } });
            announce('A new key holds from the next segments on');
            load.again();
          }}
        >
          <div class='stack'>
            <p>
              What was sent stays readable for those who hold its key. Who may watch gets the new one unasked.
            </p>
            <label class='check'>
              <input
                type='checkbox'
                checked={revoke.value}
                onChange={(event) => revoke.value = event.currentTarget.checked}
              />
              Throw away the key to come as well: viewers hold it already. Every viewer then asks for a
              license at once.
            </label>
          </div>
        </Confirm>
      )}
    </section>
  );
}
