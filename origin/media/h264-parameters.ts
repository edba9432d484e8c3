/** H.264 parameter sets (ITU-T H.264 sections 7.3.2.1 and 7.3.2.2): what the init segment and slice headers need. */
import { BitReader } from './bit-reader.ts';

export interface SequenceParameters {
  id: number;
  width: number;
  height: number;
  separateColourPlanes: boolean;
  /** 0 for monochrome and for separate planes. */
  chromaArrayType: number;
  frameNumBits: number;
  pictureOrderType: number;
  /** Of type 0. */
  pictureOrderBits: number;
  /** Of type 1. */
  deltaAlwaysZero: boolean;
  framesOnly: boolean;
}

export interface PictureParameters {
  id: number;
  sequenceId: number;
  arithmeticCoding: boolean;
  pictureOrderPresent: boolean;
  sliceGroups: number;
  /** Reference pictures by default, of either list. */
  references: [number, number];
  weightedPrediction: boolean;
  weightedBiprediction: number;
  deblockingControl: boolean;
  redundantPictures: boolean;
}

const PROFILES_WITH_CHROMA = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** Reads a sequence parameter set with its NAL header. Throws RangeError. */
export function parseSequenceParameters(nal: Uint8Array): SequenceParameters {
  const bits = new BitReader(withoutEmulationPrevention(nal.subarray(1)));
  const profile = bits.read(8);
  bits.skip(16);
  const id = bits.unsigned();
  let chroma = 1;
  let separateColourPlanes = false;
  if (PROFILES_WITH_CHROMA.has(profile)) {
    chroma = bits.unsigned();
    if (chroma === 3) separateColourPlanes = bits.flag();
    bits.unsigned();
    bits.unsigned();
    bits.skip(1);
    if (bits.flag()) skipScalingMatrix(bits, chroma === 3 ? 12 : 8);
  }
  const frameNumBits = bits.unsigned() + 4;
  const pictureOrderType = bits.unsigned();
  let pictureOrderBits = 0;
  let deltaAlwaysZero = false;
  if (pictureOrderType === 0) pictureOrderBits = bits.unsigned() + 4;
  else if (pictureOrderType === 1) {
    deltaAlwaysZero = bits.flag();
    bits.signed();
    bits.signed();
    const cycle = bits.unsigned();
    if (cycle > 255) throw new RangeError(`the picture order cycle must be at most 255, got ${cycle}`);
    for (let i = 0; i < cycle; i++) bits.signed();
  }
  if (frameNumBits > 16 || pictureOrderBits > 16) {
    throw new RangeError('frame numbers and picture order counts must have at most 16 bits');
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
  return {
    id,
    width,
    height,
    separateColourPlanes,
    chromaArrayType: separateColourPlanes ? 0 : chroma,
    frameNumBits,
    pictureOrderType,
    pictureOrderBits,
    deltaAlwaysZero,
    framesOnly,
  };
}

/** Reads a picture parameter set with its NAL header, as far as slice headers need it. Throws RangeError. */
export function parsePictureParameters(nal: Uint8Array): PictureParameters {
  const bits = new BitReader(withoutEmulationPrevention(nal.subarray(1)));
  const id = bits.unsigned();
  const sequenceId = bits.unsigned();
  const arithmeticCoding = bits.flag();
  const pictureOrderPresent = bits.flag();
  const sliceGroups = bits.unsigned() + 1;
  // What follows several slice groups is not read: such slices are treated as unreadable.
  if (sliceGroups > 1) throw new RangeError('slice groups are not supported');
  const references: [number, number] = [bits.unsigned() + 1, bits.unsigned() + 1];
  const weightedPrediction = bits.flag();
  const weightedBiprediction = bits.read(2);
  bits.signed();
  bits.signed();
  bits.signed();
  const deblockingControl = bits.flag();
  bits.skip(1);
  const redundantPictures = bits.flag();
  return {
    id,
    sequenceId,
    arithmeticCoding,
    pictureOrderPresent,
    sliceGroups,
    references,
    weightedPrediction,
    weightedBiprediction,
    deblockingControl,
    redundantPictures,
  };
}

/** Drops the byte 3 of each 0 0 3 (ITU-T H.264 section 7.4.1). */
export function withoutEmulationPrevention(bytes: Uint8Array): Uint8Array {
  return bytes.filter((byte, i) => !(byte === 3 && i >= 2 && bytes[i - 1] === 0 && bytes[i - 2] === 0));
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
