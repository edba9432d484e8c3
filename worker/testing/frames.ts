/** Frames as an origin would cut them, without media in them: hashes and signatures are fillers. */
import type { Broadcast, Track } from '../../protocol/broadcast.ts';
import type { PieceFrame } from '../../protocol/frame.ts';
import { INIT_PIECE, packIndex, SEGMENT_MS } from '../../protocol/piece-index.ts';
import { encodeRecord, type PieceRecord, RecordFlag, SIGNATURE_BYTES } from '../../protocol/record.ts';
import { concatBytes } from '../../protocol/bytes.ts';

export const VIDEO: Track = {
  track: 0,
  kind: 'video',
  codec: 'avc1.64001f',
  timescale: 90_000,
  bitrateKbps: 500,
  substreams: 4,
  sliceMs: 100,
  width: 640,
  height: 360,
  frameRate: 25,
};

export const AUDIO: Track = {
  track: 1,
  kind: 'audio',
  codec: 'mp4a.40.2',
  timescale: 48_000,
  bitrateKbps: 64,
  substreams: 1,
  sliceMs: 200,
  sampleRate: 48_000,
  channels: 2,
};

/** A track of eight feeds, for what deals them. */
export const EIGHT_FEEDS: Track = {
  track: 0,
  kind: 'video',
  codec: 'avc1.64001f',
  timescale: 90_000,
  bitrateKbps: 512,
  substreams: 8,
  sliceMs: 100,
};

export function broadcastOf(id: string, tracks: Track[] = [VIDEO, AUDIO]): Broadcast {
  return {
    id,
    infoHash: id.padEnd(40, '0'),
    publicKey: 'A'.repeat(43),
    epochMs: Date.UTC(2026, 0, 1),
    tracks,
  };
}

export interface FrameOptions {
  segment: number;
  track?: number;
  piece: number;
  timeUs?: number;
  durationUs?: number;
  flags?: number;
  initSegment?: number;
  bytes?: number;
  /** Two frames of one index with another filling differ in their hash. */
  filling?: number;
}

export function frameOf(options: FrameOptions): PieceFrame {
  const { segment, track = 0, piece, flags = 0, initSegment = 0, bytes = 100, filling = 1 } = options;
  const record: PieceRecord = {
    index: packIndex(segment, track, piece),
    byteLength: bytes,
    decodeTimeUs: options.timeUs ?? segment * SEGMENT_MS * 1000,
    durationUs: options.durationUs ?? 0,
    flags,
    initSegment,
    hash: new Uint8Array(32).fill(filling),
  };
  const signed = concatBytes(encodeRecord(record), new Uint8Array(SIGNATURE_BYTES));
  return { record, signed, bytes: new Uint8Array(bytes).fill(piece) };
}

export function initOf(track: number, segment = 0): PieceFrame {
  const flags = RecordFlag.init;
  return frameOf({ segment, track, piece: INIT_PIECE, flags, initSegment: segment, bytes: 50 });
}

export interface SegmentOptions {
  track?: number;
  pieces?: number;
  initSegment?: number;
  /** Flags of the first piece beside keyframe. */
  flags?: number;
  bytes?: number;
}

/** A whole segment of two seconds, in pieces of equal length. */
export function segmentOfFrames(segment: number, options: SegmentOptions = {}): PieceFrame[] {
  const { track = 0, pieces = 4, initSegment = 0, flags = 0, bytes } = options;
  const durationUs = SEGMENT_MS * 1000 / pieces;
  return Array.from({ length: pieces }, (_, piece) =>
    frameOf({
      segment,
      track,
      piece,
      initSegment,
      timeUs: segment * SEGMENT_MS * 1000 + piece * durationUs,
      durationUs,
      ...(bytes === undefined ? {} : { bytes }),
      flags: (piece === 0 ? RecordFlag.keyframe | flags : 0) |
        (piece === pieces - 1 ? RecordFlag.lastOfSegment : 0),
    }));
}
