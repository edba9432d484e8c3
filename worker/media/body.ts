/** Response bodies: pieces one after another, as frames or bare. */
import { encodePieceFrame, type PieceFrame } from '../../protocol/frame.ts';
import { concatBytes } from '../../protocol/bytes.ts';

/** The frames of these pieces. */
export function frameBody(frames: PieceFrame[]): Uint8Array<ArrayBuffer> {
  return concatBytes(...frames.map(({ signed, bytes }) => encodePieceFrame(signed, bytes)));
}

/** The bytes alone, as stock players want them. */
export function joinedBytes(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return concatBytes(...parts);
}
