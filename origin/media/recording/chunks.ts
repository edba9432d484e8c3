/**
 * A growing file cut into chunks to be stored, each a whole number of torrent pieces, hashed as they fill up. The first
 * chunk is kept until the end: the header that it begins with is written last.
 */
import { concatBytes } from '../../../protocol/bytes.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export interface ChunksOptions {
  pieceBytes: number;
  /** A multiple of `pieceBytes`. */
  chunkBytes: number;
  onChunk: (number: number, bytes: Bytes) => void;
}

const HASH_BYTES = 20;

export class Chunks {
  readonly #options: ChunksOptions;
  #open: Bytes;
  #filled: number;
  #number = 0;
  #first: Bytes | undefined;
  #hashes: Promise<Bytes>[] = [];

  /** The file begins with a header of one piece. */
  constructor(options: ChunksOptions) {
    this.#options = options;
    this.#open = new Uint8Array(options.chunkBytes);
    this.#filled = options.pieceBytes;
  }

  /** Bytes of the file so far. */
  get length(): number {
    return this.#number * this.#options.chunkBytes + this.#filled;
  }

  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      const taken = Math.min(bytes.length - at, this.#open.length - this.#filled);
      this.#open.set(bytes.subarray(at, at + taken), this.#filled);
      this.#filled += taken;
      at += taken;
      if (this.#filled === this.#open.length) this.#close();
    }
  }

  /** Hands out what is left, the first chunk last. Answers length and hashes, 20 bytes a piece. */
  async end(header: Bytes): Promise<{ length: number; pieces: Bytes }> {
    const { length } = this;
    if (this.#filled > 0) {
      this.#open = this.#open.slice(0, this.#filled);
      this.#close();
    }
    const first = this.#first!;
    first.set(header);
    this.#hashes[0] = this.#hash(first.subarray(0, this.#options.pieceBytes));
    const pieces = concatBytes(...await Promise.all(this.#hashes));
    this.#options.onChunk(0, first);
    return { length, pieces };
  }

  #close(): void {
    const chunk = this.#open;
    const { pieceBytes, chunkBytes, onChunk } = this.#options;
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      this.#hashes.push(this.#hash(chunk.subarray(at, Math.min(chunk.length, at + pieceBytes))));
    }
    if (this.#number === 0) this.#first = chunk;
    else onChunk(this.#number, chunk);
    this.#number++;
    this.#open = new Uint8Array(chunkBytes);
    this.#filled = 0;
  }

  async #hash(piece: Uint8Array): Promise<Bytes> {
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-1', piece as Bytes));
    if (hash.length !== HASH_BYTES) throw new Error('SHA-1 must have 20 bytes');
    return hash;
  }
}
