import { expect, test } from 'vitest';
import { IDLE_MS, LINKED_MS, SeedWatch } from './seed-watch.ts';
import { Fixture, idOf } from './testing/shard-fixture.ts';

test('a seed that passes nothing on is idle after a while, one that gives is not', () => {
  const watch = new SeedWatch();
  for (let ms = 0; ms <= IDLE_MS; ms += 2000) expect(watch.note('lazy', 0, false, ms)).toBe(false);
  expect(watch.note('lazy', 0, false, IDLE_MS + 2000)).toBe(true);
  for (let ms = 0; ms < 60_000; ms += 2000) expect(watch.note('good', 1000, false, ms)).toBe(false);
});

test('nothing is expected of a seed that is alone, or that does not say what it gives', () => {
  const watch = new SeedWatch();
  for (let ms = 0; ms < 60_000; ms += 2000) {
    expect(watch.note('alone', 0, true, ms)).toBe(false);
    expect(watch.note('silent', undefined, false, ms)).toBe(false);
  }
});

test('an idle seed that is dealt feeds again gets its time again', () => {
  const watch = new SeedWatch();
  watch.note('a', 0, false, 0);
  watch.forget('a');
  expect(watch.note('a', 0, false, IDLE_MS + 1)).toBe(false);
});

test('nothing is expected of a seed while who plays the same has had no time to link, or nobody does', async () => {
  const fixture = new Fixture();
  await fixture.seat(1);
  const seed = fixture.swarm.row(idOf(1))!;
  fixture.nowMs += 60_000;
  expect(fixture.swarm.hasTaker(seed)).toBe(false);
  await fixture.seat(2, {}, { capability: { uploadKbps: 1000, track: 2, nat: 'open' } });
  fixture.nowMs += LINKED_MS;
  expect(fixture.swarm.hasTaker(seed)).toBe(false);
  await fixture.seat(3);
  fixture.nowMs += LINKED_MS - 1;
  expect(fixture.swarm.hasTaker(seed)).toBe(false);
  fixture.nowMs++;
  expect(fixture.swarm.hasTaker(seed)).toBe(true);
});
