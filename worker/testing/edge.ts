/** The edge as its clients see it: an admin, an origin with both its sockets, and a viewer. */
import { env, exports } from 'cloudflare:workers';
import { SignJWT } from 'jose';
import type { Broadcast, Track } from '../../protocol/broadcast.ts';
import { toBase64Url } from '../../protocol/bytes.ts';
import type { ChannelResource, ChannelSettings } from '../../protocol/channel.ts';
import type { FromOrigin, ToOrigin } from '../../protocol/control.ts';
import { encodePieceFrame, FrameReader, type PieceFrame } from '../../protocol/frame.ts';
import type { JoinAnswer, LiveJoinAnswer } from '../../protocol/join.ts';
import type { LinkFromOrigin, LinkToOrigin } from '../../protocol/link.ts';
import type { Env } from '../env.ts';
import { broadcastOf } from './frames.ts';

export const bindings = env as unknown as Env;

/** Sends a request to the Worker; the path begins with a slash. */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  return await exports.default.fetch(new Request(`https://edge.example${path}`, init));
}

/** Calls the admin API with the right token. */
export async function admin(method: string, path: string, body?: unknown): Promise<Response> {
  return await ask(`/api/channels${path}`, {
    method,
    headers: { authorization: 'Bearer admin-token-of-the-tests' },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

/** Makes a channel; answers its stream key. */
export async function makeChannel(name: string, settings: Partial<ChannelSettings> = {}): Promise<string> {
  const made = await admin('POST', '', { name, settings });
  if (made.status !== 201) throw new Error(await made.text());
  return (await made.json<{ streamKey: string }>()).streamKey;
}

export async function channelNow(name: string): Promise<ChannelResource> {
  return (await (await admin('GET', `/${name}`)).json<{ channel: ChannelResource }>()).channel;
}

/** Asks again until the answer is what is waited for; the test's own timeout bounds it. */
export async function eventually<Value>(
  look: () => Promise<Value>,
  holds: (value: Value) => boolean,
): Promise<Value> {
  for (;;) {
    const value = await look();
    if (holds(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export async function originToken(subject: string): Promise<string> {
  return await new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).setAudience('shoal-origin')
    .setSubject(subject).setExpirationTime('1m')
    .sign(new TextEncoder().encode(bindings.SHOAL_ORIGIN_SECRET!));
}

/** A socket of an origin: remembers messages until a test asks for them. */
class OriginSocket<Received extends { type: string }, Sent> {
  readonly got: Received[] = [];
  closed: { code: number; reason: string } | undefined;
  #wake: (() => void)[] = [];

  constructor(readonly socket: WebSocket) {
    socket.addEventListener('message', ({ data }) => {
      this.got.push(JSON.parse(data as string));
      for (const wake of this.#wake.splice(0)) wake();
    });
    socket.addEventListener('close', ({ code, reason }) => {
      this.closed = { code, reason };
      for (const wake of this.#wake.splice(0)) wake();
    });
    socket.accept();
  }

  send(message: Sent): void {
    this.socket.send(JSON.stringify(message));
  }

  /** Takes the next message of this type, waiting for it. */
  async take<Type extends Received['type']>(type: Type): Promise<Extract<Received, { type: Type }>> {
    for (;;) {
      const at = this.got.findIndex((message) => message.type === type);
      if (at >= 0) return this.got.splice(at, 1)[0] as Extract<Received, { type: Type }>;
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  async untilClosed(): Promise<{ code: number; reason: string }> {
    while (!this.closed) await new Promise<void>((resolve) => this.#wake.push(resolve));
    return this.closed;
  }

  close(): void {
    this.socket.close();
  }
}

export class ControlSocket extends OriginSocket<ToOrigin, FromOrigin> {
  #ids = 0;

  /** Asks to publish; answers what the edge said. */
  async publish(channel: string, key: string, nowMs = Date.now()): Promise<ToOrigin> {
    const id = ++this.#ids;
    this.send({ type: 'publish', id, channel, key, nowMs, remote: '192.0.2.1:5000' });
    const answers = () => this.got.findIndex((one) => 'id' in one && one.id === id);
    await eventually(() => Promise.resolve(answers()), (at) => at >= 0);
    return this.got.splice(answers(), 1)[0]!;
  }
}

export class LinkSocket extends OriginSocket<LinkToOrigin, LinkFromOrigin> {
  /** Hands pieces up. */
  push(...frames: PieceFrame[]): void {
    for (const { signed, bytes } of frames) this.socket.send(encodePieceFrame(signed, bytes));
  }
}

async function openSocket(path: string, origin: string): Promise<WebSocket> {
  const response = await ask(path, {
    headers: { upgrade: 'websocket', authorization: `Bearer ${await originToken(origin)}` },
  });
  if (response.status !== 101) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.webSocket!;
}

/** Opens an origin's control socket and says hello. */
export async function openControl(
  origin: string,
  live: { channel: string; broadcastId: string }[] = [],
): Promise<ControlSocket> {
  const control = new ControlSocket(await openSocket('/origin/control', origin));
  control.send({ type: 'hello', origin, live });
  return control;
}

/** Opens a link and says hello. */
export async function openLink(channel: string, broadcast: Broadcast, origin = 'o1'): Promise<LinkSocket> {
  const link = new LinkSocket(await openSocket(`/origin/link/${channel}`, origin));
  link.send({ type: 'hello', broadcast, windowS: 30 });
  return link;
}

export interface OnAir {
  channel: string;
  key: string;
  broadcast: Broadcast;
  control: ControlSocket;
  link: LinkSocket;
}

let made = 0;

/** A new channel with a name of its own, live, with an empty window. */
export async function goOnAir(settings: Partial<ChannelSettings> = {}, tracks?: Track[]): Promise<OnAir> {
  const channel = `c${++made}-${crypto.randomUUID().slice(0, 8)}`;
  const origin = `o-${channel}`;
  const key = await makeChannel(channel, settings);
  const control = await openControl(origin);
  const granted = await control.publish(channel, key);
  if (granted.type !== 'granted') throw new Error(JSON.stringify(granted));
  const { drm } = granted.settings;
  const broadcast: Broadcast = {
    ...broadcastOf(granted.broadcastId, tracks),
    ...(drm === 'off' ? {} : { drm }),
  };
  control.send({ type: 'live', channel, broadcast });
  const link = await openLink(channel, broadcast, origin);
  await link.take('welcome');
  link.send({ type: 'filled' });
  await eventually(() => channelNow(channel), ({ state }) => state === 'live');
  return { channel, key, broadcast, control, link };
}

/** Joins as a new viewer. */
export async function join(channel: string, body: Record<string, unknown> = {}): Promise<JoinAnswer> {
  const peerKey = toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
  const response = await ask(`/join/${channel}`, {
    method: 'POST',
    body: JSON.stringify({ peerKey, ...body }),
  });
  if (response.status !== 200) throw new Error(await response.text());
  return await response.json<JoinAnswer>();
}

/** Joins, waiting until the card says that the channel is on air. */
export async function joinLive(channel: string): Promise<LiveJoinAnswer> {
  return await eventually(() => join(channel), ({ state }) => state === 'live') as LiveJoinAnswer;
}

/** Fetches media with the viewer's grant; `path` as from protocol/media.ts, or below the media path. */
export async function fetchMedia(viewer: LiveJoinAnswer, path: string): Promise<Response> {
  const whole = path.startsWith('/') ? path : `${viewer.mediaPath}/${path}`;
  return await ask(`${whole}${whole.includes('?') ? '&' : '?'}grant=${viewer.grant.value}`);
}

/** The frames of a whole body. */
export async function framesIn(response: Response): Promise<PieceFrame[]> {
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  const reader = new FrameReader();
  const frames = reader.push(new Uint8Array(await response.arrayBuffer()));
  if (!reader.isWhole) throw new Error('the body ends within a frame');
  return frames;
}
