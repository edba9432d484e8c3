import assert from 'node:assert/strict';
import { fromHex, toHex } from '../../../protocol/bytes.ts';
import { SampleCipher } from './sample-cipher.ts';

/** Key and plain text of NIST SP 800-38A, appendix F. */
const KEY = fromHex('2b7e151628aed2a6abf7158809cf4f3c')!;
const PLAIN = fromHex(
  '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51' +
    '30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710',
)!;
const IV = fromHex('000102030405060708090a0b0c0d0e0f')!;
const CBC = '7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2' +
  '73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7';

Deno.test('cbcs encrypts sound as AES-CBC of every whole block, and leaves the rest', () => {
  const cipher = new SampleCipher('cbcs', KEY, () => IV);
  const { data, iv } = cipher.seal(new Uint8Array([...PLAIN, 1, 2, 3]), undefined);
  assert.equal(toHex(data), CBC + '010203');
  assert.equal(iv.length, 0);
  assert.equal(toHex(cipher.seal(PLAIN, undefined).data), CBC, 'each sample begins with the same IV');
});

Deno.test('cbcs encrypts one block in ten of a slice, chained over what it encrypts', () => {
  const cipher = new SampleCipher('cbcs', KEY, () => IV);
  const sample = new Uint8Array(5 + 170).fill(7);
  sample.set(PLAIN.subarray(0, 16), 5);
  sample.set(PLAIN.subarray(16, 26), 165);
  const { data } = cipher.seal(sample, [{ clear: 5, encrypted: 170 }]);
  assert.equal(toHex(data.subarray(5, 21)), CBC.slice(0, 32));
  assert.deepEqual(data.subarray(21), sample.subarray(21), 'a last block that is cut short stays clear');
  const longer = new Uint8Array(176).fill(7);
  longer.set(PLAIN.subarray(0, 16));
  longer.set(PLAIN.subarray(16, 32), 160);
  const both = cipher.seal(longer, [{ clear: 0, encrypted: 176 }]).data;
  assert.equal(toHex(both.subarray(0, 16)) + toHex(both.subarray(160)), CBC.slice(0, 64));
  assert.deepEqual(both.subarray(16, 160), longer.subarray(16, 160));
});

Deno.test('cenc runs one key stream through the encrypted parts of a sample', async () => {
  const cipher = new SampleCipher('cenc', KEY, (bytes) => IV.subarray(0, bytes));
  const { data, iv } = cipher.seal(PLAIN, [{ clear: 3, encrypted: 16 }, { clear: 5, encrypted: 32 }, {
    clear: 8,
    encrypted: 0,
  }]);
  assert.equal(toHex(iv), '0001020304000000');
  const key = await crypto.subtle.importKey('raw', KEY, 'AES-CTR', false, ['decrypt']);
  const counter = new Uint8Array(16);
  counter.set(iv);
  const sealed = new Uint8Array([...data.subarray(3, 19), ...data.subarray(24, 56)]);
  const opened = new Uint8Array(
    await crypto.subtle.decrypt({ name: 'AES-CTR', counter, length: 64 }, key, sealed),
  );
  assert.deepEqual([...opened], [...PLAIN.subarray(3, 19), ...PLAIN.subarray(24, 56)]);
  for (const [from, to] of [[0, 3], [19, 24], [56, 64]] as const) {
    assert.deepEqual(data.subarray(from, to), PLAIN.subarray(from, to), 'what is said to be clear is');
  }
});

Deno.test('no IV of cenc comes twice under a key, whatever runs before, beside or after', () => {
  let asked = 0;
  const random = (bytes: number) => new Uint8Array(bytes).fill(++asked);
  const ivs = [new SampleCipher('cenc', KEY, random), new SampleCipher('cenc', KEY, random)].flatMap((
    cipher,
  ) => Array.from({ length: 300 }, () => toHex(cipher.seal(PLAIN, undefined).iv)));
  assert.equal(new Set(ivs).size, 600);
  assert.ok(ivs.every((iv) => iv.length === 16));
});

Deno.test('a sample is left as it was', () => {
  for (const scheme of ['cenc', 'cbcs'] as const) {
    const sample = PLAIN.slice();
    const { data } = new SampleCipher(scheme, KEY).seal(sample, undefined);
    assert.deepEqual(sample, PLAIN);
    assert.notDeepEqual(data, PLAIN);
  }
});

Deno.test(
  'a sealed sample leaves no cipher open',
  { sanitizeResources: true },
  () => {
    for (const scheme of ['cenc', 'cbcs'] as const) {
      const cipher = new SampleCipher(scheme, new Uint8Array(16));
      cipher.seal(new Uint8Array(100), undefined);
      cipher.seal(new Uint8Array(0), undefined);
    }
  },
);
