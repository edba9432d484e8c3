/**
 * The broadcast: a video and an audio track, cut as the origin cuts them. Pieces carry their true length and no
 * memory: all are views of one buffer. Hashes and signatures are marks that the simulated crypto reads.
 */
import type { Broadcast, Track } from '../../../protocol/broadcast.ts';
import type { PieceFrame } from '../../../protocol/frame.ts';
import { INIT_PIECE, packIndex, SEGMENT_MS, substreamsFor } from '../../../protocol/piece-index.ts';
import {
  encodeRecord,
  MAX_PIECE_BYTES,
  RECORD_BYTES,
  RecordFlag,
  SIGNED_RECORD_BYTES,
} from '../../../protocol/record.ts';

const VIDEO = 0;
const AUDIO = 1;
const LOWER = 2;
/** A keyframe's slice holds so many times the average. */
const KEYFRAME_FACTOR = 3;
const LEAST_TARGET_BYTES = 8192;
const INIT_BYTES = 800;
const SIGNATURE_MARK = 0x53;
const BUFFER = new Uint8Array(MAX_PIECE_BYTES);

/** A piece as the run counts it. */
export interface StreamPiece {
  frame: PieceFrame;
  /** Counts all pieces of the stream; inits are not counted (-1). */
  serial: number;
  track: number;
  /** Counts the pieces of the track. */
  order: number;
  /** Milliseconds of media time at which it was cut. */
  cutMs: number;
  startsSegment: boolean;
}

export interface StreamOptions {
  kbps: number;
  pieceMs: number;
  audioMs: number;
  /** A second rendition of the video, as a share of the first one's bitrate; 0: none. */
  lower?: number;
}

/** One rendition of the video. */
interface Rendition {
  track: number;
  bytesPerMs: number;
  /** Pieces of the open segment. */
  pieces: number;
}

export class Stream {
  readonly broadcast: Broadcast;
  readonly inits: StreamPiece[];
  /** Pieces cut so far, by track and order. */
  readonly tracks: StreamPiece[][];
  readonly #byIndex = new Map<number, StreamPiece>();
  readonly #hashes = new WeakMap<Uint8Array, Uint8Array>();
  readonly #renditions: Rendition[];
  readonly #audioBytes: number;
  readonly #pieceMs: number;
  readonly #audioMs: number;
  #serial = 0;
  #audioPiece = 0;

