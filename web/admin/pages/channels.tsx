/** All channels: their state, how many watch, and who carries it. */
import { useSignal } from '@preact/signals';
import type { ChannelNews } from '../../../protocol/report.ts';
import { api } from '../desk.ts';
import { counted, formatCount, formatKbps } from '../format.ts';
import { live } from '../live/live.ts';
import { may } from '../me.ts';
import { More, usePages } from '../pager.tsx';
import type { ChannelRow } from '../resources.ts';
import { channelPath } from '../route.ts';
import { Empty, Loaded } from '../ui/loaded.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { SearchBox } from '../ui/search-box.tsx';
import { OffloadBar } from '../ui/source-bar.tsx';
import { Spark } from '../ui/spark.tsx';
import { StateBadge } from '../ui/state-badge.tsx';
import { Table } from '../ui/table.tsx';

export function ChannelsPage() {
  const query = useSignal('');
  const round = live.openings.value + live.book.removals.value;
  const pages = usePages(
    query.value,
    (page) => api.channels.$get({ query: { query: query.value, ...page } }),
    round,
  );
  const news = live.book.news.value;
  const searched = query.value !== '';
  return (
    <>
      <PageHead title='Channels' below={<Summary news={[...news.values()]} />}>
        {may('operator') && <a class='button first' href='/admin/new'>New channel</a>}
      </PageHead>
      <Loaded of={pages}>
        {(rows) =>
          rows.length === 0 && !searched
            ? (
              <Empty title='No channel yet.'>
                <p>
                  A channel is an address to watch and a stream key to push to. Make one, then point OBS at
                  it.
                </p>
              </Empty>
            )
            : (
              <div class='stack'>
                {(rows.length > 8 || searched) && (
                  <div class='row'>
                    <SearchBox
                      label='Search channels'
                      value={query.value}
                      onSearch={(text) => query.value = text}
                    />
                  </div>
                )}
                {rows.length === 0
                  ? <Empty title={`No channel holds “${query.value}”.`} />
                  : <ChannelTable rows={rows.map((row) => ({ ...row, ...news.get(row.name) }))} />}
                <More of={pages} />
              </div>
            )}
      </Loaded>
    </>
  );
}

function Summary({ news }: { news: ChannelNews[] }) {
  const on = news.filter(({ state }) => state === 'live' || state === 'lost');
  if (on.length === 0) return <>Nothing on air.</>;
  const viewers = on.reduce((sum, channel) => sum + channel.viewers, 0);
  return <>{counted(on.length, 'channel')} on air, {counted(viewers, 'viewer')}</>;
}

function ChannelTable({ rows }: { rows: ChannelRow[] }) {
  return (
    <Table
      heads={['Channel', 'State', { number: 'Viewers' }, 'Last minutes', 'Carried by viewers', {
        number: 'Edge sends',
      }]}
    >
      {rows.map((row) => <Row key={row.name} row={row} />)}
    </Table>
  );
}

function Row({ row }: { row: ChannelRow }) {
  const { name, title, state, viewers = 0, egressKbps = 0, offload = null, spark = [] } = row;
  const on = state === 'live' || state === 'lost';
  return (
    <tr>
      <td>
        <a class='row-title' href={channelPath(name)}>{title || name}</a>
        {title !== name && <span class='quiet small'>{name}</span>}
      </td>
      <td class='fits' title={row.reason}>
        <StateBadge state={state} />
      </td>
      <td class={`number${on ? '' : ' wide-only'}`}>
        {on ? formatCount(viewers) : <span class='quiet' aria-label='none'>–</span>}
        <span class='phone-only'>{viewers === 1 ? ' viewer' : ' viewers'}</span>
      </td>
      <td class='wide-only'>{on && <Spark values={spark} label={`${viewers} viewers now`} />}</td>
      <td class='wide-only'>{on && <OffloadBar share={offload} />}</td>
      <td class='number wide-only'>{on && formatKbps(egressKbps)}</td>
    </tr>
  );
}
