/** A whole Shoal for tests: edge in real workerd, origin as a process of its own, channels with their keys. */
import { freePort } from './free-port.ts';
import { type Edge, EDGE_SECRETS, type EdgeOptions, startEdge } from './edge.ts';
import { type Origin, startOrigin } from './origin.ts';

export interface StackOptions extends EdgeOptions {
  /** Channels to make; one named `demo` unless told otherwise. */
  channels?: { name: string; settings?: Record<string, unknown> }[];
}

export interface Stack {
  edge: Edge;
  origin: Origin;
  /** RTMP URL with the key, by channel. */
  publishUrl(channel?: string): string;
  /** Calls the admin API; answers the body of a success, throws on anything else. */
  api(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  restartEdge(downMs?: number): Promise<void>;
  restartOrigin(): Promise<void>;
  stop(): Promise<void>;
}

export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const storage = options.storage ?? await Deno.makeTempDir({ prefix: 'shoal-stack-' });
  const port = options.port || freePort();
  const edgeOptions = { ...options, storage, port };
  let edge = await startEdge(edgeOptions);
  const keys = new Map<string, string>();

  const api: Stack['api'] = async (method, path, body) => {
    const answer = await fetch(`${edge.url}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${EDGE_SECRETS.SHOAL_ADMIN_TOKEN}` },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : {};
  };

  let origin: Origin;
  try {
    for (const channel of options.channels ?? [{ name: 'demo' }]) {
      const made = await api('POST', '/channels', channel);
      keys.set(channel.name, String(made.streamKey));
    }
    origin = await startOrigin({ edgeUrl: edge.url });
  } catch (error) {
    await edge.stop();
    throw error;
  }
  return {
    get edge() {
      return edge;
    },
    get origin() {
      return origin;
    },
    publishUrl(channel = 'demo') {
      return `rtmp://127.0.0.1:${origin.rtmpPort}/live/${channel}?key=${keys.get(channel)}`;
    },
    api,
    async restartEdge(downMs = 0) {
      await edge.stop();
      if (downMs > 0) await new Promise((resolve) => setTimeout(resolve, downMs));
      edge = await startEdge(edgeOptions);
    },
    async restartOrigin() {
      const ports = { rtmpPort: origin.rtmpPort, httpPort: origin.httpPort };
      await origin.stop();
      origin = await startOrigin({ edgeUrl: edge.url, ...ports });
    },
    async stop() {
      await origin.stop();
      await edge.stop();
      if (!options.storage) await Deno.remove(storage, { recursive: true });
    },
  };
}
