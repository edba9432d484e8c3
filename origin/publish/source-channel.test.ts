import assert from 'node:assert/strict';
import type { Broadcast } from '../../protocol/broadcast.ts';
import type { PieceFrame } from '../../protocol/frame.ts';
import { packIndex } from '../../protocol/piece-index.ts';
import { ControlClient } from './control-client.ts';
import { OriginMetrics } from './metrics.ts';
import { SourceChannel } from './source-channel.ts';
import { FakeEdge, SECRET } from './testing/fake-edge.ts';

const THEIRS: Broadcast = {
  id: 'f'.repeat(32),
  infoHash: 'f'.repeat(40),
  publicKey: '',
  epochMs: Date.now(),
  tracks: [{
    ...{ track: 0, kind: 'video', codec: 'avc1.64001f', timescale: 90_000 },
    ...{ bitrateKbps: 500, substreams: 8, sliceMs: 100 },
  }],
};

function pieceAt(decodeTimeUs: number, piece: number): PieceFrame {
  const bytes = new Uint8Array(100);
  const index = packIndex(0, 0, piece);
  const hash = new Uint8Array(32);
  return {
    record: { index, byteLength: 100, decodeTimeUs, durationUs: 100_000, flags: 0, initSegment: 0, hash },
    signed: new Uint8Array(),
    bytes,
  };
}

Deno.test('pieces that a source dates far ahead are not kept until then', async () => {
  const edge = new FakeEdge();
  const log = () => {};
  const shared = { edgeUrl: edge.url, secret: SECRET, originId: 'o1.sources', log };
  const control = new ControlClient({ ...shared, live: () => [], onOpen: () => {}, onOrder: () => {} });
  const channel = new SourceChannel({
    ...{ ...shared, name: 'news', control, metrics: new OriginMetrics(), nowMs: Date.now },
  });
  try {
    assert.ok(await channel.begin(THEIRS, Date.now() - 1000, 0));
    await edge.until(() => edge.link.length > 0);
    for (const days of [1, 100, 1e5]) channel.piece(pieceAt(days * 86_400e6, days % 200));
    assert.equal(channel.waiting, 0);
    channel.piece(pieceAt(0, 1));
    assert.equal(channel.waiting, 1);
    await edge.until(() => edge.frames.length > 0);
    assert.deepEqual(edge.frames.map(({ record }) => record.index), [packIndex(0, 0, 1)]);
  } finally {
    channel.close();
    control.close();
    await edge.stop();
  }
});
