/** Messages and bytes for the wire's tests. */
import { fromHex } from '../../../protocol/bytes.ts';
import { packIndex } from '../../../protocol/piece-index.ts';
import { encodeRecord } from '../../../protocol/record.ts';
import type { PieceFrame } from '../../../protocol/frame.ts';
import type { Message } from '../message.ts';
import { WireCodec } from './codec.ts';

export const INFO_HASH = fromHex('00112233445566778899aabbccddeeff00112233')!;
export const ALICE = '-SH0001-aliceAAAAAAA';
export const BOB = '-SH0001-bobBBBBBBBBB';

/** A frame whose record is well-formed; its signature is not. */
export function frameOf(index: number, byteLength: number): PieceFrame {
  const bytes = new Uint8Array(byteLength).map((_, i) => i * 31 + byteLength);
  const record = {
    index,
    byteLength,
    decodeTimeUs: 123_456_789,
    durationUs: 100_000,
    flags: 0,
    initSegment: 3,
    hash: new Uint8Array(32).fill(7),
  };
  const signed = new Uint8Array(118).fill(9);
  signed.set(encodeRecord(record));
  return { record, signed, bytes };
}

/** One message of every type. */
export function everyMessage(): Message[] {
  const index = packIndex(0xfffff, 3, 17);
  return [
    {
      type: 'hello',
      ticket: new Uint8Array(129).fill(1),
      nonce: new Uint8Array(16).fill(2),
      uploadKbps: 5000,
      tracks: [0, 3],
    },
    { type: 'proof', signature: new Uint8Array(64).fill(3) },
    { type: 'ticket', ticket: new Uint8Array(129).fill(4) },
    {
      type: 'state',
      clockMs: 1_700_000_000,
      spareKbps: 700,
      tracks: [
        { track: 0, base: index, bits: Uint8Array.of(2, 9, 255, 128), lags: Uint8Array.of(1, 2, 255) },
        { track: 15, base: 0, bits: Uint8Array.of(0), lags: Uint8Array.of(0) },
      ],
    },
    { type: 'subscribe', track: 1, substream: 7, since: index, orphan: true, lonely: true },
    { type: 'unsubscribe', track: 1, substream: 7 },
    { type: 'subscribed', track: 1, substream: 7, accepted: true },
    { type: 'path', track: 1, substream: 7, path: [1, -2, 0x7fffffff] },
    { type: 'piece', frame: frameOf(index, 6400) },
    { type: 'piece', frame: frameOf(packIndex(0x80000, 0, 1), 65_536) },
    { type: 'request', index },
    { type: 'cancel', index },
    { type: 'reject', index },
    { type: 'have', index },
    { type: 'peers', peerIds: [ALICE, BOB] },
    { type: 'relay', to: ALICE, from: BOB, payload: '{"sdp":"v=0 …"}' },
    { type: 'goodbye' },
  ];
}

/** Two codecs that have shaken hands. */
export function codecPair(): [WireCodec, WireCodec] {
  const alice = new WireCodec({ infoHash: INFO_HASH, peerId: ALICE });
  const bob = new WireCodec({ infoHash: INFO_HASH, peerId: BOB });
  for (const chunk of alice.start()) bob.push(chunk);
  for (const chunk of bob.start()) alice.push(chunk);
  return [alice, bob];
}
