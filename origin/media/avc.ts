/** H.264: the decoder configuration (avcC, ISO/IEC 14496-15 section 5.3.3) and what of the SPS the init needs. */
import { toHex } from '../../protocol/bytes.ts';
import { UnsupportedMedia } from '../rtmp/seam.ts';
import { BitReader } from './bit-reader.ts';

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
    const size = pictureSize(avcC.subarray(8, 8 + spsLength));
    return { avcC: avcC.slice(), codec: `avc1.${toHex(avcC.subarray(1, 4))}`, ...size };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UnsupportedMedia(`the H.264 sequence parameter set cannot be read: ${error.message}`);
  }
}

const PROFILES_WITH_CHROMA = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** Width and height from a sequence parameter set (ITU-T H.264 section 7.3.2.1.1), cropping applied. */
function pictureSize(sps: Uint8Array): { width: number; height: number } {
  const bits = new BitReader(withoutEmulationPrevention(sps.subarray(1)));
  const profile = bits.read(8);
  bits.skip(16);
  bits.unsigned();
  let chroma = 1;
  if (PROFILES_WITH_CHROMA.has(profile)) {
    chroma = bits.unsigned();
    if (chroma === 3) bits.skip(1);
    bits.unsigned();
    bits.unsigned();
    bits.skip(1);
    if (bits.flag()) skipScalingMatrix(bits, chroma === 3 ? 12 : 8);
  }
  bits.unsigned();
  const pictureOrder = bits.unsigned();
  if (pictureOrder === 0) bits.unsigned();
  else if (pictureOrder === 1) {
    bits.skip(1);
    bits.signed();
    bits.signed();
    const cycle = bits.unsigned();
    if (cycle > 255) throw new RangeError(`the picture order cycle must be at most 255, got ${cycle}`);
    for (let i = 0; i < cycle; i++) bits.signed();
  }
  bits.unsigned();
  bits.skip(1);
  const widthInBlocks = bits.unsigned() + 1;
  const heightInMapUnits = bits.unsigned() + 1;
  const framesOnly = bits.flag();
  if (!framesOnly) bits.skip(1);
  bits.skip(1);
  const crop = bits.flag()
    ? [bits.unsigned(), bits.unsigned(), bits.unsigned(), bits.unsigned()]
    : [0, 0, 0, 0];
  const cropX = chroma === 1 || chroma === 2 ? 2 : 1;
  const cropY = (chroma === 1 ? 2 : 1) * (framesOnly ? 1 : 2);
  const width = widthInBlocks * 16 - (crop[0]! + crop[1]!) * cropX;
  const height = heightInMapUnits * 16 * (framesOnly ? 1 : 2) - (crop[2]! + crop[3]!) * cropY;
  if (width < 1 || height < 1 || width > 16_384 || height > 16_384) {
    throw new RangeError(`the picture must have 1 to 16384 points each way, got ${width} x ${height}`);
  }
  return { width, height };
}

function skipScalingMatrix(bits: BitReader, lists: number): void {
  for (let list = 0; list < lists; list++) {
    if (!bits.flag()) continue;
    let last = 8;
    let next = 8;
    for (let i = 0; i < (list < 6 ? 16 : 64); i++) {
      if (next !== 0) next = (last + bits.signed() + 256) % 256;
      if (next !== 0) last = next;
    }
  }
}

/** Drops the byte 3 of each 0 0 3 (ITU-T H.264 section 7.4.1). */
function withoutEmulationPrevention(bytes: Uint8Array): Uint8Array {
  const kept = bytes.filter((byte, i) => !(byte === 3 && i >= 2 && bytes[i - 1] === 0 && bytes[i - 2] === 0));
  return kept;
}
