/** Who watches now, a row a viewer, with kick and ban. */
import { useSignal } from '@preact/signals';
import type { IpPolicy } from '../../../protocol/channel.ts';
import type { ViewerRow } from '../../../protocol/report.ts';
import { api } from '../desk.ts';
import { formatBytes, formatMs, formatSpan } from '../format.ts';
import { live } from '../live/live.ts';
import { may } from '../me.ts';
import { More, usePages } from '../pager.tsx';
import { shortId } from '../swarm/short-id.ts';
import { Empty, Loaded } from '../ui/loaded.tsx';
import { SearchBox } from '../ui/search-box.tsx';
import { SourceBar } from '../ui/source-bar.tsx';
import { Table } from '../ui/table.tsx';
import { kindOfAddress, noAddress } from './address.ts';
import { DEVICE_NAMES } from './device-names.ts';
import { Expel, type Expulsion } from './expel.tsx';

export function ViewerTable({ channel, policy }: { channel: string; policy: IpPolicy }) {
  const query = useSignal('');
  const question = useSignal<Expulsion | undefined>(undefined);
  const figures = live.book.figures.value.at(-1);
  // Asked again when somebody came or went, and when new reports are in.
  const round = live.book.steps.value * 1_000_000 + (figures?.viewers ?? 0);
  const search = query.value;
  const pages = usePages(
    `${channel} ${search}`,
    (page) =>
      api.channels[':name'].viewers.$get({ param: { name: channel }, query: { query: search, ...page } }),
    round,
  );
  return (
    <>
      <div class='row'>
        <SearchBox
          label='Search viewers'
          value={query.value}
          onSearch={(text) => query.value = text}
        />
      </div>
      <Loaded of={pages}>
        {(rows) =>
          rows.length === 0
            ? <Empty title={query.value ? `No viewer matches “${query.value}”.` : 'Nobody is watching.'} />
            : (
              <Rows
                rows={rows}
                policy={policy}
                onExpel={(what, viewer) => question.value = { what, viewer }}
              />
            )}
      </Loaded>
      <More of={pages} />
      {question.value && (
        <Expel
          channel={channel}
          expulsion={question.value}
          onClose={() => question.value = undefined}
          onDone={pages.again}
        />
      )}
    </>
  );
}

interface TableProps {
  rows: ViewerRow[];
  policy: IpPolicy;
  onExpel: (what: Expulsion['what'], viewer: ViewerRow) => void;
}

function Rows({ rows, ...props }: TableProps) {
  return (
    <Table
      heads={['Viewer', 'From', 'Device', 'Sources', { number: 'Received' }, { number: 'Gave' }, {
        number: 'Behind live',
      }, { number: 'Stalls' }]}
      actions
    >
      {rows.map((row) => <Row key={row.peerId} row={row} {...props} />)}
    </Table>
  );
}

function Row({ row, policy, onExpel }: Omit<TableProps, 'rows'> & { row: ViewerRow }) {
  const sources = { lan: row.lanBytes, peer: row.peerBytes, turn: row.turnBytes, edge: row.edgeBytes };
  const received = sources.lan + sources.peer + sources.turn + sources.edge;
  const name = row.viewer || shortId(row.peerId);
  const missing = noAddress(policy);
  return (
    <tr>
      <td>
        <span class={`row-title${row.viewer ? '' : ' mono'}`}>{name}</span>
        <span class='quiet small'>
          {row.role !== 'viewer' && `${row.role}, `}for {formatSpan(Date.now() - row.since)}
        </span>
      </td>
      <td>
        {row.address || <span class='quiet' title={missing.why}>{missing.word}</span>}
        <span class='quiet small block'>
          {[kindOfAddress(row.address), row.country, row.network].filter(
            Boolean,
          ).join(', ')}
        </span>
      </td>
      <td class='wide-only'>
        {DEVICE_NAMES[row.device]}
        <span class='quiet small block'>{row.browser}</span>
      </td>
      <td>
        {received > 0 ? <SourceBar sources={sources} thin /> : <span class='quiet'>–</span>}
      </td>
      <td class='number wide-only'>{formatBytes(received)}</td>
      <td class='number wide-only'>{formatBytes(row.uploadBytes)}</td>
      <td class='number wide-only'>{row.latencyMs === null ? '–' : formatMs(row.latencyMs)}</td>
      <td class='number wide-only'>{row.stalls}</td>
      <td class='actions'>
        {may('operator') && (
          <>
            <button
              type='button'
              class='button plain little'
              aria-label={`Kick ${name}`}
              onClick={() => onExpel('kick', row)}
            >
              Kick
            </button>
            <button
              type='button'
              class='button plain little'
              aria-label={`Ban ${name}`}
              onClick={() => onExpel('ban', row)}
            >
              Ban
            </button>
          </>
        )}
      </td>
    </tr>
  );
}
