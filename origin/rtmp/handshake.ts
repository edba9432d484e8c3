/**
 * The simple handshake (RTMP 1.0 section 5.2), server side. Clients that would like the digest of Flash Player 9
 * fall back when bytes 4 to 7 of S1, the server's version, are zero.
 */
import { ProtocolError } from './protocol-error.ts';

const version = 3;
/** Of C1, S1, C2 and S2. */
const blockBytes = 1536;

/** C0 and C1 in, S0, S1 and S2 out, C2 in. */
export class ServerHandshake {
  readonly #random: (bytes: Uint8Array<ArrayBuffer>) => void;
  #received = new Uint8Array(1 + blockBytes);
  #length = 0;
  #stage: 'c0c1' | 'c2' | 'done' = 'c0c1';

  /** `random` fills what it is given, as `crypto.getRandomValues` does. */
  constructor(random: (bytes: Uint8Array<ArrayBuffer>) => void) {
    this.#random = random;
  }

  get done(): boolean {
    return this.#stage === 'done';
  }

  /**
   * Takes what it needs of `bytes`: answers how many were used and what is to be sent, if anything. Throws
   * `ProtocolError` when the first byte is no RTMP version (32 and above are text, as of HTTP; below 3 obsolete).
   */
  push(bytes: Uint8Array): { used: number; reply?: Uint8Array<ArrayBuffer> } {
    let used = 0;
    let reply: Uint8Array<ArrayBuffer> | undefined;
    while (used < bytes.length && this.#stage !== 'done') {
      const wanted = this.#stage === 'c0c1' ? 1 + blockBytes : blockBytes;
      const part = bytes.subarray(used, used + wanted - this.#length);
      this.#received.set(part, this.#length);
      this.#length += part.length;
      used += part.length;
      if (this.#stage === 'c0c1') checkVersion(this.#received[0]!);
      if (this.#length < wanted) break;
      this.#length = 0;
      if (this.#stage === 'c0c1') {
        reply = this.#answer();
        this.#stage = 'c2';
      } else {
        // C2 should echo S1, but not every encoder does it and nothing hangs on it.
        this.#stage = 'done';
      }
    }
    return reply ? { used, reply } : { used };
  }

  /** S0, S1 (time 0, version 0, random) and S2, the echo of C1. */
  #answer(): Uint8Array<ArrayBuffer> {
    const reply = new Uint8Array(1 + 2 * blockBytes);
    reply[0] = version;
    this.#random(reply.subarray(1 + 8, 1 + blockBytes));
    reply.set(this.#received.subarray(1), 1 + blockBytes);
    return reply;
  }
}

function checkVersion(first: number): void {
  if (first < version || first > 31) {
    throw new ProtocolError(`handshake version must be 3 to 31, got ${first}: this is no RTMP client`);
  }
}
