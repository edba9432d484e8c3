import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asciiJson } from './ascii-json.ts';

test('whatever it is, what is read back is the same, and a header carries it', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), (value) => {
      const text = asciiJson(value);
      new Headers({ 'shoal-test': text });
      return /^[\x20-\x7e]*$/.test(text) && JSON.stringify(JSON.parse(text)) === JSON.stringify(value);
    }),
  );
  expect(asciiJson({ network: 'Telefónica 🐟' })).toBe('{"network":"Telef\\u00f3nica \\ud83d\\udc1f"}');
});
