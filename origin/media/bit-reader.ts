/** Reading bits, most significant first, and Exp-Golomb numbers (ITU-T H.264 section 9.1). */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get bitsLeft(): number {
    return this.#bytes.length * 8 - this.#at;
  }

  /** Up to 32 bits. Throws RangeError past the end. */
  read(bits: number): number {
    if (bits > this.bitsLeft) throw new RangeError(`bits must not be read past the end, wanted ${bits}`);
    let value = 0;
    for (let i = 0; i < bits; i++, this.#at++) {
      value = value * 2 + ((this.#bytes[this.#at >> 3]! >> (7 - (this.#at & 7))) & 1);
    }
    return value;
  }

  flag(): boolean {
    return this.read(1) === 1;
  }

  skip(bits: number): void {
    this.read(bits);
  }

  /** ue(v). */
  unsigned(): number {
    let zeros = 0;
    while (!this.flag()) {
      if (++zeros > 31) throw new RangeError('an Exp-Golomb number must have at most 31 leading zeros');
    }
    return 2 ** zeros - 1 + this.read(zeros);
  }

  /** se(v). */
  signed(): number {
    const code = this.unsigned();
    return code & 1 ? (code + 1) / 2 : -code / 2;
  }
}
