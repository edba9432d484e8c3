import * as v from 'valibot';
import { expect, test } from 'vitest';
import { parseBody } from './body.ts';

const Schema = v.object({ name: v.pipe(v.string(), v.maxLength(3, 'must be at most 3 long')) });

test('a body that fits its schema comes out as the schema has it', () => {
  expect(parseBody('{"name":"abc","more":1}', Schema, 100)).toEqual({ name: 'abc' });
});

test('a body that does not fit is refused with the field and its rule', () => {
  for (
    const [text, expected] of [
      ['{"name":"abcd"}', { status: 400, code: 'bad-field', message: 'name: must be at most 3 long' }],
      ['7', { status: 400, code: 'bad-field', message: expect.stringMatching(/^the body: /) }],
      ['{', { status: 400, code: 'bad-json' }],
      [' '.repeat(101), { status: 413, code: 'too-large' }],
    ] as const
  ) {
    expect(() => parseBody(text, Schema, 100)).toThrow(expect.objectContaining(expected));
  }
});
