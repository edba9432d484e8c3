/** The RTMP(S) listener: accepts encoders, one isolated session each. */
import type { RtmpServerOptions } from './seam.ts';

/** Listens from construction on; throws what `Deno.listen` throws, as when the port is taken. */
export class RtmpServer {
  readonly port: number;
  readonly tlsPort: number | undefined;

  constructor(options: RtmpServerOptions) {
    this.port = options.port;
    this.tlsPort = options.tls?.port;
  }

  /** Number of connections. */
  get sessions(): number {
    return 0;
  }

  /** Ends every session and stops listening. */
  async close(): Promise<void> {}
}
