import assert from 'node:assert/strict';
import { packIndex } from '../../protocol/piece-index.ts';
import { RecordFlag } from '../../protocol/record.ts';
import type { PieceFrame } from '../../protocol/frame.ts';
import { LinkQueue } from './link-queue.ts';

function piece(number: number, byteLength = 100, init = false): PieceFrame {
  const index = packIndex(1, 0, init ? 255 : number);
  const flags = init ? RecordFlag.init : 0;
  const record = {
    index,
    byteLength,
    decodeTimeUs: init ? 0 : number * 2_000_000,
    durationUs: 0,
    flags,
    initSegment: 1,
    hash: new Uint8Array(32),
  };
  return { record, signed: new Uint8Array(118), bytes: new Uint8Array(byteLength) };
}

function drain(queue: LinkQueue, window: PieceFrame[] = []): string[] {
  const taken: string[] = [];
  for (;;) {
    const next = queue.next((index) => window.find(({ record }) => record.index === index));
    if (!next) return taken;
    taken.push(`${next.kind} ${next.piece.record.index & 255}`);
  }
}

Deno.test('live pieces go before misses, misses before refills, each piece once', () => {
  const window = [1, 2, 3, 4].map((number) => piece(number));
  const queue = new LinkQueue();
  queue.setRefill(window.map(({ record }) => record.index));
  queue.addMisses([window[2]!.record.index]);
  queue.addLive(window[3]!, 1000);
  assert.deepEqual(drain(queue, window), ['live 4', 'miss 3', 'refill 1', 'refill 2']);
  assert.ok(queue.isEmpty);
});

Deno.test('past its bound the queue drops the oldest live pieces, but never an init segment', () => {
  const queue = new LinkQueue();
  assert.equal(queue.addLive(piece(0, 100, true), 300), 0);
  assert.equal(queue.addLive(piece(1), 300), 0);
  assert.equal(queue.addLive(piece(2), 300), 0);
  assert.equal(queue.addLive(piece(3), 300), 1);
  assert.equal(queue.addLive(piece(4), 0), 2);
  assert.equal(queue.liveBytes, 200);
  assert.deepEqual(drain(queue), ['live 255', 'live 4']);
});

Deno.test('what was cut within a second of the newest of its track stays, whatever the bitrate was thought to be', () => {
  const queue = new LinkQueue();
  const at = (number: number, ms: number) => {
    const late = piece(number);
    late.record.decodeTimeUs = ms * 1000;
    return late;
  };
  const dropped = [0, 400, 800, 1200, 1600].map((ms, number) => queue.addLive(at(number, ms), 250));
  assert.deepEqual(dropped, [0, 0, 0, 1, 1]);
  assert.deepEqual(drain(queue), ['live 2', 'live 3', 'live 4']);
});

Deno.test('what has left the window meanwhile is passed over', () => {
  const queue = new LinkQueue();
  queue.addMisses([piece(1).record.index, piece(2).record.index]);
  assert.deepEqual(drain(queue, [piece(2)]), ['miss 2']);
});
