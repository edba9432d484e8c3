/** What a settings schema says of its fields, so that the form is made from it and no rule is written twice. */
import { ChannelSettings } from '../../../protocol/channel.ts';

/** A number's rules; `step` is the distance of the values that it may have. */
export interface NumberKind {
  kind: 'number';
  integer: boolean;
  step?: number;
  min?: number;
  max?: number;
  nullable: boolean;
}

/** A list of up to `most` rows, each a few numbers. */
export interface RowsKind {
  kind: 'rows';
  columns: { name: string; kind: NumberKind }[];
  most: number;
}

/** How one field is edited. `nullable`: it may be left empty, which means null. */
export type FieldKind =
  | NumberKind
  | RowsKind
  | { kind: 'choice'; options: string[]; nullable: boolean }
  | { kind: 'switch'; nullable: boolean }
  | { kind: 'text'; nullable: boolean }
  | { kind: 'lines' };

export interface SettingField {
  name: keyof ChannelSettings;
  kind: FieldKind;
  /** What holds when nobody says otherwise. */
  standard: unknown;
}

/** The part of a valibot schema that is read. */
interface Schema {
  type: string;
  wrapped?: Schema;
  default?: unknown;
  pipe?: { type: string; requirement?: unknown }[];
  options?: unknown[];
  item?: Schema;
  entries?: Record<string, Schema>;
}

/** Every channel setting, in the order of the schema. */
export const SETTING_FIELDS: SettingField[] = Object.entries(
  ChannelSettings.entries as unknown as Record<string, Schema>,
).map(([name, schema]) => ({
  name: name as keyof ChannelSettings,
  kind: kindOf(schema),
  standard: schema.default,
}));

/** Throws Error for a schema that no input is made for. */
export function kindOf(schema: Schema): FieldKind {
  if (schema.type === 'optional' && schema.wrapped) return kindOf(schema.wrapped);
  if (schema.type === 'nullable' && schema.wrapped) {
    const inner = kindOf(schema.wrapped);
    return inner.kind === 'lines' || inner.kind === 'rows' ? inner : { ...inner, nullable: true };
  }
  switch (schema.type) {
    case 'number':
      return numberKind(schema);
    case 'picklist':
      return { kind: 'choice', options: (schema.options ?? []).map(String), nullable: false };
    case 'boolean':
      return { kind: 'switch', nullable: false };
    case 'string':
      return { kind: 'text', nullable: false };
    case 'array':
      if (schema.item?.type === 'string') return { kind: 'lines' };
      if (schema.item?.entries) return rowsKind(schema, schema.item.entries);
  }
  throw new Error(`a setting of type ${schema.type} has no input`);
}

function rowsKind(schema: Schema, entries: Record<string, Schema>): RowsKind {
  const { max_length: most } = rulesOf(schema);
  if (most === undefined) throw new Error('a list of rows without a bound has no input');
  const columns = Object.entries(entries).map(([name, column]) => ({ name, kind: numberKind(column) }));
  return { kind: 'rows', columns, most };
}

function numberKind(schema: Schema): NumberKind {
  if (schema.type !== 'number') throw new Error(`a column of type ${schema.type} has no input`);
  const { multiple_of: step, min_value: min, max_value: max } = rulesOf(schema);
  return {
    kind: 'number',
    integer: (schema.pipe ?? []).some(({ type }) => type === 'integer'),
    ...(step === undefined ? {} : { step }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    nullable: false,
  };
}

/** The rules that are a number, by their name in valibot. */
function rulesOf({ pipe = [] }: Schema): Record<string, number | undefined> {
  return Object.fromEntries(
    pipe.flatMap(({ type, requirement }) => typeof requirement === 'number' ? [[type, requirement]] : []),
  );
}
