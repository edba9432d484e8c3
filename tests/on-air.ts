/** A channel that is on air without media: an origin's control socket that grants itself a publish. For tests. */
import { SignJWT } from 'jose';
import { type Broadcast, infoHashFor, type Track } from '../protocol/broadcast.ts';
import { toBase64Url } from '../protocol/bytes.ts';
import type { ChannelSettings } from '../protocol/channel.ts';
import type { FromOrigin, ToOrigin } from '../protocol/control.ts';
import { EIGHT_FEEDS } from '../worker/testing/frames.ts';
import { type Edge, EDGE_SECRETS } from './edge.ts';
import { until } from './until.ts';

export interface OnAir {
  channel: string;
  broadcast: Broadcast;
  /** Closes the origin's socket. */
  leave(): void;
}

/** Creates the channel, publishes to it as an origin would, and waits until viewers may join. */
export async function putOnAir(
  edge: Edge,
  channel: string,
  settings: Partial<ChannelSettings> = {},
  tracks: Track[] = [EIGHT_FEEDS],
): Promise<OnAir> {
  const made = await fetch(`${edge.url}/api/channels`, {
    method: 'POST',
    headers: { authorization: `Bearer ${EDGE_SECRETS.SHOAL_ADMIN_TOKEN}` },
    body: JSON.stringify({ name: channel, settings }),
  });
  const { streamKey } = await made.json() as { streamKey?: string };
  if (!streamKey) throw new Error(`the channel ${channel} could not be made: ${made.status}`);

  const token = await new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).setSubject('origin-of-the-tests')
    .setAudience('shoal-origin').setExpirationTime('1m')
    .sign(new TextEncoder().encode(EDGE_SECRETS.SHOAL_ORIGIN_SECRET));
  // The DOM's types do not know Deno's options of a WebSocket.
  const Socket = WebSocket as unknown as new (url: string, options: { headers: HeadersInit }) => WebSocket;
  const socket = new Socket(`${edge.url.replace('http', 'ws')}/origin/control`, {
    headers: { authorization: `Bearer ${token}` },
  });
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error('the control socket was refused'));
  });
  const send = (message: FromOrigin) => socket.send(JSON.stringify(message));
  const granted = new Promise<Extract<ToOrigin, { type: 'granted' }>>((resolve, reject) => {
    socket.onmessage = (event) => {
      const message = JSON.parse(event.data as string) as ToOrigin;
      if (message.type === 'granted') resolve(message);
      if (message.type === 'refused') reject(new Error(message.reason));
    };
  });
  send({ type: 'hello', origin: 'origin-of-the-tests', live: [] });
  send({ type: 'publish', id: 1, channel, key: streamKey, nowMs: Date.now(), remote: '127.0.0.1:1' });
  const { broadcastId, epochMs, settings: { drm } } = await granted;
  const publicKey = toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
  const infoHash = await infoHashFor(publicKey, broadcastId);
  const broadcast: Broadcast = {
    id: broadcastId,
    infoHash,
    publicKey,
    epochMs,
    tracks,
    ...(drm === 'off' ? {} : { drm }),
  };
  send({ type: 'live', channel, broadcast });
  await untilLive(edge, channel);
  return { channel, broadcast, leave: () => socket.close() };
}

async function untilLive(edge: Edge, channel: string): Promise<void> {
  const peerKey = toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
  await until(`${channel} is live for viewers`, async () => {
    const answer = await fetch(`${edge.url}/join/${channel}`, {
      method: 'POST',
      body: JSON.stringify({ peerKey }),
    });
    return (await answer.json() as { state?: string }).state === 'live';
  });
}
