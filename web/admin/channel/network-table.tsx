/** Viewers by provider or by public address: who sits in the same house, and what that saved. */
import { useSignal } from '@preact/signals';
import type { IpPolicy } from '../../../protocol/channel.ts';
import { told } from '../api/client.ts';
import { api } from '../desk.ts';
import { formatBytes, formatCount } from '../format.ts';
import { live } from '../live/live.ts';
import { useLoad } from '../load.ts';
import { Choice } from '../ui/choice.tsx';
import { Empty, Loaded } from '../ui/loaded.tsx';
import { SourceBar } from '../ui/source-bar.tsx';
import { Table } from '../ui/table.tsx';
import { kindOfAddress, noAddress } from './address.ts';

const BY = { address: 'Public address', network: 'Provider' } as const;

export function NetworkTable({ channel, policy }: { channel: string; policy: IpPolicy }) {
  const missing = noAddress(policy);
  const by = useSignal<keyof typeof BY>('address');
  const load = useLoad(
    `${channel} ${by.value}`,
    (signal) =>
      told(
        api.channels[':name'].networks.$get({ param: { name: channel }, query: { by: by.value } }, {
          init: { signal },
        }),
      ),
    live.book.steps.value,
  );
  return (
    <>
      <div>
        <Choice label='Group by' options={BY} value={by.value} onChoose={(to) => by.value = to} />
      </div>
      <Loaded of={load}>
        {({ items, shards, shardsAsked }) =>
          items.length === 0 ? <Empty title='Nobody is watching.' /> : (
            <>
              <Table
                heads={[BY[by.value], { number: 'Viewers' }, 'Sources', { number: 'Inside the network' }, {
                  number: 'From the edge',
                }]}
              >
                {items.map((row) => (
                  <tr key={row.key + row.country}>
                    <td>
                      <span class='row-title' title={row.key ? undefined : missing.why}>
                        {row.key || (by.value === 'address' ? missing.word : 'not known')}
                      </span>
                      <span class='quiet small'>
                        {[kindOfAddress(row.key), row.country].filter(Boolean).join(', ')}
                      </span>
                    </td>
                    <td class='number'>{formatCount(row.viewers)}</td>
                    <td class='whole'>
                      <SourceBar
                        thin
                        sources={{
                          lan: row.lanBytes,
                          peer: row.peerBytes,
                          turn: row.turnBytes,
                          edge: row.edgeBytes,
                        }}
                      />
                    </td>
                    <td class='number whole'>
                      {row.lanShare === null
                        ? '–'
                        : `${Math.floor(row.lanShare * 100)} %, ${formatBytes(row.lanBytes)}`}
                    </td>
                    <td class='number wide-only'>{formatBytes(row.edgeBytes)}</td>
                  </tr>
                ))}
              </Table>
              {policy !== 'none' && items.every(({ key }) => key === '') && (
                <p class='quiet small'>{missing.why}</p>
              )}
              {shardsAsked < shards && (
                <p class='quiet small'>A sample: {shardsAsked} of {shards} shards were asked.</p>
              )}
            </>
          )}
      </Loaded>
    </>
  );
}
