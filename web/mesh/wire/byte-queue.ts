/** Bytes as they come, in chunks; taken out in other lengths. Copies only what crosses a chunk's end. */
export class ByteQueue {
  #chunks: Uint8Array[] = [];
  /** Bytes of the first chunk that were taken. */
  #at = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** The byte at an offset that is held. */
  peek(offset: number): number {
    let at = this.#at + offset;
    for (const chunk of this.#chunks) {
      if (at < chunk.length) return chunk[at]!;
      at -= chunk.length;
    }
    throw new RangeError(`queue.offset must be below ${this.#length}, got ${offset}`);
  }

  /** Takes so many bytes, which must be held. A view where they lie in one chunk. */
  take(count: number): Uint8Array {
    if (count > this.#length) {
      throw new RangeError(`queue.count must be at most ${this.#length}, got ${count}`);
    }
    this.#length -= count;
    const first = this.#chunks[0];
    if (first !== undefined && first.length - this.#at >= count) {
      const view = first.subarray(this.#at, this.#at + count);
      this.#skip(count);
      return view;
    }
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count;) {
      const chunk = this.#chunks[0]!;
      const part = Math.min(count - at, chunk.length - this.#at);
      bytes.set(chunk.subarray(this.#at, this.#at + part), at);
      at += part;
      this.#skip(part);
    }
    return bytes;
  }

  #skip(count: number): void {
    this.#at += count;
    if (this.#chunks.length > 0 && this.#at >= this.#chunks[0]!.length) {
      this.#chunks.shift();
      this.#at = 0;
    }
  }
}
