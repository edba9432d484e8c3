/**
 * The meter of the comparison: a proxy that stands in front of every system's servers alike and counts what they send
 * to viewers. It may also send all media over one line, as a server with little upload would.
 */
import { Line } from './line.ts';

export interface Counts {
  /** Body bytes of responses that carry media, and of binary messages: media of who joins by a socket. */
  mediaBytes: number;
  /** Body bytes of everything else: pages, scripts, playlists, joins, API. */
  otherBytes: number;
  /** Bytes of text messages, both ways. */
  signalBytes: number;
  requests: number;
  /** WebSocket messages from viewers. */
  messagesIn: number;
}

export interface Proxy {
  url: string;
  counts(): Counts;
  stop(): Promise<void>;
}

export interface ProxyOptions {
  target: string;
  /** Where WebSockets of this path go instead: a tracker beside the servers. */
  tracker?: { path: string; url: string };
  /** Whether a response carries media, by its path. */
  isMedia: (path: string) => boolean;
  /** Media of all responses together, kbps. */
  capKbps?: number;
}

export function startProxy({ target, tracker, isMedia, capKbps }: ProxyOptions): Proxy {
  const counts: Counts = { mediaBytes: 0, otherBytes: 0, signalBytes: 0, requests: 0, messagesIn: 0 };
  const line = capKbps ? new Line(capKbps) : undefined;

  const server = Deno.serve({ hostname: '127.0.0.1', port: 0, onListen() {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    counts.requests++;
    if (request.headers.get('upgrade')?.toLowerCase() === 'websocket') {
      const url = pathname === tracker?.path
        ? tracker.url
        : target.replace(/^http/, 'ws') + pathname + search;
      return relaySocket(request, url, counts, line);
    }
    const headers = new Headers(request.headers);
    // Plain: each server would compress for every viewer anew, and this process, which stands in everybody's way, open it.
    headers.set('accept-encoding', 'identity');
    const answer = await fetch(`${target}${pathname}${search}`, {
      method: request.method,
      headers,
      body: request.body,
      redirect: 'manual',
    });
    const media = isMedia(pathname);
    const held = media ? line?.stream() : undefined;
    const counted = answer.body?.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        async transform(chunk, controller) {
          const pass = () => {
            counts[media ? 'mediaBytes' : 'otherBytes'] += chunk.length;
            try {
              controller.enqueue(chunk);
            } catch { /* the viewer went away */ }
          };
          if (held) await held.send(chunk.length, pass);
          else pass();
        },
        flush: () => held?.done(),
      }),
    );
    const plain = new Headers(answer.headers);
    plain.delete('content-length');
    return new Response(counted, { status: answer.status, headers: plain });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    counts: () => ({ ...counts }),
    stop: () => server.shutdown(),
  };
}

function relaySocket(
  request: Request,
  url: string,
  counts: Counts,
  line: Line | undefined,
): Response {
  const protocols = request.headers.get('sec-websocket-protocol')?.split(/, */) ?? [];
  const { socket: viewer, response } = Deno.upgradeWebSocket(
    request,
    protocols[0] === undefined ? {} : { protocol: protocols[0] },
  );
  const server = new WebSocket(url, protocols);
  viewer.binaryType = server.binaryType = 'arraybuffer';
  const early: (string | ArrayBuffer)[] = [];
  const size = (data: string | ArrayBuffer) =>
    (typeof data === 'string' ? new TextEncoder().encode(data) : data).byteLength;
  viewer.onmessage = ({ data }) => {
    counts.messagesIn++;
    counts.signalBytes += size(data);
    if (server.readyState === WebSocket.OPEN) server.send(data);
    else early.push(data);
  };
  server.onopen = () => early.splice(0).forEach((data) => server.send(data));
  const held = line?.stream();
  const pass = (data: string | ArrayBuffer) => {
    if (typeof data === 'string') counts.signalBytes += size(data);
    else counts.mediaBytes += data.byteLength;
    if (viewer.readyState === WebSocket.OPEN) viewer.send(data);
  };
  server.onmessage = ({ data }) => {
    // What comes behind media that is held back waits with it.
    if (held) held.send(typeof data === 'string' ? 0 : data.byteLength, () => pass(data));
    else pass(data);
  };
  const close = (socket: WebSocket) => {
    if (socket.readyState <= WebSocket.OPEN) socket.close();
  };
  viewer.onclose = () => close(server);
  server.onclose = server.onerror = () => close(viewer);
  viewer.onerror = () => {};
  return response;
}
