/** A broadcast out of nothing: tracks, and pieces with signed records as an origin would cut them. */
import { toBase64Url, toHex } from '../../../protocol/bytes.ts';
import type { Broadcast, Track } from '../../../protocol/broadcast.ts';
import type { PieceFrame } from '../../../protocol/frame.ts';
import { INIT_PIECE, packIndex, pieceOf, SEGMENT_MS } from '../../../protocol/piece-index.ts';
import { encodeRecord, type PieceRecord, RecordFlag } from '../../../protocol/record.ts';
import { concatBytes } from '../../../protocol/bytes.ts';
import { fakeHash, fakeSign } from './fake-crypto.ts';

export const VIDEO: Track = {
  track: 0,
  kind: 'video',
  codec: 'avc1.64001f',
  timescale: 90_000,
  bitrateKbps: 448,
  substreams: 7,
  sliceMs: 100,
};
export const AUDIO: Track = {
  track: 1,
  kind: 'audio',
  codec: 'mp4a.40.2',
  timescale: 48_000,
  bitrateKbps: 64,
  substreams: 1,
  sliceMs: 200,
};

export class Source {
  readonly key = fakeHash(Uint8Array.of(1));
  readonly broadcast: Broadcast;
  readonly frames = new Map<number, PieceFrame>();

  constructor(tracks: Track[] = [VIDEO, AUDIO], epochMs = 0) {
    this.broadcast = {
      id: toHex(fakeHash(Uint8Array.of(2)).slice(0, 16)),
      infoHash: toHex(fakeHash(Uint8Array.of(3)).slice(0, 20)),
      publicKey: toBase64Url(this.key),
      epochMs,
      tracks,
    };
  }

  /** The pieces of a track that are cut in (fromMs, toMs]; the first of a segment comes as three at once. */
  cut(track: Track, fromMs: number, toMs: number): PieceFrame[] {
    const frames: PieceFrame[] = [];
    const perSegment = SEGMENT_MS / track.sliceMs;
    for (let n = Math.floor(fromMs / track.sliceMs); (n + 1) * track.sliceMs <= toMs; n++) {
      const segment = Math.floor(n / perSegment);
      const slice = n % perSegment;
      if (n === 0) frames.push(this.init(track));
      const parts = track.kind === 'video' ? (slice === 0 ? 3 : 1) : 1;
      for (let part = 0; part < parts; part++) {
        const piece = track.kind === 'video' && slice > 0 ? slice + 2 : slice + part;
        frames.push(this.make({
          index: packIndex(segment, track.track, piece),
          decodeTimeUs: n * track.sliceMs * 1000,
          durationUs: part === parts - 1 ? track.sliceMs * 1000 : 0,
          flags: (slice === 0 && part === 0 ? RecordFlag.keyframe : 0) |
            (slice === perSegment - 1 && part === parts - 1 ? RecordFlag.lastOfSegment : 0),
          byteLength: Math.round(track.bitrateKbps * track.sliceMs / 8 * (perSegment / (perSegment + 2))),
        }));
      }
    }
    return frames;
  }

  init(track: Track): PieceFrame {
    const index = packIndex(0, track.track, INIT_PIECE);
    return this.frames.get(index) ??
      this.make({ index, decodeTimeUs: 0, durationUs: 0, flags: RecordFlag.init, byteLength: 600 });
  }

  /** A piece whose bytes begin with its index. */
  make(record: Omit<PieceRecord, 'hash' | 'initSegment'>, salt = 0): PieceFrame {
    const bytes = new Uint8Array(record.byteLength);
    const view = new DataView(bytes.buffer);
    view.setInt32(0, record.index);
    view.setInt32(4, salt);
    const frame = this.sign({ ...record, initSegment: 0, hash: sourceHash(bytes) }, bytes);
    if (salt === 0) this.frames.set(record.index, frame);
    return frame;
  }

  sign(record: PieceRecord, bytes: Uint8Array): PieceFrame {
    const encoded = encodeRecord(record);
    return { record, signed: concatBytes(encoded, fakeSign(this.key, encoded)), bytes };
  }

  isInit(frame: PieceFrame): boolean {
    return pieceOf(frame.record.index) === INIT_PIECE;
  }
}

/** A hash of the first bytes and the length: enough to tell test pieces apart, whatever their size. */
export function sourceHash(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return fakeHash(bytes.subarray(0, 16), Uint8Array.of(bytes.length & 255, bytes.length >> 8));
}
