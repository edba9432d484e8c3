/**
 * A line of a stated rate that all streams share packet by packet, each in its turn, as the sockets of a Linux server
 * do (RFC 8290, fair queueing by flow): one that sends much does not hold up one that sends little. Of one stream no
 * more than a socket's buffer is under way: its sender waits until there is room.
 */

const BUFFER_BYTES = 65_536;
const PACKET_BYTES = 1500;
const TICK_MS = 5;

interface Part {
  left: number;
  arrived: () => void;
}

export class Line {
  readonly #msPerByte: number;
  /** Streams with something under way, the next one first. */
  #turns: LineStream[] = [];
  #freeAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(kbps: number) {
    this.#msPerByte = 8 / kbps;
  }

  /** A response, or a socket's messages, on this line. */
  stream(): LineStream {
    return new LineStream((stream) => {
      if (this.#turns.length === 0) this.#freeAt = Math.max(this.#freeAt, performance.now());
      this.#turns.push(stream);
      this.#timer ??= setTimeout(() => this.#tick(), TICK_MS);
    });
  }

  #tick(): void {
    this.#timer = undefined;
    for (let stream = this.#turns[0]; stream; stream = this.#turns[0]) {
      const throughAt = this.#freeAt + stream.packetBytes * this.#msPerByte;
      if (throughAt > performance.now()) break;
      this.#freeAt = throughAt;
      this.#turns.shift();
      stream.pass();
      if (stream.underWay > 0) this.#turns.push(stream);
    }
    if (this.#turns.length > 0) this.#timer = setTimeout(() => this.#tick(), TICK_MS);
  }
}

export class LineStream {
  readonly #begins: (stream: LineStream) => void;
  #parts: Part[] = [];
  #room: { bytes: number; made: () => void }[] = [];

  /** `begins`: there is something under way, and was not before. */
  constructor(begins: (stream: LineStream) => void) {
    this.#begins = begins;
  }

  /** Parts that have not arrived. */
  get underWay(): number {
    return this.#parts.length;
  }

  /** Sends so many bytes; `arrived` runs when they are through. Resolves when the stream may send more. */
  send(bytes: number, arrived: () => void): Promise<void> {
    this.#parts.push({ left: bytes, arrived });
    if (this.#parts.length === 1) this.#begins(this);
    return this.#until(BUFFER_BYTES);
  }

  /** Resolves when all that was sent is through. */
  done(): Promise<void> {
    return this.#until(0);
  }

  /** What the next packet carries. */
  get packetBytes(): number {
    return Math.min(PACKET_BYTES, this.#parts[0]?.left ?? 0);
  }

  /** The next packet is through. */
  pass(): void {
    const [first] = this.#parts;
    if (!first) return;
    first.left -= this.packetBytes;
    if (first.left === 0) {
      this.#parts.shift();
      first.arrived();
    }
    const left = this.#bytes();
    for (const { made } of this.#room.filter(({ bytes }) => left <= bytes)) made();
    this.#room = this.#room.filter(({ bytes }) => left > bytes);
  }

  #until(bytes: number): Promise<void> {
    if (this.#bytes() <= bytes) return Promise.resolve();
    return new Promise((made) => this.#room.push({ bytes, made }));
  }

  #bytes(): number {
    return this.#parts.reduce((sum, { left }) => sum + left, 0);
  }
}
