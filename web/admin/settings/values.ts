/** A settings form's values: what stands in the inputs, what that means, and which rule it breaks. */
import * as v from 'valibot';
import { ChannelSettings } from '../../../protocol/channel.ts';
import { ApiFailure } from '../api/client.ts';
import type { FieldKind, SettingField } from './field-kind.ts';

/** A row of a list as it stands in its inputs, by column; a field's text holds its rows as JSON. */
export type TextRow = Record<string, string>;

export function rowsIn(text: string): TextRow[] {
  return JSON.parse(text);
}

/** What stands in an input. */
export function shownValue(value: unknown, kind: FieldKind): string {
  if (kind.kind === 'lines') return Array.isArray(value) ? value.join('\n') : '';
  if (kind.kind === 'rows') {
    return JSON.stringify(((value ?? []) as Record<string, unknown>[]).map((row) => {
      return Object.fromEntries(kind.columns.map(({ name, kind }) => [name, shownValue(row[name], kind)]));
    }));
  }
  if (value === null || value === undefined) return kind.kind === 'number' ? '' : 'null';
  return String(value);
}

/** What an input's text means. Text that means nothing comes back as it is, for the schema to refuse. */
export function readValue(text: string, kind: FieldKind): unknown {
  switch (kind.kind) {
    case 'number':
      if (text.trim() === '') return kind.nullable ? null : '';
      return Number.isFinite(Number(text)) ? Number(text) : text;
    case 'switch':
      return text === 'null' ? null : text === 'true';
    case 'choice':
    case 'text':
      return text === 'null' && kind.nullable ? null : text;
    case 'lines':
      return text.split('\n').map((line) => line.trim()).filter(Boolean);
    case 'rows':
      return rowsIn(text).map((row) => {
        return Object.fromEntries(
          kind.columns.map(({ name, kind }) => [name, readValue(row[name] ?? '', kind)]),
        );
      });
  }
}

/** The first rule that settings break, in the shape of a refusal by the API. */
export function brokenRule(settings: Record<string, unknown>): ApiFailure | undefined {
  const parsed = v.safeParse(ChannelSettings, settings);
  if (parsed.success) return undefined;
  const [issue] = parsed.issues;
  const path = (issue.path ?? []).map(({ key }) => key);
  // A line of a list has no input of its own; a number of a row has.
  if (typeof path.at(-1) === 'number') path.pop();
  return new ApiFailure(0, 'bad-field', ruleIn(issue), ['settings', ...path].join('.'));
}

/** The names of a field's inputs, as a refusal names them. */
export function inputNames({ name, kind }: SettingField): string[] {
  const own = `settings.${name}`;
  if (kind.kind !== 'rows') return [own];
  return [
    own,
    ...Array.from({ length: kind.most }, (_, i) => kind.columns.map((column) => `${own}.${i}.${column.name}`))
      .flat(),
  ];
}

interface Issue {
  type: string;
  message: string;
  requirement?: unknown;
}

/** A rule in plain words, where the schema's own are for programs. */
export function ruleIn({ type, message, requirement }: Issue): string {
  switch (type) {
    case 'min_value':
      return `must be at least ${requirement}`;
    case 'max_value':
      return `must be at most ${requirement}`;
    case 'integer':
      return 'must be a whole number';
    case 'number':
      return 'must be a number';
    default:
      return message;
  }
}

/** What differs: only that is sent, so that two people may edit different fields at a time. */
export function changes(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(after).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])),
  );
}
