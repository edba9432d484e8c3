/** A receiver of webhooks as somebody would write it: an HTTP server that checks each call by the specification's library. */
import { Webhook } from 'standardwebhooks';
import type { HookPayload } from '../../protocol/webhook.ts';

export interface Receiver {
  url: string;
  /** Set once it is known: calls before that are refused. */
  secret: string;
  /** What came with a signature that fits, in order. */
  accepted: { id: string; payload: HookPayload }[];
  /** Ids of calls that it answered with an error. */
  refused: string[];
  /** Answer this many more calls with 503. */
  busyFor: number;
  stop(): Promise<void>;
}

export function startReceiver(): Receiver {
  const server = Deno.serve({ hostname: '127.0.0.1', port: 0, onListen: () => {} }, async (request) => {
    const body = await request.text();
    const id = request.headers.get('webhook-id') ?? '';
    try {
      const payload = new Webhook(receiver.secret).verify(body, Object.fromEntries(request.headers));
      if (receiver.busyFor-- > 0) throw new Error('busy');
      receiver.accepted.push({ id, payload: payload as HookPayload });
      return new Response(null, { status: 204 });
    } catch {
      receiver.refused.push(id);
      return new Response(null, { status: 503 });
    }
  });
  const receiver: Receiver = {
    url: `http://127.0.0.1:${server.addr.port}/shoal`,
    secret: '',
    accepted: [],
    refused: [],
    busyFor: 0,
    stop: () => server.shutdown(),
  };
  return receiver;
}
