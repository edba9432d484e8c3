/** One accepted socket and its session: the only reader and the only writer of it. */
import type { RtmpLimits } from './limits.ts';
import { RtmpSession } from './session.ts';
import type { Authorise, RtmpLog } from './seam.ts';

const readBytes = 64 * 1024;

export interface ConnectionOptions {
  id: number;
  /** `address:port` of the encoder. */
  remote: string;
  limits: RtmpLimits;
  authorise: Authorise;
  log: RtmpLog;
}

export class RtmpConnection {
  readonly session: RtmpSession;
  /** Resolves when the socket is closed and the session has ended; never rejects. */
  readonly finished: Promise<void>;
  readonly #conn: Deno.Conn;
  readonly #limits: RtmpLimits;
  #writing: Promise<void> = Promise.resolve();
  #unsentBytes = 0;
  #closing = false;
  #closed = false;
  #closeTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(conn: Deno.Conn, options: ConnectionOptions) {
    this.#conn = conn;
    this.#limits = options.limits;
    this.session = new RtmpSession(options.id, options.remote, options.limits, {
      send: (bytes) => this.#send(bytes),
      close: (polite) => this.#close(polite),
      authorise: options.authorise,
      log: options.log,
      now: () => performance.now(),
      random: (bytes) => void crypto.getRandomValues(bytes),
    });
    this.finished = this.#run();
  }

  async #run(): Promise<void> {
    try {
      const buffer = new Uint8Array(readBytes);
      while (true) {
        const count = await this.#conn.read(buffer);
        if (count === null) break;
        this.session.push(buffer.slice(0, count));
        await this.session.ready;
      }
      this.session.gone('the encoder closed the connection');
    } catch (error) {
      this.session.gone(`the connection broke: ${error instanceof Error ? error.message : String(error)}`);
    }
    await this.#writing;
    this.#closeNow();
  }

  #send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#closing) return;
    this.#unsentBytes += bytes.length;
    if (this.#unsentBytes > this.#limits.maxUnsentBytes) {
      return this.session.gone(`the encoder left ${this.#limits.maxUnsentBytes} bytes unread`);
    }
    this.#writing = this.#writing.then(() => this.#write(bytes));
  }

  /** Never rejects. */
  async #write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length && !this.#closed;) at += await this.#conn.write(bytes.subarray(at));
    } catch {
      this.#closeNow(); // the reader notices and says so
    }
    this.#unsentBytes -= bytes.length;
  }

  /**
   * A socket closed with unread bytes in it is reset, and the encoder may never see the reason: so first our side is
   * closed, then theirs is read until they close or time is up.
   */
  #close(polite: boolean): void {
    if (this.#closing) return;
    this.#closing = true;
    if (!polite) return this.#closeNow();
    this.#closeTimer = setTimeout(() => this.#closeNow(), this.#limits.closeWithinMs);
    void this.#writing.then(() => this.#conn.closeWrite()).catch(() => this.#closeNow());
  }

  #closeNow(): void {
    this.#closing = true;
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#closeTimer);
    try {
      this.#conn.close();
    } catch {
      // Deno closes a broken TLS connection by itself.
    }
  }
}
