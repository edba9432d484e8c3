/** JSON Schema as rows that people read: name, type, rule. */

export interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
}

export interface FieldRow {
  /** `settings.windowS`, `items[].name`. */
  name: string;
  type: string;
  /** Bounds, default, whether it may be left out. */
  rule: string;
}

/** Deeper than this nobody reads. */
const DEEPEST = 4;

export function describeSchema(schema: Schema, prefix = '', depth = 0): FieldRow[] {
  const required = schema.required ?? [];
  return Object.entries(schema.properties ?? {}).flatMap(([key, field]) => {
    const name = `${prefix}${key}`;
    const row = { name, type: typeOf(field), rule: ruleOf(field, required.includes(key)) };
    const inner = objectIn(field);
    if (!inner || depth >= DEEPEST) return [row];
    return [row, ...describeSchema(inner.schema, `${name}${inner.suffix}.`, depth + 1)];
  });
}

function objectIn(field: Schema): { schema: Schema; suffix: string } | undefined {
  if (field.properties) return { schema: field, suffix: '' };
  if (field.items?.properties) return { schema: field.items, suffix: '[]' };
  const option = field.anyOf?.find(({ properties }) => properties);
  return option && { schema: option, suffix: '' };
}

function typeOf(field: Schema): string {
  if (field.enum) return field.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (field.const !== undefined) return JSON.stringify(field.const);
  if (field.anyOf) return [...new Set(field.anyOf.map(typeOf))].join(' | ');
  if (field.type === 'array') return `${field.items ? typeOf(field.items) : 'any'}[]`;
  return field.type ?? 'any';
}

function ruleOf(field: Schema, required: boolean): string {
  const bounds = field.anyOf?.find(({ type }) => type !== 'null') ?? field;
  const { minimum, maximum, maxLength, pattern } = bounds;
  return [
    minimum !== undefined && maximum !== undefined
      ? `${minimum} to ${maximum}`
      : minimum !== undefined
      ? `at least ${minimum}`
      : maximum !== undefined
      ? `at most ${maximum}`
      : '',
    maxLength === undefined ? '' : `at most ${maxLength} characters`,
    pattern === undefined ? '' : `matches ${pattern}`,
    field.default === undefined
      ? (required ? '' : 'may be left out')
      : `default ${JSON.stringify(field.default)}`,
  ].filter(Boolean).join('; ');
}
