import assert from 'node:assert/strict';
import type { World } from './seams.ts';
import { fakeVerify } from './testing/fake-crypto.ts';
import { Source, sourceHash, VIDEO } from './testing/source.ts';
import { type Verdict, Verifier } from './verify.ts';

const source = new Source();
const frame = source.cut(VIDEO, 0, 200)[1]!;

function verifier(change: Partial<World> = {}) {
  let checks = 0;
  const world = {
    sha256: sourceHash,
    verify: (key: Uint8Array, message: Uint8Array, signature: Uint8Array) => {
      checks++;
      return fakeVerify(key, message, signature);
    },
    ...change,
  } as unknown as World;
  return { verifier: new Verifier(world, source.key), checks: () => checks };
}

Deno.test('a good frame is judged at once when the world is synchronous', () => {
  const verdicts: Verdict[] = [];
  verifier().verifier.judge(frame, (verdict) => verdicts.push(verdict));
  assert.deepEqual(verdicts, ['good']);
});

Deno.test('a bad signature is a bad record, other bytes or another length a bad piece', () => {
  const verdicts: Verdict[] = [];
  const note = (verdict: Verdict) => verdicts.push(verdict);
  const { verifier: one } = verifier();
  const signed = frame.signed.slice();
  signed[100]! ^= 1;
  const bytes = frame.bytes.slice();
  bytes[3]! ^= 1;
  one.judge({ ...frame, signed }, note);
  one.judge({ ...frame, bytes }, note);
  one.judge({ ...frame, bytes: bytes.slice(1) }, note);
  one.judge({ ...frame, signed: signed.slice(1) }, note);
  assert.deepEqual(verdicts, ['bad-record', 'bad-piece', 'bad-piece', 'bad-record']);
});

Deno.test('the record of a bad piece is not verified again', () => {
  const { verifier: one, checks } = verifier();
  one.judge({ ...frame, bytes: frame.bytes.slice(1) }, () => {});
  one.judge(frame, (verdict) => assert.equal(verdict, 'good'));
  assert.equal(checks(), 1);
});

Deno.test('a piece is busy until its hash was checked', async () => {
  let hashed: (hash: Uint8Array) => void = () => {};
  const { verifier: one } = verifier({ sha256: () => new Promise((resolve) => hashed = resolve) });
  const done = new Promise<Verdict>((resolve) => one.judge(frame, resolve));
  assert.equal(one.isBusy(frame.record.index), true);
  hashed(frame.record.hash);
  assert.equal(await done, 'good');
  assert.equal(one.isBusy(frame.record.index), false);
});

Deno.test('a world that cannot tell blames nobody', async () => {
  const failing = [
    () => Promise.reject(new Error('no crypto')),
    () => {
      throw new Error('no crypto');
    },
  ];
  for (const verify of failing) {
    const { verifier: one } = verifier({ verify });
    assert.equal(await new Promise<Verdict>((resolve) => one.judge(frame, resolve)), 'failed');
    assert.equal(one.isBusy(frame.record.index), false);
  }
});
