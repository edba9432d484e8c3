import assert from 'node:assert/strict';
import { Random } from './random.ts';
import { VirtualClock } from './virtual-clock.ts';

function recorder(clock: VirtualClock) {
  const seen: [number, unknown][] = [];
  return { seen, fire: (payload: unknown) => void seen.push([clock.now, payload]) };
}

Deno.test('events run at their time, those of one millisecond in the order they were planned', async () => {
  const clock = new VirtualClock();
  const target = recorder(clock);
  clock.at(20, target, 'c');
  clock.at(5, target, 'a');
  clock.at(20, target, 'd');
  clock.at(7.2, target, 'b');
  await clock.run(30);
  assert.deepEqual(target.seen, [[5, 'a'], [8, 'b'], [20, 'c'], [20, 'd']]);
  assert.equal(clock.now, 30);
});

Deno.test('an event planned for the past or for now runs in the next millisecond', async () => {
  const clock = new VirtualClock();
  const target = recorder(clock);
  await clock.run(10);
  clock.at(3, target, 'late');
  clock.after(0, target, 'now');
  await clock.run(11);
  assert.deepEqual(target.seen, [[11, 'late'], [11, 'now']]);
});

Deno.test('a cancelled event does not run, and its old handle cannot cancel the event that took its place', async () => {
  const clock = new VirtualClock();
  const target = recorder(clock);
  const first = clock.at(5, target, 'cancelled');
  clock.cancel(first);
  await clock.run(6);
  clock.at(10, target, 'second');
  clock.cancel(first);
  await clock.run(20);
  assert.deepEqual(target.seen, [[10, 'second']]);
});

Deno.test('events far beyond the wheel run in order too', async () => {
  const clock = new VirtualClock();
  const target = recorder(clock);
  const random = new Random(5);
  const times = Array.from({ length: 3000 }, () => 1 + random.below(100_000));
  for (const time of times) clock.at(time, target, time);
  await clock.run(100_001);
  assert.equal(target.seen.length, times.length);
  assert.deepEqual(target.seen.map(([at]) => at), [...times].sort((a, b) => a - b));
  assert.ok(target.seen.every(([at, time]) => at === time));
});

Deno.test('what a promise settles is followed up before the next millisecond', async () => {
  const clock = new VirtualClock();
  const seen: number[] = [];
  clock.at(5, {
    fire: () => void Promise.resolve().then(() => null).then(() => null).then(() => seen.push(clock.now)),
  }, 0);
  await clock.run(9);
  assert.deepEqual(seen, [5]);
});
