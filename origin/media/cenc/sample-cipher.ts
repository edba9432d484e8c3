/**
 * Encryption of single samples (ISO/IEC 23001-7 sections 9 and 10): `cenc` is AES-CTR with an IV a sample, `cbcs`
 * AES-CBC with one IV for all, over 1 block in 10 of video and every whole block of audio. The AES is node's.
 */
import { createCipheriv, randomBytes } from 'node:crypto';
import type { DrmScheme } from '../../../protocol/keys.ts';
import { concatBytes } from '../../../protocol/bytes.ts';
import type { Subsample } from './subsamples.ts';

const BLOCK = 16;
/** Bytes between the beginnings of encrypted blocks: 1 encrypted, 9 clear. */
const PATTERN_BYTES = 10 * BLOCK;
/** IVs of `cenc`: random bytes that no other run under this key has, then a count of samples. */
const IV_RANDOM_BYTES = 5;
const MAX_COUNT = 0xff_ffff;

export interface SealedSample {
  data: Uint8Array<ArrayBuffer>;
  /** 8 bytes; empty with `cbcs`, whose IV stands in the init segment. */
  iv: Uint8Array;
}

/** Encrypts the samples of one track under one key. */
export class SampleCipher {
  /** `cbcs`: 16 bytes, for the init segment; else empty. */
  readonly constantIv: Uint8Array;
  readonly #scheme: DrmScheme;
  readonly #key: Uint8Array;
  readonly #random: (bytes: number) => Uint8Array;
  #prefix: Uint8Array;
  #count = 0;

  constructor(scheme: DrmScheme, key: Uint8Array, random: (bytes: number) => Uint8Array = randomBytes) {
    this.#scheme = scheme;
    this.#key = key;
    this.#random = random;
    this.constantIv = scheme === 'cbcs' ? random(BLOCK) : new Uint8Array();
    this.#prefix = scheme === 'cenc' ? random(IV_RANDOM_BYTES) : new Uint8Array();
  }

  /** Encrypts what the subsamples say, or, without any, the whole sample. The sample itself is left alone. */
  seal(sample: Uint8Array, subsamples: Subsample[] | undefined): SealedSample {
    const data = new Uint8Array(sample);
    if (this.#scheme === 'cenc') {
      const iv = this.#nextIv();
      this.#counter(data, iv, subsamples ?? [{ clear: 0, encrypted: data.length }]);
      return { data, iv };
    }
    let at = 0;
    for (const { clear, encrypted } of subsamples ?? [{ clear: 0, encrypted: data.length }]) {
      at += clear;
      this.#chain(data.subarray(at, at + encrypted), subsamples === undefined ? BLOCK : PATTERN_BYTES);
      at += encrypted;
    }
    return { data, iv: new Uint8Array() };
  }

  #nextIv(): Uint8Array {
    if (this.#count > MAX_COUNT) {
      this.#prefix = this.#random(IV_RANDOM_BYTES);
      this.#count = 0;
    }
    const count = this.#count++;
    return concatBytes(this.#prefix, Uint8Array.of(count >>> 16, (count >>> 8) & 255, count & 255));
  }

  /** One key stream runs through all encrypted parts of a sample. */
  #counter(data: Uint8Array, iv: Uint8Array, parts: Subsample[]): void {
    const cipher = createCipheriv('aes-128-ctr', this.#key, concatBytes(iv, new Uint8Array(8)));
    let at = 0;
    for (const { clear, encrypted } of parts) {
      at += clear;
      if (encrypted > 0) data.set(cipher.update(data.subarray(at, at + encrypted)), at);
      at += encrypted;
    }
    // Without it Deno keeps the cipher for as long as the process lives.
    cipher.final();
  }

  /** Every `step` bytes one block; what is left at the end and less than a block stays clear. */
  #chain(part: Uint8Array, step: number): void {
    const blocks = part.length < BLOCK ? 0 : Math.floor((part.length - BLOCK) / step) + 1;
    if (blocks === 0) return;
    const gathered = new Uint8Array(blocks * BLOCK);
    for (let i = 0; i < blocks; i++) gathered.set(part.subarray(i * step, i * step + BLOCK), i * BLOCK);
    const cipher = createCipheriv('aes-128-cbc', this.#key, this.constantIv).setAutoPadding(false);
    const sealed = cipher.update(gathered);
    cipher.final();
    for (let i = 0; i < blocks; i++) part.set(sealed.subarray(i * BLOCK, (i + 1) * BLOCK), i * step);
  }
}
