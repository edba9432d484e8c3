import { expect, test } from 'vitest';
import { broadcastOf } from '../testing/frames.ts';
import { READ_WITHIN_MS, Unread } from './unread.ts';

const broadcast = broadcastOf('a'.repeat(32));
const KBPS = broadcast.tracks.reduce((sum, { bitrateKbps }) => sum + bitrateKbps, 0);

const silent = () => undefined;

function admitted(unread: Unread<number>, most = 1000): number {
  let count = 0;
  for (; count < most && unread.hasRoom(broadcast, silent); count++) unread.open(count);
  return count;
}

test('sockets are sent as much as may lie unread, all of them together', () => {
  const unread = new Unread<number>(1000);
  unread.open(-1);
  unread.send(-1, 100);
  expect(admitted(unread)).toBe(9);
  unread.send(0, 600);
  expect(unread.hasRoom(broadcast, silent)).toBe(false);
});

test('who has read, or is gone, makes room for another', () => {
  const unread = new Unread<number>(1000);
  unread.open(-1);
  unread.send(-1, 500);
  unread.open(-2);
  unread.send(-2, 500);
  expect(unread.hasRoom(broadcast, silent)).toBe(false);
  unread.forget(-1);
  expect(unread.hasRoom(broadcast, silent)).toBe(true);
  // What is sent to somebody who left is known in size, and held by nobody.
  unread.send(-1, 200);
  expect(unread.hasRoom(broadcast, silent)).toBe(true);
});

test('who announced and says nothing more makes room after a while, who did not announce never', () => {
  const unread = new Unread<number>(1000);
  for (const socket of [-1, -2]) {
    unread.open(socket);
    unread.send(socket, 500);
  }
  const announced = (ms: number) => (socket: number) => socket === -1 ? ms : undefined;
  expect(unread.hasRoom(broadcast, announced(READ_WITHIN_MS - 1))).toBe(false);
  expect(unread.hasRoom(broadcast, announced(READ_WITHIN_MS))).toBe(true);
  unread.open(-3);
  expect(unread.hasRoom(broadcast, announced(READ_WITHIN_MS))).toBe(false);
});

test('before the first body was made its size is guessed by the announced bitrate', () => {
  const unread = new Unread<number>(KBPS / 8 * 1000 * 40);
  expect(admitted(unread)).toBe(10);
});
