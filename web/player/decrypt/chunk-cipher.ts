/** Decryption of chunks by WebCrypto, for browsers whose EME has no ClearKey. */
import { concatBytes } from '../../../protocol/bytes.ts';
import type { TrackCipher } from './clear-init.ts';
import { type EncryptedSample, mapSamples, type Run } from './sample-map.ts';

const BLOCK = 16;

/** Decrypts the chunks (moof and mdat) of one track under one key. */
export class ChunkCipher {
  readonly #cipher: TrackCipher;
  readonly #key: Promise<CryptoKey>;

  constructor(cipher: TrackCipher, key: Uint8Array<ArrayBuffer>) {
    this.#cipher = cipher;
    const algorithm = cipher.scheme === 'cenc' ? 'AES-CTR' : 'AES-CBC';
    // Encryption too: WebCrypto's CBC insists on padding, which has to be made (see #chained).
    this.#key = crypto.subtle.importKey('raw', key, algorithm, false, ['decrypt', 'encrypt']);
  }

  /** In place. Throws RangeError when the chunk's boxes do not fit each other. */
  async open(chunk: Uint8Array<ArrayBuffer>): Promise<void> {
    const samples = mapSamples(chunk, this.#cipher.ivBytes);
    if (this.#cipher.scheme === 'cenc') {
      await Promise.all(samples.map((sample) => this.#counted(chunk, sample)));
    } else await this.#chained(chunk, samples.flatMap(({ runs }) => runs));
  }

  /** `cenc`: one key stream through all runs of a sample. */
  async #counted(chunk: Uint8Array, { iv, runs }: EncryptedSample): Promise<void> {
    const sealed = concatBytes(...runs.map(({ at, end }) => chunk.subarray(at, end)));
    if (sealed.length === 0) return;
    const counter = new Uint8Array(BLOCK);
    counter.set(iv);
    const opened = await crypto.subtle.decrypt(
      { name: 'AES-CTR', counter, length: 64 },
      await this.#key,
      sealed,
    );
    scatter(chunk, runs, new Uint8Array(opened));
  }

  /**
   * `cbcs`: every run is a chain of its own that begins with the same IV. All are decrypted in one go, as one chain,
   * and the first block of each is set right afterwards.
   */
  async #chained(chunk: Uint8Array, runs: Run[]): Promise<void> {
    const chains = runs.map((run) => this.#blocksOf(run)).filter((blocks) => blocks.length > 0);
    const blocks = chains.flat();
    if (blocks.length === 0) return;
    const sealed = concatBytes(...blocks.map(({ at, end }) => chunk.subarray(at, end)));
    const key = await this.#key;
    // A block that decrypts to nothing but padding, so that WebCrypto has what it takes away.
    const last = sealed.slice(-BLOCK);
    const padding = await crypto.subtle.encrypt({ name: 'AES-CBC', iv: last }, key, new Uint8Array());
    const iv = this.#cipher.constantIv;
    const opened = new Uint8Array(
      await crypto.subtle.decrypt({ name: 'AES-CBC', iv }, key, concatBytes(sealed, new Uint8Array(padding))),
    );
    let first = 0;
    for (const chain of chains) {
      if (first > 0) {
        for (let i = 0; i < BLOCK; i++) opened[first + i]! ^= sealed[first - BLOCK + i]! ^ iv[i]!;
      }
      first += chain.length * BLOCK;
    }
    scatter(chunk, blocks, opened);
  }

  #blocksOf({ at, end }: Run): Run[] {
    const { encryptedBlocks, clearBlocks } = this.#cipher;
    const blocks: Run[] = [];
    const whole = encryptedBlocks + clearBlocks;
    for (let i = 0; at + BLOCK <= end; i++, at += BLOCK) {
      if (whole === 0 || i % whole < encryptedBlocks) blocks.push({ at, end: at + BLOCK });
    }
    return blocks;
  }
}

function scatter(chunk: Uint8Array, runs: Run[], bytes: Uint8Array): void {
  let from = 0;
  for (const { at, end } of runs) {
    chunk.set(bytes.subarray(from, from += end - at), at);
  }
}
