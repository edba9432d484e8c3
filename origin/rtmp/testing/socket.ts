/** A client that sends what a test wants, over a real socket. */
import { Hearing } from './encoder.ts';

export class Socket implements Disposable {
  readonly heard = new Hearing();
  /** Resolves when the server has closed its side or the connection broke. */
  readonly closed: Promise<void>;
  readonly #conn: Deno.TcpConn;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
    this.closed = this.#read();
  }

  static async open(port: number): Promise<Socket> {
    return new Socket(await Deno.connect({ hostname: '127.0.0.1', port }));
  }

  /** A broken connection is what some tests want: nothing is thrown. */
  async send(...parts: Uint8Array[]): Promise<void> {
    try {
      for (const part of parts) {
        for (let at = 0; at < part.length;) at += await this.#conn.write(part.subarray(at));
      }
    } catch {
      // the server has had enough
    }
  }

  /** FIN, while reading goes on. */
  async halfClose(): Promise<void> {
    await this.#conn.closeWrite();
  }

  [Symbol.dispose](): void {
    try {
      this.#conn.close();
    } catch {
      // closed already
    }
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(65_536);
    try {
      while (true) {
        const count = await this.#conn.read(buffer);
        if (count === null) return;
        this.heard.push(buffer.slice(0, count));
      }
    } catch {
      // reset
    }
  }
}
