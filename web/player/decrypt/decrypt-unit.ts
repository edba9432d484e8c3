/** A unit's bytes as they come, decrypted chunk by chunk. */
import { concatBytes } from '../../../protocol/bytes.ts';
import type { ChunkCipher } from './chunk-cipher.ts';
import { typeAt, viewOf } from './iso-box.ts';

/** No chunk is larger: a keyframe of 8 MiB and the boxes around it. */
const MAX_CHUNK_BYTES = 12 * 1024 * 1024;

/** Yields whole chunks only; what is cut short at the end is left out. Throws RangeError for malformed boxes. */
export async function* decryptUnit(
  parts: AsyncIterable<Uint8Array>,
  cipher: ChunkCipher,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let held: Uint8Array<ArrayBuffer> = new Uint8Array();
  for await (const part of parts) {
    const { chunks, rest } = wholeChunks(concatBytes(held, part));
    held = rest;
    for (const chunk of chunks) await cipher.open(chunk);
    if (chunks.length > 0) yield concatBytes(...chunks);
  }
}

/** Copies of the chunks that are whole, and what is left. Throws RangeError for malformed boxes. */
export function wholeChunks(
  bytes: Uint8Array<ArrayBuffer>,
): { chunks: Uint8Array<ArrayBuffer>[]; rest: Uint8Array<ArrayBuffer> } {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let rest = bytes;
  for (let length = chunkBytes(rest); length > 0; length = chunkBytes(rest)) {
    chunks.push(rest.slice(0, length));
    rest = rest.slice(length);
  }
  return { chunks, rest };
}

/** Length of the first chunk, up to the end of its mdat; 0 while it is not whole. */
function chunkBytes(bytes: Uint8Array): number {
  const view = viewOf(bytes);
  for (let at = 0; at + 8 <= bytes.length;) {
    const size = view.getUint32(at);
    if (size < 8 || at + size > MAX_CHUNK_BYTES) {
      throw new RangeError(`box.size at ${at} must be sane, got ${size}`);
    }
    const type = typeAt(bytes, at);
    at += size;
    if (type === 'mdat') return at <= bytes.length ? at : 0;
  }
  return 0;
}
