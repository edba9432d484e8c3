import { expect, test } from 'vitest';
import type { IngestStatus } from '../../protocol/control.ts';
import { ingestHappenings, stateHappenings, viewerHappenings } from './happenings.ts';

const broadcast = { id: 'b1', infoHash: 'h', startedAt: '' };
const idle = { state: 'idle', reason: 'r' } as const;
const live = { state: 'live', reason: 'r', broadcast } as const;
const lost = { state: 'lost', reason: 'r', broadcast } as const;
const stopped = { state: 'stopped', reason: 'r' } as const;
const types = (...change: Parameters<typeof stateHappenings>) =>
  stateHappenings(...change).map(({ type }) => type);

test('a broadcast is told when it begins, is lost, comes back, and is over', () => {
  expect(types('c', idle, live)).toEqual(['channel.live']);
  expect(types('c', live, live)).toEqual([]);
  expect(types('c', live, lost)).toEqual(['channel.lost']);
  expect(types('c', lost, live)).toEqual(['channel.live']);
  expect(types('c', lost, idle)).toEqual(['channel.ended']);
  expect(types('c', live, stopped)).toEqual(['channel.ended']);
  expect(types('c', idle, stopped)).toEqual([]);
  expect(types('c', undefined, idle)).toEqual([]);
  expect(stateHappenings('c', live, idle)[0]?.data).toEqual({ reason: 'r', broadcast: 'b1' });
});

test('a mark is told when it is reached and when it is no more', () => {
  const crossed = (before: number, now: number) =>
    viewerHappenings('c', before, now, [10, 100]).map(({ data }) => `${data.crossed} ${data.mark}`);
  expect(crossed(0, 9)).toEqual([]);
  expect(crossed(9, 10)).toEqual(['up 10']);
  expect(crossed(10, 200)).toEqual(['up 100']);
  expect(crossed(200, 0)).toEqual(['down 10', 'down 100']);
});

test('advice is told when it is new, not while it stands', () => {
  const status = (...advice: string[]): IngestStatus => ({
    bitrateKbps: 1,
    fps: 1,
    keyframeIntervalS: 1,
    droppedPieces: 0,
    advice,
  });
  expect(ingestHappenings('c', undefined, status())).toEqual([]);
  expect(ingestHappenings('c', undefined, status('a'))).toMatchObject([{ type: 'ingest.trouble' }]);
  expect(ingestHappenings('c', status('a', 'b'), status('a'))).toEqual([]);
  expect(ingestHappenings('c', status('a'), status('a', 'b'))).toHaveLength(1);
});
