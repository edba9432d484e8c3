/**
 * Frames: how records and pieces follow each other in an HTTP body (join, run, piece, seed stream) and in the
 * binary messages of the link between origin and edge (one frame a message).
 *
 * | kind | then |
 * |---|---|
 * | 1 piece | signed record, piece bytes (their length stands in the record) |
 * | 2 idle | nothing: keeps a quiet stream open; by itself in a message of a join's socket: the rest comes later |
 */
import { decodeRecord, type PieceRecord, SIGNED_RECORD_BYTES } from './record.ts';

const KIND_PIECE = 1;
const KIND_IDLE = 2;
/** Bytes that a piece frame adds to its piece. */
export const PIECE_FRAME_OVERHEAD = 1 + SIGNED_RECORD_BYTES;

/** One piece with its proof. `signed` is the record with its signature, as it goes over every wire. */
export interface PieceFrame {
  record: PieceRecord;
  signed: Uint8Array;
  bytes: Uint8Array;
}

export function encodePieceFrame(signed: Uint8Array, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (signed.length !== SIGNED_RECORD_BYTES) {
    throw new RangeError(`frame.signed must be ${SIGNED_RECORD_BYTES} bytes, got ${signed.length}`);
  }
  const frame = new Uint8Array(PIECE_FRAME_OVERHEAD + bytes.length);
  frame[0] = KIND_PIECE;
  frame.set(signed, 1);
  frame.set(bytes, PIECE_FRAME_OVERHEAD);
  return frame;
}

export function encodeIdleFrame(): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(KIND_IDLE);
}

/** Whether these bytes are one idle frame and nothing else. */
export function isIdleFrame(bytes: Uint8Array): boolean {
  return bytes.length === 1 && bytes[0] === KIND_IDLE;
}

/** The record of the piece frame that begins there, and where the frame ends. Throws RangeError. */
export function decodeFrameHead(bytes: Uint8Array, at: number): { record: PieceRecord; end: number } {
  if (bytes[at] !== KIND_PIECE) throw new RangeError(`frame.kind must be 1, got ${bytes[at]}`);
  const record = decodeRecord(bytes.subarray(at + 1, at + PIECE_FRAME_OVERHEAD));
  return { record, end: at + PIECE_FRAME_OVERHEAD + record.byteLength };
}

/** Cuts a byte stream into frames. Holds at most one unfinished frame (under 66 KB). */
export class FrameReader {
  #held: Uint8Array = new Uint8Array(0);

  /** Feeds bytes; answers the piece frames they complete. Throws RangeError on a malformed stream. */
  push(chunk: Uint8Array): PieceFrame[] {
    let bytes = chunk;
    if (this.#held.length > 0) {
      bytes = new Uint8Array(this.#held.length + chunk.length);
      bytes.set(this.#held);
      bytes.set(chunk, this.#held.length);
    }
    const frames: PieceFrame[] = [];
    let at = 0;
    while (at < bytes.length) {
      if (bytes[at] === KIND_IDLE) {
        at += 1;
        continue;
      }
      if (bytes[at] !== KIND_PIECE) throw new RangeError(`frame.kind must be 1 or 2, got ${bytes[at]}`);
      if (bytes.length - at < PIECE_FRAME_OVERHEAD) break;
      const { record, end } = decodeFrameHead(bytes, at);
      if (bytes.length < end) break;
      const body = at + PIECE_FRAME_OVERHEAD;
      frames.push({ record, signed: bytes.slice(at + 1, body), bytes: bytes.slice(body, end) });
      at = end;
    }
    this.#held = bytes.slice(at);
    return frames;
  }

  /** Whether the stream ended between two frames. */
  get isWhole(): boolean {
    return this.#held.length === 0;
  }
}

/** Reads a message that must be exactly one piece frame. Throws RangeError. */
export function decodePieceFrame(message: Uint8Array): PieceFrame {
  const reader = new FrameReader();
  const [frame, ...more] = reader.push(message);
  if (!frame || more.length > 0 || !reader.isWhole) {
    throw new RangeError(`frame must be one whole piece frame, got ${message.length} bytes`);
  }
  return frame;
}
