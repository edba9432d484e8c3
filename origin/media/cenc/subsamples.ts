/** Which bytes of a sample are encrypted (ISO/IEC 23001-7 section 9.5): slices but for their headers, nothing else. */
import { MAX_HEADER_BYTES, type SliceReader } from './slice-header.ts';

/** Clear bytes, then encrypted ones. */
export interface Subsample {
  clear: number;
  encrypted: number;
}

const MAX_CLEAR = 0xffff;
/** The saiz counts what is said of a sample in one byte: 8 of IV, 2 of a count, 6 for each of these. */
const MAX_SUBSAMPLES = 40;

/**
 * Subsamples of an access unit of NAL units behind four-byte lengths (which the caller has checked). With
 * `wholeBlocks` what is encrypted of a slice is a multiple of 16 bytes, as `cenc` wants it.
 */
export function h264Subsamples(data: Uint8Array, slices: SliceReader, wholeBlocks: boolean): Subsample[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const found: Subsample[] = [];
  let clear = 0;
  for (let at = 0; at + 4 <= data.length;) {
    const length = view.getUint32(at);
    const nal = data.subarray(at + 4, at + 4 + length);
    const type = (nal[0] ?? 0) & 31;
    if (type === 7 || type === 8) slices.learn(nal);
    let encrypted = 0;
    if (type >= 1 && type <= 5) {
      const header = slices.headerBytes(nal) ?? MAX_HEADER_BYTES;
      encrypted = Math.max(0, length - header);
      if (wholeBlocks) encrypted -= encrypted % 16;
    }
    clear += 4 + length - encrypted;
    if (encrypted > 0) {
      found.push(...split(clear, encrypted));
      clear = 0;
    }
    at += 4 + length;
  }
  if (clear > 0) found.push(...split(clear, 0));
  return found.length > MAX_SUBSAMPLES ? withRestEncrypted(found) : found;
}

/** A clear part is counted in 16 bits: a longer one takes several subsamples. */
function split(clear: number, encrypted: number): Subsample[] {
  const parts: Subsample[] = [];
  for (; clear > MAX_CLEAR; clear -= MAX_CLEAR) parts.push({ clear: MAX_CLEAR, encrypted: 0 });
  parts.push({ clear, encrypted });
  return parts;
}

/** More slices than can be told apart: what is left of the sample is encrypted as a whole. */
function withRestEncrypted(found: Subsample[]): Subsample[] {
  const rest = found.splice(MAX_SUBSAMPLES - 1);
  const bytes = rest.reduce((sum, { clear, encrypted }) => sum + clear + encrypted, 0);
  const { clear } = rest[0]!;
  return [...found, { clear, encrypted: bytes - clear }];
}
