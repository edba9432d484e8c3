/** Who changed what. */
import { useSignal } from '@preact/signals';
import type { AuditEntry } from '../../../protocol/audit.ts';
import { api } from '../desk.ts';
import { formatTime } from '../format.ts';
import { More, usePages } from '../pager.tsx';
import { Empty, Loaded } from '../ui/loaded.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { SearchBox } from '../ui/search-box.tsx';
import { Table } from '../ui/table.tsx';

export function AuditPage() {
  const query = useSignal('');
  const pages = usePages(query.value, (page) => api.audit.$get({ query: { query: query.value, ...page } }));
  return (
    <>
      <PageHead
        title='Audit log'
        below='Every change that was asked for, and what came of it. Secrets never stand here.'
      />
      <div class='row'>
        <SearchBox label='Search who or what' value={query.value} onSearch={(text) => query.value = text} />
      </div>
      <Loaded of={pages}>
        {(entries) =>
          entries.length === 0
            ? <Empty title={query.value ? `Nothing holds “${query.value}”.` : 'Nothing was changed yet.'} />
            : (
              <Table heads={['When', 'Who', 'What', 'Fields', 'Outcome']}>
                {entries.map((entry) => <Row key={entry.id} entry={entry} />)}
              </Table>
            )}
      </Loaded>
      <More of={pages} />
    </>
  );
}

function Row({ entry }: { entry: AuditEntry }) {
  const fine = entry.status < 400;
  return (
    <tr>
      <td class='fits'>{formatTime(entry.at)}</td>
      <td class='fits'>
        {entry.subject} <span class='quiet small'>{entry.role}</span>
      </td>
      <td class='whole'>
        <code>{entry.method} {entry.resource}</code>
      </td>
      <td class='whole audit-what'>
        <code class='quiet'>{entry.what}</code>
      </td>
      <td class='fits' title={`Request ${entry.requestId}`}>
        {fine ? 'Done' : <span class='bad'>Refused ({entry.status})</span>}
      </td>
    </tr>
  );
}
