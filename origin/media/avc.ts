/** H.264: the decoder configuration (avcC, ISO/IEC 14496-15 section 5.3.3) and what of the SPS the init needs. */
import { toHex } from '../../protocol/bytes.ts';
import { UnsupportedMedia } from '../rtmp/seam.ts';
import { parseSequenceParameters } from './h264-parameters.ts';

export interface AvcConfig {
  /** The avcC as it came, which goes into the init segment unchanged. */
  avcC: Uint8Array;
  /** RFC 6381, as `avc1.64001f`. */
  codec: string;
  width: number;
  height: number;
}

/** Reads the AVC sequence header of an FLV stream. Throws UnsupportedMedia with the reason. */
export function parseAvcConfig(avcC: Uint8Array): AvcConfig {
  if (avcC.length < 9 || avcC[0] !== 1) {
    throw new UnsupportedMedia('the H.264 sequence header is not an AVC decoder configuration of version 1');
  }
  if ((avcC[4]! & 3) !== 3) {
    throw new UnsupportedMedia(`H.264 NAL unit lengths must have 4 bytes, got ${(avcC[4]! & 3) + 1}`);
  }
  const spsLength = (avcC[6]! << 8) | avcC[7]!;
  if ((avcC[5]! & 31) === 0 || spsLength < 4 || avcC.length < 8 + spsLength) {
    throw new UnsupportedMedia('the H.264 sequence header has no sequence parameter set');
  }
  try {
    const { width, height } = parseSequenceParameters(avcC.subarray(8, 8 + spsLength));
    return { avcC: avcC.slice(), codec: `avc1.${toHex(avcC.subarray(1, 4))}`, width, height };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UnsupportedMedia(`the H.264 sequence parameter set cannot be read: ${error.message}`);
  }
}

/** The parameter sets of a decoder configuration, NAL headers included; what is cut short is left out. */
export function parameterSetsOf(avcC: Uint8Array): Uint8Array[] {
  const sets: Uint8Array[] = [];
  let at = 5;
  for (const mask of [31, 255]) {
    let count = (avcC[at++] ?? 0) & mask;
    for (; count > 0 && at + 2 <= avcC.length; count--) {
      const length = (avcC[at]! << 8) | avcC[at + 1]!;
      if (at + 2 + length > avcC.length) return sets;
      sets.push(avcC.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  return sets;
}
