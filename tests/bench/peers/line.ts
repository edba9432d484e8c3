/**
 * A line of a stated rate that all streams share: bytes take their places in one queue as they come, as in a server's
 * uplink. Of one stream no more than a socket's buffer stands in it: its sender waits until there is room.
 */

/** What one stream may have under way. */
const BUFFER_BYTES = 65_536;

export class Line {
  readonly #kbps: number;
  #freeAt = 0;
  #last = Promise.resolve();

  constructor(kbps: number) {
    this.#kbps = kbps;
  }

  /** A response, or a socket's messages, on this line. */
  stream(): LineStream {
    return new LineStream((bytes, arrived) => this.#carry(bytes, arrived));
  }

  #carry(bytes: number, arrived: () => void): Promise<void> {
    this.#freeAt = Math.max(performance.now(), this.#freeAt) + bytes * 8 / this.#kbps;
    const at = this.#freeAt;
    this.#last = this.#last.then(async () => {
      const wait = at - performance.now();
      if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
      arrived();
    });
    return this.#last;
  }
}

export class LineStream {
  readonly #carry: (bytes: number, arrived: () => void) => Promise<void>;
  #underWay: { bytes: number; done: Promise<void> }[] = [];

  constructor(carry: (bytes: number, arrived: () => void) => Promise<void>) {
    this.#carry = carry;
  }

  /** Sends so many bytes; `arrived` runs when they are through. Resolves when the stream may send more. */
  async send(bytes: number, arrived: () => void): Promise<void> {
    const part = { bytes, done: this.#carry(bytes, arrived) };
    this.#underWay.push(part);
    part.done.then(() => this.#underWay.splice(this.#underWay.indexOf(part), 1));
    while (this.#underWay.reduce((sum, { bytes }) => sum + bytes, 0) > BUFFER_BYTES) {
      await this.#underWay[0]!.done;
    }
  }

  /** Resolves when all that was sent is through. */
  async done(): Promise<void> {
    await Promise.all(this.#underWay.map(({ done }) => done));
  }
}
