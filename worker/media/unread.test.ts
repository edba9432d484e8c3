import { expect, test } from 'vitest';
import { broadcastOf } from '../testing/frames.ts';
import { Unread } from './unread.ts';

const broadcast = broadcastOf('a'.repeat(32));
const KBPS = broadcast.tracks.reduce((sum, { bitrateKbps }) => sum + bitrateKbps, 0);

function admitted(unread: Unread<number>, most = 1000): number {
  let count = 0;
  for (; count < most && unread.hasRoom(broadcast); count++) unread.open(count);
  return count;
}

test('sockets are sent as much as may lie unread, all of them together', () => {
  const unread = new Unread<number>(1000);
  unread.open(-1);
  unread.send(-1, 100);
  expect(admitted(unread)).toBe(9);
  unread.send(0, 600);
  expect(unread.hasRoom(broadcast)).toBe(false);
});

test('who has read, or is gone, makes room for another', () => {
  const unread = new Unread<number>(1000);
  unread.open(-1);
  unread.send(-1, 500);
  unread.open(-2);
  unread.send(-2, 500);
  expect(unread.hasRoom(broadcast)).toBe(false);
  unread.forget(-1);
  expect(unread.hasRoom(broadcast)).toBe(true);
  // What is sent to somebody who left is known in size, and held by nobody.
  unread.send(-1, 200);
  expect(unread.hasRoom(broadcast)).toBe(true);
});

test('before the first body was made its size is guessed by the announced bitrate', () => {
  const unread = new Unread<number>(KBPS / 8 * 1000 * 40);
  expect(admitted(unread)).toBe(10);
});
