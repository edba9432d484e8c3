/** Who may not watch this channel. */
import { attempt } from '../attempt.ts';
import { api } from '../desk.ts';
import { formatTime } from '../format.ts';
import { may } from '../me.ts';
import { More, usePages } from '../pager.tsx';
import { shortId } from '../swarm/short-id.ts';
import { announce } from '../ui/announce.tsx';
import { Empty, Loaded } from '../ui/loaded.tsx';
import { Table } from '../ui/table.tsx';

export function BanList({ channel }: { channel: string }) {
  const { bans } = api.channels[':name'];
  const pages = usePages(channel, (query) => bans.$get({ param: { name: channel }, query }));
  const lift = (id: string) =>
    attempt(async () => {
      await bans[':id'].$delete({ param: { name: channel, id } });
      announce('The ban is lifted');
      pages.again();
    });
  return (
    <>
      <Loaded of={pages}>
        {(items) =>
          items.length === 0
            ? <Empty title='Nobody is banned.' />
            : (
              <Table heads={['Viewer', 'Reason', 'Since', 'Until', 'By']} actions>
                {items.map((ban) => (
                  <tr key={ban.id}>
                    <td>
                      <span class='row-title'>{ban.viewer ?? shortId(ban.peerId ?? ban.id)}</span>
                    </td>
                    <td class='whole'>{ban.reason || <span class='quiet'>none given</span>}</td>
                    <td class='fits wide-only'>{formatTime(ban.createdAt)}</td>
                    <td class='fits'>{ban.endsAt ? formatTime(ban.endsAt) : 'it is lifted'}</td>
                    <td class='wide-only'>{ban.by}</td>
                    <td class='actions'>
                      {may('operator') && (
                        <button
                          type='button'
                          class='button plain little'
                          onClick={() => void lift(ban.id)}
                        >
                          Lift
                        </button>
                      )}
                    </td>
                  </tr>
                ))}
              </Table>
            )}
      </Loaded>
      <More of={pages} />
    </>
  );
}
