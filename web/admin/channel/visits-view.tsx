/** Who watched: searched by time and field, with the columns somebody wants, and as CSV. */
import { type Signal, useSignal } from '@preact/signals';
import { VISIT_FIELDS, type VisitRow } from '../../../protocol/report.ts';
import { api, session } from '../desk.ts';
import { download } from '../download.ts';
import { More, type Pages, usePages } from '../pager.tsx';
import { Empty, Loaded } from '../ui/loaded.tsx';
import { SearchBox } from '../ui/search-box.tsx';
import type { ViewProps } from './channel-page.tsx';
import { ColumnChoice } from './column-choice.tsx';
import { csvColumns, FIELD_NAMES, keepColumns, keptColumns, VISIT_COLUMNS } from './visit-columns.ts';
import { SPANS, timeAsked, type VisitTime } from './visit-time.ts';

export function VisitsView({ channel: { name, settings } }: ViewProps) {
  const time = useSignal<VisitTime>({ span: '7', from: '', to: '' });
  const field = useSignal<typeof VISIT_FIELDS[number] | 'query'>('query');
  const text = useSignal('');
  const columns = useSignal(keptColumns(localStorage));
  const question = {
    ...timeAsked(time.value, Date.now()),
    ...(text.value === '' ? {} : { [field.value]: text.value }),
  };
  const { visits } = api.channels[':name'];
  const param = { name };
  const pages = usePages(
    name + JSON.stringify(question),
    (page) => visits.$get({ param, query: { ...question, ...page } }),
  );
  const exportCsv = () => {
    const query = new URLSearchParams({ ...question, columns: csvColumns(columns.value) });
    download(`/api/channels/${name}/visits.csv?${query}`, session.token ?? '');
  };
  return (
    <div class='stack'>
      <div class='row spread'>
        <div class='row'>
          <TimeChoice time={time} />
          <select
            aria-label='Search in'
            value={field.value}
            onChange={(event) => field.value = event.currentTarget.value as typeof field.value}
          >
            <option value='query'>Any field</option>
            {VISIT_FIELDS.map((one) => <option key={one} value={one}>{FIELD_NAMES[one]}</option>)}
          </select>
          <SearchBox label='Search visits' value={text.value} onSearch={(to) => text.value = to} />
        </div>
        <div class='row'>
          <ColumnChoice
            chosen={columns.value}
            onChoose={(names) => {
              columns.value = names;
              keepColumns(localStorage, names);
            }}
          />
          <button type='button' class='button' onClick={exportCsv}>Export CSV</button>
        </div>
      </div>
      <VisitTable pages={pages} columns={columns.value} searched={text.value} />
      <p class='quiet small'>
        A visit is written when it ends. {settings.visitDays === 0
          ? 'This channel keeps none.'
          : `Visits are kept for ${settings.visitDays} days.`} Addresses are {settings.ipPolicy === 'full'
          ? 'kept in full'
          : settings.ipPolicy === 'masked'
          ? 'masked'
          : 'not kept'}.
      </p>
    </div>
  );
}

function TimeChoice({ time }: { time: Signal<VisitTime> }) {
  const change = (part: Partial<VisitTime>) => time.value = { ...time.value, ...part };
  return (
    <>
      <select
        aria-label='Time'
        value={time.value.span}
        onChange={(event) => change({ span: event.currentTarget.value as VisitTime['span'] })}
      >
        {SPANS.map(([value, words]) => <option key={value} value={value}>{words}</option>)}
      </select>
      {time.value.span === 'between' && (['from', 'to'] as const).map((end) => (
        <input
          key={end}
          type='datetime-local'
          aria-label={end === 'from' ? 'From' : 'Until'}
          value={time.value[end]}
          onChange={(event) => change({ [end]: event.currentTarget.value })}
        />
      ))}
    </>
  );
}

interface VisitTableProps {
  pages: Pages<VisitRow>;
  columns: string[];
  searched: string;
}

function VisitTable({ pages, columns, searched }: VisitTableProps) {
  const shown = VISIT_COLUMNS.filter(({ name }) => columns.includes(name));
  return (
    <>
      <Loaded of={pages}>
        {(rows) =>
          rows.length === 0
            ? <Empty title={searched ? `No visit matches “${searched}”.` : 'No visit in this time.'} />
            : (
              <div class='table-frame' tabIndex={0} role='region' aria-label='Visits'>
                <table class='dense'>
                  <thead>
                    <tr>
                      {shown.map(({ name, title, number }) => (
                        <th key={name} class={number ? 'number' : ''}>{title}</th>
                      ))}
                    </tr>
                  </thead>
                  <tbody>
                    {rows.map((row) => (
                      <tr key={row.peerId}>
                        {shown.map(({ name, show, number }) => (
                          <td key={name} class={number ? 'number' : 'fits'}>{show(row)}</td>
                        ))}
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
      </Loaded>
      <More of={pages} />
    </>
  );
}
