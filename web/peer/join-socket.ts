/** A join whose answer and first media come over what is then the signaling socket (protocol/join-body.ts). */
import { toBase64Url } from '../../protocol/bytes.ts';
import { JOIN_SUBPROTOCOL } from '../../protocol/join-body.ts';
import type { PeerEnvironment } from './environment.ts';
import { FirstMedia } from './first-media.ts';

/** An edge that answers at all answers by then; where sockets are blocked a viewer waits so long for its join. */
const TIMEOUT_MS = 2000;

export interface JoinSocket {
  socket: WebSocket;
  answer: string;
  media: FirstMedia;
}

/** Undefined when it cannot be: sockets are blocked, the edge refuses or is busy. By HTTP it says what it is. */
export async function openJoinSocket(
  { WebSocket, setTimer, clearTimer }: PeerEnvironment,
  url: string,
  request: object,
  signal: AbortSignal,
): Promise<JoinSocket | undefined> {
  let timer: number | undefined;
  let socket: WebSocket | undefined;
  // Not by closing it: a peer that says nothing confirms no close either, which browsers wait for.
  let fail!: () => void;
  try {
    const asked = toBase64Url(new TextEncoder().encode(JSON.stringify(request)));
    const opened = socket = new WebSocket(url.replace(/^http/, 'ws'), [JOIN_SUBPROTOCOL, asked]);
    opened.binaryType = 'arraybuffer';
    let over = false;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        opened.addEventListener('message', ({ data }) => {
          if (over || typeof data === 'string') return;
          if (data.byteLength > 0) return controller.enqueue(new Uint8Array(data));
          over = true;
          controller.close();
        });
        // Without an end: an error.
        fail = () => {
          if (!over) controller.error();
          over = true;
        };
        opened.addEventListener('close', fail);
      },
      cancel: () => void (over = true),
    });
    timer = setTimer(TIMEOUT_MS, fail);
    signal.addEventListener('abort', fail);
    return { socket, ...await FirstMedia.open(body) };
  } catch {
    socket?.close();
    return undefined;
  } finally {
    clearTimer(timer ?? 0);
    signal.removeEventListener('abort', fail);
  }
}
