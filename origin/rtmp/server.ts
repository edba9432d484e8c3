/** The RTMP(S) listener: accepts encoders, one isolated session each. */
import { RtmpConnection } from './connection.ts';
import { defaultLimits, type RtmpLimits } from './limits.ts';
import type { RtmpServerOptions } from './seam.ts';

const tickMs = 250;
const acceptPauseMs = 100;

/** Listens from construction on; throws what `Deno.listen` throws, as when the port is taken. */
export class RtmpServer {
  readonly port: number;
  readonly tlsPort: number | undefined;
  readonly #options: RtmpServerOptions;
  readonly #limits: RtmpLimits;
  readonly #listeners: Deno.Listener[];
  readonly #accepting: Promise<void>[];
  readonly #connections = new Map<RtmpConnection, string>();
  readonly #ticker: ReturnType<typeof setInterval>;
  #lastId = 0;
  #closed = false;

  constructor(options: RtmpServerOptions) {
    const { hostname, port, tls } = options;
    this.#options = options;
    this.#limits = { ...defaultLimits, ...options.limits };
    const plain = Deno.listen({ hostname, port });
    this.#listeners = [plain];
    this.port = plain.addr.port;
    if (tls) {
      try {
        const secure = Deno.listenTls({ hostname, port: tls.port, cert: tls.cert, key: tls.key });
        this.#listeners.push(secure);
        this.tlsPort = secure.addr.port;
      } catch (error) {
        plain.close();
        throw error;
      }
    }
    this.#accepting = this.#listeners.map((listener) => this.#accept(listener));
    this.#ticker = setInterval(() => this.#tick(), tickMs);
  }

  /** Number of connections. */
  get sessions(): number {
    return this.#connections.size;
  }

  /** Number of connections whose publish was accepted and goes on. */
  get publishing(): number {
    return this.#count((connection) => connection.session.state === 'publishing');
  }

  /** Ends every session and stops listening. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#ticker);
    for (const listener of this.#listeners) listener.close();
    const connections = [...this.#connections.keys()];
    for (const connection of connections) connection.session.gone('the server is stopping');
    await Promise.all([...this.#accepting, ...connections.map((connection) => connection.finished)]);
  }

  async #accept(listener: Deno.Listener): Promise<void> {
    while (!this.#closed) {
      try {
        this.#admit(await listener.accept());
      } catch (error) {
        if (this.#closed) return;
        // Out of files, or a client that was gone before it was accepted: the listener itself is well.
        this.#options.log('warn', 'accept failed', {
          error: error instanceof Error ? error.message : String(error),
        });
        await new Promise((resolve) => setTimeout(resolve, acceptPauseMs));
      }
    }
  }

  #admit(conn: Deno.Conn): void {
    const { hostname: address, port } = conn.remoteAddr as Deno.NetAddr;
    const remote = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
    const refusal = this.#refusal(address);
    if (refusal) {
      this.#options.log('warn', 'connection refused', { remote, reason: refusal });
      return conn.close();
    }
    keepAwake(conn);
    const connection = new RtmpConnection(conn, {
      id: ++this.#lastId,
      remote,
      limits: this.#limits,
      authorise: this.#options.authorise,
      log: this.#options.log,
    });
    this.#connections.set(connection, address);
    void connection.finished.then(() => this.#connections.delete(connection));
  }

  #refusal(address: string): string | undefined {
    const { maxSessions, maxSessionsPerAddress, maxPendingPerAddress } = this.#limits;
    if (this.#connections.size >= maxSessions) return `${maxSessions} sessions are open`;
    if (this.#count((_, from) => from === address) >= maxSessionsPerAddress) {
      return `${maxSessionsPerAddress} sessions of this address are open`;
    }
    const pending = this.#count((connection, from) =>
      from === address && connection.session.state !== 'publishing'
    );
    if (pending >= maxPendingPerAddress) {
      return `${maxPendingPerAddress} sessions of this address are not publishing`;
    }
    return undefined;
  }

  #count(which: (connection: RtmpConnection, address: string) => boolean): number {
    let count = 0;
    for (const [connection, address] of this.#connections) if (which(connection, address)) count++;
    return count;
  }

  #tick(): void {
    for (const connection of this.#connections.keys()) connection.session.tick();
  }
}

/** Frames go out at once, dead peers are found by the kernel; Deno gives neither to TLS sockets. */
function keepAwake(conn: Deno.Conn): void {
  if (!('setNoDelay' in conn)) return;
  const tcp = conn as Deno.TcpConn;
  tcp.setNoDelay(true);
  tcp.setKeepAlive(true);
}
