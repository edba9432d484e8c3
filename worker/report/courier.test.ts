import { expect, test } from 'vitest';
import { Courier } from './courier.ts';

interface Parcel {
  sum: number;
}

function couriers() {
  const delivered: number[] = [];
  const timers: { delayMs: number; run: () => void }[] = [];
  const state = { nowMs: 0, everyMs: 1000, answer: () => Promise.resolve() };
  const courier = new Courier<Parcel>({
    empty: () => ({ sum: 0 }),
    add: (total, more) => void (total.sum += more.sum),
    deliver: async ({ sum }) => {
      await state.answer();
      delivered.push(sum);
    },
    everyMs: () => state.everyMs,
    nowMs: () => state.nowMs,
    setTimer: (delayMs, run) => void timers.push({ delayMs, run }),
  });
  return { courier, delivered, timers, state };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

test('what is added while a delivery hangs costs one parcel and waits for nobody', async () => {
  const { courier, delivered, state, timers } = couriers();
  let release = () => {};
  state.answer = () => new Promise<void>((resolve) => release = resolve);
  courier.add({ sum: 1 });
  timers.shift()!.run();
  await settled();
  for (let i = 0; i < 10_000; i++) courier.add({ sum: 1 });
  expect([delivered.length, timers.length]).toEqual([0, 0]);
  release();
  await settled();
  expect(timers.length).toBe(1);
  state.answer = () => Promise.resolve();
  timers.shift()!.run();
  await settled();
  expect(delivered).toEqual([1, 10_000]);
});

test('what could not be delivered goes with the next one', async () => {
  const { courier, delivered, state, timers } = couriers();
  state.answer = () => Promise.reject(new Error('the object was restarted'));
  courier.add({ sum: 3 });
  timers.shift()!.run();
  await settled();
  courier.add({ sum: 4 });
  state.answer = () => Promise.resolve();
  timers.shift()!.run();
  await settled();
  expect(delivered).toEqual([7]);
});

test('deliveries keep their distance', async () => {
  const { courier, state, timers } = couriers();
  courier.add({ sum: 1 });
  expect(timers[0]!.delayMs).toBe(0);
  timers.shift()!.run();
  await settled();
  state.nowMs = 300;
  courier.add({ sum: 1 });
  expect(timers[0]!.delayMs).toBe(700);
});

test('when deliveries may come sooner, the one that waits does not wait on', async () => {
  const { courier, delivered, state, timers } = couriers();
  state.everyMs = 10_000;
  await courier.flush();
  courier.add({ sum: 1 });
  timers.shift()!.run();
  await settled();
  courier.add({ sum: 2 });
  const late = timers.shift()!;
  expect(late.delayMs).toBe(10_000);
  state.everyMs = 1000;
  courier.add({ sum: 3 });
  expect(timers[0]!.delayMs).toBe(1000);
  timers.shift()!.run();
  await settled();
  courier.add({ sum: 4 });
  late.run();
  await settled();
  expect(delivered).toEqual([1, 5]);
});
