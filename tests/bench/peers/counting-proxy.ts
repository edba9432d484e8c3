/**
 * The meter of the comparison: a proxy that stands in front of every system's servers alike and counts what they send
 * to viewers. It may also hold all media together below a rate, as a server with little upload would.
 */

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
  const gate = capKbps ? rateGate(capKbps) : undefined;

  const server = Deno.serve({ hostname: '127.0.0.1', port: 0, onListen() {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    counts.requests++;
    if (request.headers.get('upgrade')?.toLowerCase() === 'websocket') {
      const url = pathname === tracker?.path
        ? tracker.url
        : target.replace(/^http/, 'ws') + pathname + search;
      return relaySocket(request, url, counts, gate);
    }
    const headers = new Headers(request.headers);
    headers.delete('accept-encoding');
    const answer = await fetch(`${target}${pathname}${search}`, {
      method: request.method,
      headers,
      body: request.body,
      redirect: 'manual',
    });
    const media = isMedia(pathname);
    const counted = answer.body?.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        async transform(chunk, controller) {
          if (media) {
            await gate?.(chunk.length);
            counts.mediaBytes += chunk.length;
          } else counts.otherBytes += chunk.length;
          controller.enqueue(chunk);
        },
      }),
    );
    // fetch has decoded the body: what is counted and passed on is plain.
    const plain = new Headers(answer.headers);
    plain.delete('content-encoding');
    plain.delete('content-length');
    return new Response(counted, { status: answer.status, headers: plain });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    counts: () => ({ ...counts }),
    stop: () => server.shutdown(),
  };
}

/** Lets bytes through at a rate, in the order of their coming. */
function rateGate(kbps: number): (bytes: number) => Promise<void> {
  let freeAt = 0;
  return async (bytes) => {
    const now = performance.now();
    freeAt = Math.max(freeAt, now) + bytes * 8 / kbps;
    if (freeAt - now > 50) await new Promise((resolve) => setTimeout(resolve, freeAt - now));
  };
}

function relaySocket(
  request: Request,
  url: string,
  counts: Counts,
  gate: ((bytes: number) => Promise<void>) | undefined,
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
  let turn = Promise.resolve();
  server.onmessage = ({ data }) => {
    // What comes behind media that is held back waits with it.
    turn = turn.then(async () => {
      if (typeof data === 'string') counts.signalBytes += size(data);
      else {
        await gate?.(data.byteLength);
        counts.mediaBytes += data.byteLength;
      }
      if (viewer.readyState === WebSocket.OPEN) viewer.send(data);
    });
  };
  const close = (socket: WebSocket) => {
    if (socket.readyState <= WebSocket.OPEN) socket.close();
  };
  viewer.onclose = () => close(server);
  server.onclose = server.onerror = () => close(viewer);
  viewer.onerror = () => {};
  return response;
}
