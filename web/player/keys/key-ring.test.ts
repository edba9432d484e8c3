import assert from 'node:assert/strict';
import { fromHex, toBase64Url } from '../../../protocol/bytes.ts';
import type { LicenseAnswer } from '../../../protocol/license.ts';
import { KeyRing } from './key-ring.ts';
import type { LicenseOutcome } from './license-client.ts';
import { renewalDelayMs } from './renewal.ts';

/** Timers that fire when the clock is moved. */
class Clock {
  nowMs = 0;
  #timers = new Map<number, { atMs: number; act: () => void }>();
  #last = 0;

  readonly setTimer = (ms: number, act: () => void): number => {
    this.#timers.set(++this.#last, { atMs: this.nowMs + ms, act });
    return this.#last;
  };
  readonly clearTimer = (id: number): void => void this.#timers.delete(id);

  async moveTo(ms: number): Promise<void> {
    for (;;) {
      const [id, next] = [...this.#timers].sort(([, a], [, b]) => a.atMs - b.atMs)[0] ?? [];
      if (!next || next.atMs > ms) break;
      this.nowMs = Math.max(this.nowMs, next.atMs);
      this.#timers.delete(id!);
      next.act();
      // What was asked is answered before the clock goes on.
      for (let i = 0; i < 10; i++) await Promise.resolve();
    }
    this.nowMs = ms;
  }
}

const idOf = (period: number) => period.toString(16).padStart(32, '0');
const b64 = (hex: string) => toBase64Url(fromHex(hex)!);

/** An edge whose periods begin at whole multiples of `periodMs`. */
class FakeEdge {
  readonly asked: { atMs: number; keyIds: string[] }[] = [];
  fails: LicenseOutcome | undefined;

  constructor(readonly clock: Clock, readonly periodMs: number) {}

