import assert from 'node:assert/strict';
import { describeSchema } from './docs-schema.ts';

Deno.test('fields of objects, lists and choices are rows with their bounds', () => {
  const rows = describeSchema({
    type: 'object',
    required: ['name'],
    properties: {
      name: { type: 'string', maxLength: 63, pattern: '^[a-z]+$' },
      cap: { anyOf: [{ type: 'integer', minimum: 1, maximum: 9 }, { type: 'null' }], default: null },
      items: { type: 'array', items: { type: 'object', properties: { at: { type: 'number' } } } },
      p2p: { enum: ['on', 'off'], default: 'on' },
    },
  });
  assert.deepEqual(rows, [
    { name: 'name', type: 'string', rule: 'at most 63 characters; matches ^[a-z]+$' },
    { name: 'cap', type: 'integer | null', rule: '1 to 9; default null' },
    { name: 'items', type: 'object[]', rule: 'may be left out' },
    { name: 'items[].at', type: 'number', rule: 'may be left out' },
    { name: 'p2p', type: '"on" | "off"', rule: 'default "on"' },
  ]);
});

Deno.test('a schema without fields has no rows', () => {
  assert.deepEqual(describeSchema({ type: 'object' }), []);
});
