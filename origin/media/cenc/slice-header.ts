/**
 * How long the header of an H.264 slice is (ITU-T H.264 section 7.3.3). Slice headers stay clear: decoders behind a
 * hardware CDM read them before anything is decrypted (ISO/IEC 23001-7 section 10).
 */
import { BitReader } from '../bit-reader.ts';
import {
  parsePictureParameters,
  parseSequenceParameters,
  type PictureParameters,
  type SequenceParameters,
  withoutEmulationPrevention,
} from '../h264-parameters.ts';

/** No header is longer: this much of a slice is looked at, and stays clear when it cannot be read. */
export const MAX_HEADER_BYTES = 256;
const P = 0;
const B = 1;
const I = 2;
const SP = 3;
const SI = 4;
const MOST_REFERENCES = 32;

/** Parameter sets by id, as a stream brings them. */
export class SliceReader {
  readonly #sequences = new Map<number, SequenceParameters>();
  readonly #pictures = new Map<number, PictureParameters>();

  /** Takes a parameter set NAL; one that cannot be read is forgotten, with what it replaces. */
  learn(nal: Uint8Array): void {
    try {
      if ((nal[0]! & 31) === 7) {
        const set = parseSequenceParameters(nal);
        this.#sequences.set(set.id, set);
      } else {
        const set = parsePictureParameters(nal);
        this.#pictures.set(set.id, set);
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      ((nal[0]! & 31) === 7 ? this.#sequences : this.#pictures).clear();
    }
  }

  /** Bytes of a slice NAL (types 1 to 5) up to the first whole byte of slice data; undefined when unreadable. */
  headerBytes(nal: Uint8Array): number | undefined {
    const head = nal.subarray(1, 1 + MAX_HEADER_BYTES);
    const payload = withoutEmulationPrevention(head);
    try {
      const bits = new BitReader(payload);
      const available = bits.bitsLeft;
      this.#skip(bits, nal[0]!);
      return 1 + withEmulationPrevention(head, Math.ceil((available - bits.bitsLeft) / 8));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return undefined;
    }
  }

  #skip(bits: BitReader, nalHeader: number): void {
    const isIdr = (nalHeader & 31) === 5;
    bits.unsigned();
    const type = bits.unsigned() % 5;
    const picture = this.#pictures.get(bits.unsigned());
    const sequence = picture && this.#sequences.get(picture.sequenceId);
    if (!sequence) throw new RangeError('the slice names parameter sets that are not here');
    if (sequence.separateColourPlanes) bits.skip(2);
    bits.skip(sequence.frameNumBits);
    const isField = !sequence.framesOnly && bits.flag();
    if (isField) bits.skip(1);
    if (isIdr) bits.unsigned();
    if (sequence.pictureOrderType === 0) {
      bits.skip(sequence.pictureOrderBits);
      if (picture.pictureOrderPresent && !isField) bits.signed();
    } else if (sequence.pictureOrderType === 1 && !sequence.deltaAlwaysZero) {
      bits.signed();
      if (picture.pictureOrderPresent && !isField) bits.signed();
    }
    if (picture.redundantPictures) bits.unsigned();
    if (type === B) bits.skip(1);
    const counts = referenceCounts(bits, type, picture);
    skipListModifications(bits, type);
    const weighted = picture.weightedPrediction && (type === P || type === SP);
    if (weighted || (picture.weightedBiprediction === 1 && type === B)) {
      skipWeights(bits, type === B ? counts : counts.slice(0, 1), sequence.chromaArrayType !== 0);
    }
    if ((nalHeader & 0x60) !== 0) skipMarking(bits, isIdr);
    if (picture.arithmeticCoding && type !== I && type !== SI) bits.unsigned();
    bits.signed();
    if (type === SP) bits.skip(1);
    if (type === SP || type === SI) bits.signed();
    if (picture.deblockingControl && bits.unsigned() !== 1) {
      bits.signed();
      bits.signed();
    }
  }
}

function referenceCounts(bits: BitReader, type: number, picture: PictureParameters): number[] {
  if (type === I || type === SI || !bits.flag()) return picture.references;
  const first = bits.unsigned() + 1;
  return [first, type === B ? bits.unsigned() + 1 : picture.references[1]];
}

function skipListModifications(bits: BitReader, type: number): void {
  if (type === I || type === SI) return;
  for (let list = 0; list < (type === B ? 2 : 1); list++) {
    if (!bits.flag()) continue;
    while (bits.unsigned() !== 3) bits.unsigned();
  }
}

function skipWeights(bits: BitReader, counts: number[], hasChroma: boolean): void {
  bits.unsigned();
  if (hasChroma) bits.unsigned();
  for (const count of counts) {
    if (count > MOST_REFERENCES) throw new RangeError(`there must be at most 32 references, got ${count}`);
    for (let i = 0; i < count; i++) {
      if (bits.flag()) skipSigned(bits, 2);
      if (hasChroma && bits.flag()) skipSigned(bits, 4);
    }
  }
}

function skipMarking(bits: BitReader, isIdr: boolean): void {
  if (isIdr) return bits.skip(2);
  if (!bits.flag()) return;
  for (;;) {
    const operation = bits.unsigned();
    if (operation === 0) return;
    if (operation === 3) bits.unsigned();
    if (operation !== 5) bits.unsigned();
  }
}

function skipSigned(bits: BitReader, count: number): void {
  for (let i = 0; i < count; i++) bits.signed();
}

/** How many bytes with emulation prevention the first `count` bytes without it take. */
function withEmulationPrevention(bytes: Uint8Array, count: number): number {
  let at = 0;
  for (let kept = 0; kept < count; at++) {
    const inserted = bytes[at] === 3 && at >= 2 && bytes[at - 1] === 0 && bytes[at - 2] === 0;
    if (!inserted) kept += 1;
  }
  return at;
}
