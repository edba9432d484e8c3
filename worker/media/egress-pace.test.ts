import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EgressPace, MOST_MS, type PacedKind } from './egress-pace.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** 1000 kbps: 125 bytes a millisecond. */
function paceOf(capKbps: number | null): EgressPace {
  const pace = new EgressPace();
  pace.setCap(capKbps);
  return pace;
}

const UNHEARD = { went: () => {}, left: () => {} };

/** Reads a body of so many bytes; counts what has come so far, what is said to have gone, and what never will. */
function reading(pace: EgressPace, kind: PacedKind, bytes: number) {
  const read = { bytes: 0, went: 0, left: 0, isDone: false, cancel: () => {} };
  const body = pace.body(kind, new Uint8Array(bytes), {
    went: (part) => read.went += part,
    left: (rest) => read.left += rest,
  });
  const reader = new Response(body).body!.getReader();
  read.cancel = () => void reader.cancel();
  void (async () => {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      read.bytes += part.value.length;
    }
    read.isDone = true;
  })();
  return read;
}

test('without a cap a body goes as it is', () => {
  const bytes = new Uint8Array(1e6);
  expect(paceOf(null).body('join', bytes, UNHEARD)).toBe(bytes);
});

test('a body is whole, byte for byte', async () => {
  const bytes = Uint8Array.from({ length: 20_000 }, (_, i) => i % 251);
  const whole = new Response(paceOf(1000).body('join', bytes, UNHEARD)).arrayBuffer();
  await vi.advanceTimersByTimeAsync(1000);
  expect(new Uint8Array(await whole)).toEqual(bytes);
});

test('a body leaves at the rate of the cap', async () => {
  const join = reading(paceOf(1000), 'join', 125_000);
  await vi.advanceTimersByTimeAsync(500);
  expect(join.bytes).toBeGreaterThan(55_000);
  expect(join.bytes).toBeLessThan(75_000);
  await vi.advanceTimersByTimeAsync(500);
  expect(join.isDone).toBe(true);
});

test('what goes to seeds is taken off that', async () => {
  const pace = paceOf(1000);
  const join = reading(pace, 'join', 125_000);
  for (let ms = 0; ms < 1000; ms += 100) {
    pace.sent(6250);
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(join.bytes).toBeGreaterThan(55_000);
  expect(join.bytes).toBeLessThan(80_000);
});

test('of two joins the first is whole before the second begins', async () => {
  const pace = paceOf(1000);
  const joins = [reading(pace, 'join', 50_000), reading(pace, 'join', 50_000)] as const;
  await vi.advanceTimersByTimeAsync(250);
  expect(joins[0].bytes).toBeGreaterThan(20_000);
  expect(joins[1].bytes).toBe(0);
  await vi.advanceTimersByTimeAsync(750);
  expect([joins[0].isDone, joins[1].isDone]).toEqual([true, true]);
});

test('a piece that is repaired goes before the rest of a join, that before runs', async () => {
  const pace = paceOf(1000);
  const run = reading(pace, 'run', 100_000);
  await vi.advanceTimersByTimeAsync(100);
  const join = reading(pace, 'join', 100_000);
  await vi.advanceTimersByTimeAsync(100);
  const piece = reading(pace, 'repair', 8000);
  await vi.advanceTimersByTimeAsync(200);
  expect(piece.isDone).toBe(true);
  const before = run.bytes;
  await vi.advanceTimersByTimeAsync(300);
  expect(run.bytes).toBeLessThanOrEqual(before + 8192);
  expect(join.bytes).toBeGreaterThan(30_000);
});

test('who goes away takes no turn', async () => {
  const pace = paceOf(1000);
  pace.sent(125_000);
  const gone = reading(pace, 'join', 1e6);
  await vi.advanceTimersByTimeAsync(10);
  gone.cancel();
  const next = reading(pace, 'run', 8000);
  await vi.advanceTimersByTimeAsync(1000);
  expect([gone.bytes, next.isDone]).toEqual([0, true]);
});

test('a cap that is lifted lets out what waits', async () => {
  const pace = paceOf(1);
  const join = reading(pace, 'join', 100_000);
  await vi.advanceTimersByTimeAsync(100);
  expect(join.bytes).toBeLessThan(10_000);
  pace.setCap(null);
  await vi.advanceTimersByTimeAsync(10);
  expect(join.isDone).toBe(true);
});

test('what goes is told part by part, and what is left when the reader goes away', async () => {
  const free = reading(paceOf(null), 'join', 50_000);
  expect(free.went).toBe(50_000);
  const pace = paceOf(1000);
  const whole = reading(pace, 'join', 50_000);
  const gone = reading(pace, 'run', 50_000);
  await vi.advanceTimersByTimeAsync(200);
  expect(whole.went).toBeGreaterThan(20_000);
  expect(whole.went).toBeLessThan(50_000);
  await vi.advanceTimersByTimeAsync(400);
  gone.cancel();
  await vi.advanceTimersByTimeAsync(1000);
  expect([whole.went, whole.left]).toEqual([50_000, 0]);
  expect(gone.went).toBeGreaterThan(0);
  expect(gone.left).toBeGreaterThan(0);
  expect(gone.went + gone.left).toBe(50_000);
});

test('a cap that is raised does not hold bodies to what seeds owe under the old one', async () => {
  const pace = paceOf(100);
  pace.sent(1e6);
  const join = reading(pace, 'join', 50_000);
  await vi.advanceTimersByTimeAsync(1000);
  expect(join.bytes).toBe(0);
  pace.setCap(100);
  await vi.advanceTimersByTimeAsync(1000);
  expect(join.bytes).toBe(0);
  pace.setCap(1000);
  await vi.advanceTimersByTimeAsync(500);
  expect(join.isDone).toBe(true);
});

test('what nobody reads is let go after half a minute, and goes to others', async () => {
  const pace = paceOf(1000);
  let left = 0;
  const bytes = new Uint8Array(100_000);
  const body = pace.body('join', bytes, { went: () => {}, left: (rest) => left += rest });
  const reader = new Response(body).body!.getReader();
  await reader.read();
  await vi.advanceTimersByTimeAsync(MOST_MS - 1000);
  expect(left).toBe(0);
  await vi.advanceTimersByTimeAsync(1000);
  expect(left).toBeGreaterThan(70_000);
  await expect((async () => {
    while (!(await reader.read()).done);
  })()).rejects.toThrow('not read in time');
  await reader.cancel().catch(() => {});
  expect(left).toBeLessThan(bytes.length);
});

test('a body that no turn comes to is let go as well, and one that is through is not', async () => {
  const pace = paceOf(1000);
  const whole = reading(pace, 'join', 20_000);
  await vi.advanceTimersByTimeAsync(1000);
  pace.sent(125_000 * 60);
  let left = 0;
  const body = pace.body('run', new Uint8Array(20_000), { went: () => {}, left: (rest) => left += rest });
  const read = new Response(body).arrayBuffer().catch((error: Error) => error.message);
  await vi.advanceTimersByTimeAsync(MOST_MS + 1000);
  expect([left, await read]).toEqual([20_000, 'the body was not read in time']);
  expect([whole.isDone, whole.left]).toEqual([true, 0]);
});
