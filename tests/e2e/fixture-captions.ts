/** Puts captions of line 21 into a fixture's picture: an SEI message before the first frame of a piece. */
import { concatBytes } from '../../protocol/bytes.ts';
import { boxesOf, childOf } from './fixture-boxes.ts';
import type { FixturePiece } from './fixture-media.ts';

const RESUME_POP_ON = [0x14, 0x20];
const ERASE_NEXT = [0x14, 0x2e];
const ROW_15 = [0x14, 0x60];
const SHOW = [0x14, 0x2f];
const ERASE = [0x14, 0x2c];

/** A caption that stands on the screen at once; without text the screen is cleared. */
export interface FixtureCaption {
  atS: number;
  text?: string;
}

/** Each caption goes into the first piece of the track that begins at its time or later. */
export function addCaptions(pieces: FixturePiece[], track: number, captions: FixtureCaption[]): void {
  for (const { atS, text } of captions) {
    const piece = pieces.find(({ record }) =>
      (record.index >>> 8 & 15) === track && record.durationUs > 0 && record.decodeTimeUs >= atS * 1e6
    )!;
    piece.bytes = withSei(piece.bytes, seiOf(codesOf(text)));
    piece.record.byteLength = piece.bytes.length;
  }
}

function codesOf(text: string | undefined): number[][] {
  const twice = (code: number[]) => [code, code];
  if (text === undefined) return twice(ERASE);
  const letters = [...text].map((letter) => letter.charCodeAt(0));
  const pairs = Array.from({ length: Math.ceil(letters.length / 2) }, (_, at) => [
    letters[2 * at]!,
    letters[2 * at + 1] ?? 0x80,
  ]);
  return [...twice(RESUME_POP_ON), ...twice(ERASE_NEXT), ...twice(ROW_15), ...pairs, ...twice(SHOW)];
}

function seiOf(pairs: number[][]): Uint8Array {
  const triples = pairs.flatMap((pair) => [0xfc, ...pair]);
  const message = [0xb5, 0, 0x31, 0x47, 0x41, 0x39, 0x34, 3, 0x40 | pairs.length, 0xff, ...triples, 0xff];
  const unit = [6, 4, message.length, ...message, 0x80];
  return new Uint8Array([0, 0, 0, unit.length, ...unit]);
}

/** The chunk with the unit before everything else of its first sample. */
function withSei(chunk: Uint8Array, unit: Uint8Array): Uint8Array<ArrayBuffer> {
  const [moof, mdat] = boxesOf(chunk).map(({ bytes }) => bytes.slice());
  const trun = childOf(childOf(moof!, 'traf'), 'trun');
  const view = new DataView(trun.buffer, trun.byteOffset, trun.byteLength);
  const flags = view.getUint32(8) & 0xffffff;
  if ((flags & 0x200) === 0) throw new Error('the trun has no sizes of samples');
  const sizeAt = 16 + (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0) + (flags & 0x100 ? 4 : 0);
  view.setUint32(sizeAt, view.getUint32(sizeAt) + unit.length);
  new DataView(mdat!.buffer).setUint32(0, mdat!.length + unit.length);
  return concatBytes(moof!, mdat!.subarray(0, 8), unit, mdat!.subarray(8));
}
