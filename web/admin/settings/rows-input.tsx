/** The input of a list of rows: a line a row, ready-made rows to add, and the rule that a row breaks below it. */
import { useId } from 'preact/hooks';
import type { ApiFailure } from '../api/client.ts';
import { ruleOf } from '../ui/field.tsx';
import { focusNamed } from '../ui/focus-field.ts';
import type { RowsKind } from './field-kind.ts';
import { type RowsText, textOf } from './texts.ts';
import { rowsIn, type TextRow } from './values.ts';

interface RowsInputProps {
  name: string;
  kind: RowsKind;
  /** The rows as JSON, see TextRow. */
  text: string;
  failure: ApiFailure | undefined;
  onText: (text: string) => void;
}

export function RowsInput({ name: setting, kind, text, failure, onText }: RowsInputProps) {
  const id = useId();
  const name = `settings.${setting}`;
  const { label, help, rows: words } = textOf(setting);
  if (!words) throw new Error(`${setting}: say in texts.ts what its rows are`);
  const rows = rowsIn(text);
  const put = (rows: TextRow[]) => onText(JSON.stringify(rows));
  return (
    <fieldset class='field' name={name} tabIndex={-1} aria-describedby={`${id}-help`}>
      <legend>{label}</legend>
      {rows.length === 0 ? <p>{words.none}</p> : (
        <ol class='input-rows'>
          {rows.map((row, i) => (
            <Row
              key={i}
              name={`${name}.${i}`}
              title={`${words.one} ${i + 1}`}
              isFirst={i === 0}
              kind={kind}
              words={words}
              row={row}
              failure={failure}
              onRow={(row) => put(rows.with(i, row))}
              onRemove={() => {
                put(rows.toSpliced(i, 1));
                focusNamed(name);
              }}
            />
          ))}
        </ol>
      )}
      {failure?.field === name && <p class='wrong' role='alert'>{ruleOf(failure)}</p>}
      <AddRow name={name} kind={kind} words={words} rows={rows} onRows={put} />
      <p class='help' id={`${id}-help`}>{help}</p>
    </fieldset>
  );
}

interface RowProps {
  /** As a refusal begins that names one of its columns. */
  name: string;
  /** For who does not see where it stands. */
  title: string;
  /** The first row shows what the columns are. */
  isFirst: boolean;
  kind: RowsKind;
  words: RowsText;
  row: TextRow;
  failure: ApiFailure | undefined;
  onRow: (row: TextRow) => void;
  onRemove: () => void;
}

function Row({ name, title, isFirst, kind, words, row, failure, onRow, onRemove }: RowProps) {
  const id = useId();
  const wrong = kind.columns.find((column) => failure?.field === `${name}.${column.name}`);
  return (
    <li>
      <div class='input-row'>
        {kind.columns.map(({ name: column, kind: { step, min, max } }) => {
          const { label, unit } = words.columns[column]!;
          return (
            <div key={column}>
              {isFirst && <label class='small quiet block' for={`${id}-${column}`}>{label}</label>}
              <div class='field-input'>
                <input
                  id={`${id}-${column}`}
                  name={`${name}.${column}`}
                  type='number'
                  inputMode='numeric'
                  step={step ?? 1}
                  min={min}
                  max={max}
                  aria-label={`${label} of ${title}`}
                  aria-invalid={wrong?.name === column}
                  aria-describedby={wrong?.name === column ? `${id}-wrong` : undefined}
                  value={row[column]}
                  onInput={(event) => onRow({ ...row, [column]: event.currentTarget.value })}
                />
                <span class='quiet'>{unit}</span>
              </div>
            </div>
          );
        })}
        <button type='button' class='button plain' aria-label={`Remove ${title}`} onClick={onRemove}>
          Remove
        </button>
      </div>
      {wrong && failure && (
        <p class='wrong' id={`${id}-wrong`} role='alert'>
          {words.columns[wrong.name]!.label} {ruleOf(failure)}
        </p>
      )}
    </li>
  );
}

interface AddRowProps {
  name: string;
  kind: RowsKind;
  words: RowsText;
  rows: TextRow[];
  onRows: (rows: TextRow[]) => void;
}

/** Ready-made rows that are not there yet, and one to fill in. The list stays sorted, largest first. */
function AddRow({ name, kind: { columns, most }, words, rows, onRows }: AddRowProps) {
  if (rows.length >= most) return <p class='help'>{most} are the most.</p>;
  const first = columns[0]!.name;
  const has = (preset: TextRow) => rows.some((row) => row[first] === preset[first]);
  return (
    <div class='row' role='group' aria-label={`Add a ${words.one}`}>
      {Object.entries(words.presets).filter(([, preset]) => !has(preset)).map(([title, preset]) => (
        <button
          key={title}
          type='button'
          class='button little'
          onClick={() => {
            onRows([...rows, preset].toSorted((a, b) => Number(b[first]) - Number(a[first])));
            focusNamed(name);
          }}
        >
          Add {title}
        </button>
      ))}
      <button
        type='button'
        class='button plain little'
        onClick={() => {
          onRows([...rows, Object.fromEntries(columns.map(({ name }) => [name, '']))]);
          focusNamed(`${name}.${rows.length}.${first}`);
        }}
      >
        Add another
      </button>
    </div>
  );
}
