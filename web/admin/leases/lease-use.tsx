/** What was used of a lease, day by day. */
import type { LeaseResource } from '../../../protocol/lease.ts';
import { told } from '../api/client.ts';
import { attempt } from '../attempt.ts';
import { api } from '../desk.ts';
import { formatBytes, formatCount, formatSpan } from '../format.ts';
import { useLoad } from '../load.ts';
import { saveFile } from '../save-file.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Empty, Loaded } from '../ui/loaded.tsx';
import { Table } from '../ui/table.tsx';

const { use, 'use.csv': csv } = api.leases[':id'];

export function LeaseUseDialog({ lease, onClose }: { lease: LeaseResource; onClose: () => void }) {
  const param = { id: lease.id };
  const load = useLoad(lease.id, (signal) => told(use.$get({ param }, { init: { signal } })));
  const download = () =>
    attempt(async () => {
      const answer = await csv.$get({ param });
      saveFile(await answer.blob(), `lease-${lease.id}.csv`);
    });
  return (
    <Dialog title={`Use of ${lease.channel} by ${lease.tenant}`} broad onClose={onClose}>
      <Loaded of={load}>
        {({ days }) =>
          days.length === 0 ? <Empty title='Nobody has watched by this lease yet.' /> : (
            <Table
              heads={['Day (UTC)', { number: 'Visits' }, { number: 'Most at once' }, { number: 'Watched' }, {
                number: 'Delivered',
              }]}
              list={false}
            >
              {days.map((day) => (
                <tr key={day.day}>
                  <td class='fits'>{day.day}</td>
                  <td class='number'>{formatCount(day.visits)}</td>
                  <td class='number'>{formatCount(day.peakViewers)}</td>
                  <td class='number'>{formatSpan(day.viewerSeconds * 1000)}</td>
                  <td class='number'>{formatBytes(day.deliveredBytes)}</td>
                </tr>
              ))}
            </Table>
          )}
      </Loaded>
      <div class='row'>
        <button type='button' class='button' onClick={() => void download()}>Export CSV</button>
        <button type='button' class='button first' onClick={onClose}>Done</button>
      </div>
    </Dialog>
  );
}
