/** What a settings schema says of its fields, so that the form is made from it and no rule is written twice. */
import { ChannelSettings } from '../../../protocol/channel.ts';

/** How one field is edited. `nullable`: it may be left empty, which means null. */
export type FieldKind =
  | { kind: 'number'; integer: boolean; min?: number; max?: number; nullable: boolean }
  | { kind: 'choice'; options: string[]; nullable: boolean }
  | { kind: 'switch'; nullable: boolean }
  | { kind: 'text'; nullable: boolean }
  | { kind: 'lines' }
  | { kind: 'json' };

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
}

/** Every channel setting, in the order of the schema. */
export const SETTING_FIELDS: SettingField[] = Object.entries(
  ChannelSettings.entries as unknown as Record<string, Schema>,
).map(([name, schema]) => ({
  name: name as keyof ChannelSettings,
  kind: kindOf(schema),
  standard: schema.default,
}));

export function kindOf(schema: Schema): FieldKind {
  if (schema.type === 'optional' && schema.wrapped) return kindOf(schema.wrapped);
  if (schema.type === 'nullable' && schema.wrapped) {
    const inner = kindOf(schema.wrapped);
    return inner.kind === 'lines' || inner.kind === 'json' ? inner : { ...inner, nullable: true };
  }
  switch (schema.type) {
    case 'number': {
      const rules = new Map((schema.pipe ?? []).map((step) => [step.type, step.requirement]));
      const [min, max] = [rules.get('min_value'), rules.get('max_value')];
      return {
        kind: 'number',
        integer: rules.has('integer'),
        ...(typeof min === 'number' ? { min } : {}),
        ...(typeof max === 'number' ? { max } : {}),
        nullable: false,
      };
    }
    case 'picklist':
      return { kind: 'choice', options: (schema.options ?? []).map(String), nullable: false };
    case 'boolean':
      return { kind: 'switch', nullable: false };
    case 'string':
      return { kind: 'text', nullable: false };
    case 'array':
      return schema.item?.type === 'string' ? { kind: 'lines' } : { kind: 'json' };
    default:
      return { kind: 'json' };
  }
}
