/**
 * The record: what the origin says, and signs, of one piece. It travels just before its piece.
 *
 * Signed with the broadcast's Ed25519 key (RFC 8032), each record alone ("sign all", RFC 7574 section 6.1).
 * Layout, big-endian, RECORD_BYTES long, followed by the signature where it is signed:
 *
 * | offset | bytes | field |
 * |---|---|---|
 * | 0 | 1 | version, 1 |
 * | 1 | 4 | piece index |
 * | 5 | 2 | byte length - 1 (so 1 to 65536) |
 * | 7 | 8 | decode time, microseconds since the broadcast's time zero |
 * | 15 | 3 | duration, microseconds |
 * | 18 | 1 | flags |
 * | 19 | 3 | segment whose piece 255 is the init segment of this piece |
 * | 22 | 32 | SHA-256 of the piece |
 */
import { describeIndex, INIT_PIECE, pieceOf, SEGMENT_COUNT } from './piece-index.ts';

/** Largest piece, in bytes. Larger CMAF chunks are split. */
export const MAX_PIECE_BYTES = 65536;
export const RECORD_BYTES = 54;
export const SIGNATURE_BYTES = 64;
export const SIGNED_RECORD_BYTES = RECORD_BYTES + SIGNATURE_BYTES;
const VERSION = 1;
const MAX_DURATION_US = 0xffffff;

/** Bits of `PieceRecord.flags`. */
export const RecordFlag = {
  /** The first sample is a sync sample and the segment can be decoded from here. */
  keyframe: 1,
  /** The last piece of its segment on this track. */
  lastOfSegment: 2,
  /** The timeline breaks before this piece: an encoder came back, or its clock jumped. */
  discontinuity: 4,
  /** The piece is an init segment (ISO BMFF ftyp + moov). */
  init: 8,
  /** The samples are encrypted (CENC); the init segment names the key id. */
  encrypted: 16,
  /** The segment does not begin with a sync sample (it was closed by force). */
  dependent: 32,
} as const;

export interface PieceRecord {
  /** int32, see piece-index.ts. */
  index: number;
  /** 1 to 65536. */
  byteLength: number;
  /** Microseconds since the broadcast's time zero; up to 2^53. */
  decodeTimeUs: number;
  /** Microseconds, below 2^24; 0 for an init segment and for all but the last part of a split chunk. */
  durationUs: number;
  flags: number;
  /** Segment number under which this piece's init segment stands (itself for an init). */
  initSegment: number;
  /** SHA-256 of the piece, 32 bytes. */
  hash: Uint8Array;
}

/** Encodes the part that is signed. Throws RangeError naming the field and the rule. */
export function encodeRecord(record: PieceRecord): Uint8Array<ArrayBuffer> {
  requireRange('byteLength', record.byteLength, 1, MAX_PIECE_BYTES);
  requireRange('decodeTimeUs', record.decodeTimeUs, 0, Number.MAX_SAFE_INTEGER);
  requireRange('durationUs', record.durationUs, 0, MAX_DURATION_US);
  requireRange('flags', record.flags, 0, 63);
  requireRange('initSegment', record.initSegment, 0, SEGMENT_COUNT - 1);
  requireRange('hash.length', record.hash.length, 32, 32);
  const bytes = new Uint8Array(RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, VERSION);
  view.setInt32(1, record.index);
  view.setUint16(5, record.byteLength - 1);
  view.setBigUint64(7, BigInt(record.decodeTimeUs));
  view.setUint8(15, record.durationUs >>> 16);
  view.setUint16(16, record.durationUs & 0xffff);
  view.setUint8(18, record.flags);
  view.setUint8(19, record.initSegment >>> 16);
  view.setUint16(20, record.initSegment & 0xffff);
  bytes.set(record.hash, 22);
  return bytes;
}

/** Decodes a record, signed or not; what follows the signature is refused. Throws RangeError. */
export function decodeRecord(bytes: Uint8Array): PieceRecord {
  if (bytes.length !== RECORD_BYTES && bytes.length !== SIGNED_RECORD_BYTES) {
    throw new RangeError(
      `record must be ${RECORD_BYTES} or ${SIGNED_RECORD_BYTES} bytes, got ${bytes.length}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint8(0) !== VERSION) {
    throw new RangeError(`record.version must be ${VERSION}, got ${view.getUint8(0)}`);
  }
  const decodeTimeUs = Number(view.getBigUint64(7));
  requireRange('decodeTimeUs', decodeTimeUs, 0, Number.MAX_SAFE_INTEGER);
  const flags = view.getUint8(18);
  requireRange('flags', flags, 0, 63);
  const initSegment = (view.getUint8(19) << 16) | view.getUint16(20);
  requireRange('initSegment', initSegment, 0, SEGMENT_COUNT - 1);
  const index = view.getInt32(1);
  if ((pieceOf(index) === INIT_PIECE) !== ((flags & RecordFlag.init) !== 0)) {
    throw new RangeError(
      `record.flags must have the init bit just for piece 255, got ${describeIndex(index)}`,
    );
  }
  return {
    index,
    byteLength: view.getUint16(5) + 1,
    decodeTimeUs,
    durationUs: (view.getUint8(15) << 16) | view.getUint16(16),
    flags,
    initSegment,
    hash: bytes.slice(22, 22 + 32),
  };
}

/** The signed part of a signed record. */
export function signedPart(signed: Uint8Array): Uint8Array {
  return signed.subarray(0, RECORD_BYTES);
}

/** The signature of a signed record. */
export function signatureOf(signed: Uint8Array): Uint8Array {
  return signed.subarray(RECORD_BYTES, SIGNED_RECORD_BYTES);
}

function requireRange(field: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`record.${field} must be a whole number from ${least} to ${most}, got ${value}`);
  }
}