  constructor(options: StreamOptions) {
    const audioKbps = options.kbps >= 200 ? 64 : Math.round(options.kbps / 4);
    const videoKbps = options.kbps - audioKbps;
    this.#pieceMs = options.pieceMs;
    this.#audioMs = options.audioMs;
    this.#audioBytes = Math.round(audioKbps * this.#audioMs / 8);
    const lowerKbps = Math.round(videoKbps * (options.lower ?? 0));
    this.#renditions = [{ track: VIDEO, bytesPerMs: videoKbps / 8, pieces: 0 }];
    if (lowerKbps > 0) this.#renditions.push({ track: LOWER, bytesPerMs: lowerKbps / 8, pieces: 0 });
    const track = (
      number: number,
      kind: Track['kind'],
      codec: string,
      kbps: number,
      sliceMs: number,
    ): Track => ({
      track: number,
      kind,
      codec,
      timescale: 90_000,
      bitrateKbps: kbps,
      substreams: substreamsFor(kbps),
      sliceMs,
    });
    this.broadcast = {
      id: '00112233445566778899aabbccddeeff',
      infoHash: '0123456789abcdef0123456789abcdef01234567',
      publicKey: 'A'.repeat(43),
      epochMs: 0,
      tracks: [
        track(VIDEO, 'video', 'avc1.64001f', videoKbps, options.pieceMs),
        track(AUDIO, 'audio', 'mp4a.40.2', audioKbps, this.#audioMs),
        ...(lowerKbps > 0 ? [track(LOWER, 'video', 'avc1.64001f', lowerKbps, options.pieceMs)] : []),
      ],
    };
    this.tracks = this.broadcast.tracks.map(() => []);
    this.inits = this.broadcast.tracks.map((one) => this.#init(one.track));
  }

  /** Number of pieces cut so far. */
  get length(): number {
    return this.#serial;
  }

  byIndex(index: number): StreamPiece | undefined {
    return this.#byIndex.get(index);
  }

  /** Cuts what ends at this media time; called once a millisecond or less often, with times that grow. */
  cut(mediaMs: number): StreamPiece[] {
    const pieces: StreamPiece[] = [];
    if (mediaMs > 0 && mediaMs % this.#pieceMs === 0) {
      for (const rendition of this.#renditions) this.#cutVideo(rendition, mediaMs, pieces);
    }
    if (mediaMs > 0 && mediaMs % this.#audioMs === 0) this.#cutAudio(mediaMs, pieces);
    return pieces;
  }

  /** SHA-256 stand-in: the hash that a payload was made with; for other bytes a plain mixing function. */
  readonly hashOf = (bytes: Uint8Array): Uint8Array => this.#hashes.get(bytes) ?? mix(bytes);

  /** The same piece with bytes that do not match the hash in its record. */
  poisoned(frame: PieceFrame): PieceFrame {
    const bytes = BUFFER.subarray(0, frame.bytes.length);
    this.#hashes.set(bytes, new Uint8Array(32).fill(0xee));
    return { record: frame.record, signed: frame.signed, bytes };
  }

  #cutVideo(rendition: Rendition, endMs: number, pieces: StreamPiece[]): void {
    const startMs = endMs - this.#pieceMs;
    const inSegment = startMs % SEGMENT_MS;
    const slices = SEGMENT_MS / this.#pieceMs;
    const isKey = inSegment === 0;
    const average = rendition.bytesPerMs * this.#pieceMs;
    const factor = slices <= KEYFRAME_FACTOR ? 1 : KEYFRAME_FACTOR;
    const bytes = Math.round(average * (isKey ? factor : (slices - factor) / (slices - 1)));
    const most = Math.min(MAX_PIECE_BYTES, 2 * Math.max(LEAST_TARGET_BYTES, average));
    const parts = Math.ceil(bytes / most);
    if (isKey) rendition.pieces = 0;
    for (let part = 0; part < parts; part++) {
      const isLast = part === parts - 1;
      let flags = isKey && part === 0 ? RecordFlag.keyframe : 0;
      if (isLast && endMs % SEGMENT_MS === 0) flags |= RecordFlag.lastOfSegment;
      const index = packIndex(Math.floor(startMs / SEGMENT_MS), rendition.track, rendition.pieces++);
      const length = Math.floor(bytes / parts);
      pieces.push(
        this.#piece(
          index,
          rendition.track,
          length,
          startMs,
          isLast ? this.#pieceMs : 0,
          flags,
          isKey && part === 0,
          endMs,
        ),
      );
    }
  }

  #cutAudio(endMs: number, pieces: StreamPiece[]): void {
    const startMs = endMs - this.#audioMs;
    const isFirst = startMs % SEGMENT_MS === 0;
    if (isFirst) this.#audioPiece = 0;
    const flags = (isFirst ? RecordFlag.keyframe : 0) |
      (endMs % SEGMENT_MS === 0 ? RecordFlag.lastOfSegment : 0);
    const index = packIndex(Math.floor(startMs / SEGMENT_MS), AUDIO, this.#audioPiece++);
    pieces.push(this.#piece(index, AUDIO, this.#audioBytes, startMs, this.#audioMs, flags, isFirst, endMs));
  }

  #init(track: number): StreamPiece {
    const piece = this.#piece(
      packIndex(0, track, INIT_PIECE),
      track,
      INIT_BYTES,
      0,
      0,
      RecordFlag.init,
      false,
      0,
    );
    this.tracks[track]!.pop();
    this.#serial--;
    return Object.assign(piece, { serial: -1, order: -1 });
  }

  #piece(
    index: number,
    track: number,
    byteLength: number,
    startMs: number,
    durationMs: number,
    flags: number,
    startsSegment: boolean,
    cutMs: number,
  ): StreamPiece {
    const bytes = BUFFER.subarray(0, byteLength);
    const hash = mix(Uint8Array.of(index >>> 24, index >>> 16, index >>> 8, index));
    this.#hashes.set(bytes, hash);
    const record = {
      index,
      byteLength,
      decodeTimeUs: startMs * 1000,
      durationUs: durationMs * 1000,
      flags,
      initSegment: 0,
      hash,
    };
    const signed = new Uint8Array(SIGNED_RECORD_BYTES);
    signed.set(encodeRecord(record));
    signed.set(simulatedSignature(), RECORD_BYTES);
    const piece: StreamPiece = {
      frame: { record, signed, bytes },
      serial: this.#serial++,
      track,
      order: this.tracks[track]!.length,
      cutMs,
      startsSegment,
    };
    this.tracks[track]!.push(piece);
    this.#byIndex.set(index, piece);
    return piece;
  }
}

/** A signature that `simulatedVerify` accepts. */
export function simulatedSignature(): Uint8Array {
  const signature = new Uint8Array(64);
  signature[0] = SIGNATURE_MARK;
  return signature;
}

export function simulatedVerify(signature: Uint8Array): boolean {
  return signature[0] === SIGNATURE_MARK;
}

function mix(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(32);
  let state = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) state = Math.imul(state ^ bytes[i]!, 0x01000193);
  for (let i = 0; i < 32; i++) {
    state = Math.imul(state ^ (state >>> 13), 0x5bd1e995) + i | 0;
    out[i] = state >>> 24;
  }
  return out;
}