  readonly ask = (keyIds: string[]): Promise<LicenseOutcome> => {
    this.asked.push({ atMs: this.clock.nowMs, keyIds });
    if (this.fails) return Promise.resolve(this.fails);
    const period = Math.floor(this.clock.nowMs / this.periodMs);
    const ids = keyIds.length > 0 ? keyIds : [idOf(period), idOf(period + 1)];
    const answer: LicenseAnswer = {
      keys: ids.map((id) => ({ kty: 'oct', kid: b64(id), k: b64(id) })),
      type: 'temporary',
      current: b64(idOf(period)),
      next: b64(idOf(period + 1)),
      nextInMs: (period + 1) * this.periodMs - this.clock.nowMs,
      periodMs: this.periodMs,
    };
    return Promise.resolve({ kind: 'answered', answer });
  };
}

Deno.test('200 players ask once a period, none within 2 s of a rotation, and none ever lacks a key', async () => {
  for (const periodMs of [10_000, 60_000, 3_600_000]) {
    const clock = new Clock();
    const edge = new FakeEdge(clock, periodMs);
    const rings = Array.from({ length: 200 }, () => new KeyRing({ ...clock, ask: edge.ask }));
    for (const [i, ring] of rings.entries()) {
      // They come all through the first period.
      clock.setTimer(periodMs * i / 200, () => ring.start());
    }
    await clock.moveTo(periodMs);
    edge.asked.length = 0;
    for (let period = 1; period < 5; period++) {
      await clock.moveTo(period * periodMs + periodMs - 1);
      for (const ring of rings) assert.ok(ring.held.has(idOf(period)) && ring.held.has(idOf(period + 1)));
    }
    assert.equal(edge.asked.length, 200 * 4);
    const near = edge.asked.filter(({ atMs }) => {
      const since = atMs % periodMs;
      return Math.min(since, periodMs - since) < 2000;
    });
    assert.equal(near.length, 0);
    if (periodMs > 600_000) {
      const first = edge.asked.slice(0, 200).map(({ atMs }) => atMs);
      assert.ok(Math.max(...first) - Math.min(...first) > 300_000, 'spread over five minutes at least');
    }
    for (const ring of rings) ring.stop();
  }
});

Deno.test('the moment of a renewal lies within the period of the next key, whatever its length', () => {
  for (const periodMs of [10_000, 300_000, 3_600_000, 86_400_000]) {
    for (const random of [0, 0.5, 0.999]) {
      const delay = renewalDelayMs({ nextInMs: 4000, periodMs }, random);
      assert.ok(delay >= 4000 + 2000 && delay <= 4000 + periodMs - 2000, `${delay} of ${periodMs}`);
    }
  }
});

Deno.test('a key that is not here yet is waited for; one that is, is given at once', async () => {
  const clock = new Clock();
  const edge = new FakeEdge(clock, 10_000);
  const ring = new KeyRing({ ...clock, ask: edge.ask });
  const waiting = ring.key(idOf(1));
  ring.start();
  await clock.moveTo(1);
  assert.deepEqual(await waiting, fromHex(idOf(1)));
  assert.deepEqual(await ring.key(idOf(0)), fromHex(idOf(0)));
  assert.equal(edge.asked.length, 1);
  ring.stop();
});

Deno.test('a key that nobody foresaw is asked for by its id', async () => {
  const clock = new Clock();
  const edge = new FakeEdge(clock, 1e9);
  const ring = new KeyRing({ ...clock, ask: edge.ask });
  ring.start();
  await clock.moveTo(1);
  const waiting = ring.key(idOf(77));
  await clock.moveTo(1000);
  assert.deepEqual(await waiting, fromHex(idOf(77)));
  assert.deepEqual(edge.asked.at(-1)!.keyIds, [idOf(77)]);
  ring.stop();
});

Deno.test('an edge that fails is asked again, with pauses that grow; one that refuses is not', async () => {
  const clock = new Clock();
  const edge = new FakeEdge(clock, 1e9);
  edge.fails = { kind: 'unreachable', message: 'gone' };
  const ring = new KeyRing({ ...clock, ask: edge.ask, random: () => 1 });
  const refusals: unknown[] = [];
  ring.on('refused', (refusal) => refusals.push(refusal));
  ring.start();
  await clock.moveTo(60_000);
  const pauses = edge.asked.slice(1).map(({ atMs }, i) => atMs - edge.asked[i]!.atMs);
  assert.deepEqual(pauses.slice(0, 5), [500, 1000, 2000, 4000, 8000]);
  edge.fails = { kind: 'refused', code: 'lease-ended', message: 'The lease of this channel has ended.' };
  await clock.moveTo(120_000);
  const asked = edge.asked.length;
  await clock.moveTo(600_000);
  assert.equal(edge.asked.length, asked);
  assert.deepEqual(refusals, [{ code: 'lease-ended', message: 'The lease of this channel has ended.' }]);
  ring.stop();
});

Deno.test('after a rotation by hand all ask again, spread over a quarter of a minute', async () => {
  const clock = new Clock();
  const edge = new FakeEdge(clock, 1e9);
  const rings = Array.from({ length: 100 }, () => new KeyRing({ ...clock, ask: edge.ask }));
  for (const ring of rings) ring.start();
  await clock.moveTo(1000);
  edge.asked.length = 0;
  for (const ring of rings) ring.rotated();
  await clock.moveTo(16_000);
  assert.equal(edge.asked.length, 100);
  const times = edge.asked.map(({ atMs }) => atMs - 1000);
  assert.ok(Math.max(...times) - Math.min(...times) > 7000);
  for (const ring of rings) ring.stop();
});

Deno.test('who was refused asks again with another token, and a ring that is stopped asks nobody', async () => {
  const clock = new Clock();
  const edge = new FakeEdge(clock, 1e9);
  edge.fails = { kind: 'refused', code: 'token-expired', message: 'The token has expired.' };
  const ring = new KeyRing({ ...clock, ask: edge.ask });
  ring.retry();
  await clock.moveTo(1000);
  assert.equal(edge.asked.length, 0, 'nothing is protected yet');
  ring.start();
  await clock.moveTo(2000);
  edge.fails = undefined;
  ring.retry();
  await clock.moveTo(3000);
  assert.equal(ring.held.size, 2);
  ring.retry();
  await clock.moveTo(4000);
  assert.equal(edge.asked.length, 2, 'who has keys does not ask for a new token alone');
  const waiting = ring.key(idOf(99));
  ring.stop();
  await assert.rejects(waiting, /stopped/);
  await clock.moveTo(1e9);
  assert.equal(edge.asked.length, 2);
});
