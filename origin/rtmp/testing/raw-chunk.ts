/** Chunks byte by byte, right or wrong, for tests. */
import { concatBytes } from '../../../protocol/bytes.ts';

export interface RawChunk {
  format: 0 | 1 | 2 | 3;
  csid: number;
  /** The 24 bit field. */
  time?: number;
  /** Four more bytes, wherever wanted. */
  extended?: number;
  length?: number;
  type?: number;
  streamId?: number;
  payload?: Uint8Array;
}

export function rawChunk(chunk: RawChunk): Uint8Array<ArrayBuffer> {
  const { format, csid, time = 0, extended, length = 0, type = 0, streamId = 0 } = chunk;
  const out: number[] = [];
  if (csid < 64) out.push(format << 6 | csid);
  else if (csid < 320) out.push(format << 6, csid - 64);
  else out.push(format << 6 | 1, (csid - 64) & 0xff, (csid - 64) >> 8);
  if (format < 3) out.push(...bigEndian(time, 3));
  if (format < 2) out.push(...bigEndian(length, 3), type);
  if (format === 0) out.push(...bigEndian(streamId, 4).reverse());
  if (extended !== undefined) out.push(...bigEndian(extended, 4));
  return concatBytes(new Uint8Array(out), chunk.payload ?? new Uint8Array(0));
}

/** A whole message in one chunk of type 0. */
export function rawMessage(
  csid: number,
  type: number,
  payload: Uint8Array,
  time = 0,
  streamId = 0,
): Uint8Array<ArrayBuffer> {
  return rawChunk({ format: 0, csid, time, length: payload.length, type, streamId, payload });
}

export function bigEndian(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** (bytes - 1 - i)) & 0xff);
}
