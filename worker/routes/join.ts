/**
 * `POST /join/:channel`: answered by the Worker from a join card, without asking an object each time. As a WebSocket it
 * is the signaling socket as well: the Worker answers through the shard, which keeps the socket.
 */
import { Hono } from 'hono';
import * as v from 'valibot';
import { fromBase64Url } from '../../protocol/bytes.ts';
import { ChannelName, type P2pPolicy } from '../../protocol/channel.ts';
import type { JoinAnswer, LiveJoinAnswer } from '../../protocol/join.ts';
import { JoinRequest } from '../../protocol/join-request.ts';
import { type Broadcast, firstTracks } from '../../protocol/broadcast.ts';
import { encodeJoinHead, JOIN_BODY_TYPE, JOIN_SUBPROTOCOL } from '../../protocol/join-body.ts';
import { allow } from '../access/allow.ts';
import { grantDesk } from '../access/grant.ts';
import { passDesk } from '../access/pass.ts';
import { checkPlayback, type PlaybackRight, refusal } from '../access/playback.ts';
import { RateLimit } from '../access/rate-limit.ts';
import { pageOriginOf } from '../access/site.ts';
import { householdOf } from '../swarm/place.ts';
import { peerIdOf, ticketDesk } from '../access/ticket.ts';
import { agentOf } from '../access/user-agent.ts';
import { type Whereabouts, whereabouts } from '../access/whereabouts.ts';
import { asciiJson } from '../ascii-json.ts';
import { boxSettings } from '../box.ts';
import { joinCard } from '../card.ts';
import { cachedMedia } from '../edge-cache.ts';
import { type Env, swarmOf, viewerOf } from '../env.ts';
import { parseBody } from '../body.ts';
import { Failure } from '../failure.ts';
import type { JoinCard } from '../objects/channel.ts';
import { iceServersFor } from '../reach/ice-servers.ts';
import { announcePath, pickShard } from '../swarm/shards.ts';

const MAX_BODY_BYTES = 16 * 1024;
/** Joins without a token, of one address: at once, and a second. A thousand viewers may share an address. */
const anonymous = new RateLimit(300, 10);
/** Joins of one viewer id, on however many devices. */
const ofViewer = new RateLimit(60, 1);
const RATE_LIMITED_S = 5;
/**
 * Until when sockets that join a channel are sent to HTTP at once, since its shard did so just now: nothing is worked out
 * twice for them, and they count once where an address has only so many joins.
 */
const crowded = new Map<string, number>();
const CROWDED_MS = 200;
/** When to ask again while nothing is on air, before jitter. */
const IDLE_RETRY_MS = 3000;

export const join = new Hono<{ Bindings: Env }>().post('/:channel', async (c) => {
  const request = parseJoin(await c.req.text());
  const { card, answer } = await answered(c.req.param('channel'), request, c.req.raw, c.env);
  const headers = { ...corsOf(card, c.req.raw), 'cache-control': 'no-store' };
  if (!request.media || !('broadcast' in answer)) return c.json(answer, 200, headers);
  const body = withMedia(JSON.stringify(answer), {
    env: c.env,
    ctx: c.executionCtx,
    channel: answer.channel,
    broadcast: answer.broadcast,
  });
  return c.body(body, 200, { ...headers, 'content-type': JOIN_BODY_TYPE });
}).get('/:channel', async (c) => {
  if (c.req.header('upgrade')?.toLowerCase() !== 'websocket') {
    throw new Failure(426, 'upgrade-required', 'a join is a POST, or a WebSocket');
  }
  const channel = c.req.param('channel');
  if (isCrowded(channel)) {
    throw new Failure(503, 'join-by-http', 'many join at the moment: by HTTP', { retryAfterS: 0 });
  }
  const request = parseJoin(requestOf(c.req.header('sec-websocket-protocol') ?? ''));
  const { answer, place } = await answered(channel, request, c.req.raw, c.env);
  if (!('broadcast' in answer)) return saidAtOnce(JSON.stringify(answer));
  const response = await joinAtShard(answer, place, c.req.raw, c.env);
  if (response.status === 503) crowded.set(channel, Date.now() + CROWDED_MS);
  return response;
});

function isCrowded(channel: string): boolean {
  if (Date.now() < (crowded.get(channel) ?? 0)) return true;
  crowded.delete(channel);
  return false;
}

interface Answered {
  card: JoinCard;
  place: Whereabouts;
  answer: JoinAnswer;
}

/** Throws Failure when this viewer is not let in. */
async function answered(channel: string, request: JoinRequest, raw: Request, env: Env): Promise<Answered> {
  await allow({ to: 'public' }, raw, env);
  const card = v.is(ChannelName, channel) ? await joinCard(env, channel) : undefined;
  if (!card) throw new Failure(404, 'unknown-channel', 'there is no such channel');
  const place = await whereabouts(raw, env);
  const nowMs = Date.now();
  const peerKey = fromBase64Url(request.peerKey)!;
  const peerId = await peerIdOf(peerKey);
  const right = await checkPlayback({
    card,
    peerId,
    request: raw,
    env,
    nowMs,
    token: request.token,
    framedBy: request.framedBy,
  });
  // Only who shows no token can be made up at will; one viewer id may be shared, but not by a crowd.
  const { subject } = right;
  const isCalm = subject === undefined
    ? !right.anonymous || anonymous.take(crowdOf(place, env), nowMs)
    : ofViewer.take(subject, nowMs);
  if (!isCalm) {
    throw refusal('rate-limited', { retryAfterS: RATE_LIMITED_S });
  }
  const answer = await answerJoin({ card, request, env, place, peerKey, peerId, right, nowMs });
  return { card, place, answer };
}

/** The request, as the second of the subprotocols that a socket offers. */
function requestOf(offered: string): string {
  const [protocol, request = ''] = offered.split(',').map((one) => one.trim());
  const bytes = protocol === JOIN_SUBPROTOCOL ? fromBase64Url(request) : undefined;
  if (bytes) return new TextDecoder().decode(bytes);
  throw new Failure(400, 'bad-field', `the subprotocols must be ${JOIN_SUBPROTOCOL} and a join request`);
}

/** The shard takes the socket over: it says the answer, sends media behind it, and hears the announce. */
async function joinAtShard(
  answer: LiveJoinAnswer,
  place: Whereabouts,
  raw: Request,
  env: Env,
): Promise<Response> {
  const shard = new URL(answer.announcePath, raw.url).searchParams.get('shard')!;
  return await swarmOf(env, answer.broadcast.infoHash, shard).fetch('https://object/join', {
    headers: {
      upgrade: 'websocket',
      'shoal-place': asciiJson(place),
      'shoal-agent': asciiJson(agentOf(raw.headers.get('user-agent') ?? '')),
      'shoal-join': asciiJson(answer),
    },
  });
}

/** A socket that says this and is closed. */
function saidAtOnce(answer: string): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.send(encodeJoinHead(answer));
  server.send(new Uint8Array(0));
  server.close(1000, 'nothing is on air');
  return new Response(null, {
    status: 101,
    webSocket: client,
    headers: { 'sec-websocket-protocol': JOIN_SUBPROTOCOL },
  });
}

interface MediaOfJoin {
  env: Env;
  ctx: Pick<ExecutionContext, 'waitUntil'>;
  channel: string;
  broadcast: Broadcast;
}

/** The answer at once, and media as soon as there is some: none when it is refused, since the join is not. */
function withMedia(answer: string, { env, ctx, channel, broadcast }: MediaOfJoin): ReadableStream {
  const { readable, writable } = new IdentityTransformStream();
  const ask = { what: 'join', broadcastId: broadcast.id, tracks: firstTracks(broadcast) } as const;
  const media = cachedMedia({ env, ctx, channel, kind: 'join', ask }).catch(() => undefined);
  const send = async () => {
    const writer = writable.getWriter();
    await writer.write(encodeJoinHead(answer));
    const response = await media;
    if (response?.status !== 200 || !response.body) {
      await response?.body?.cancel();
      return await writer.close();
    }
    writer.releaseLock();
    await response.body.pipeTo(writable);
  };
  // Who has left meanwhile needs neither.
  ctx.waitUntil(send().catch(() => {}));
  return readable;
}

/** Who is counted together: a household, and, where a proxy should have named it, all whom it did not. */
function crowdOf({ address }: Whereabouts, env: Env): string {
  return householdOf(address) || (env.SHOAL_TRUSTED_PROXY ? 'past the proxy' : '');
}

/** Which pages may read an answer of this channel: any, or the ones of its sites. */
function corsOf({ settings }: JoinCard, request: Request): Record<string, string> {
  if (settings.sites.length === 0) return { 'access-control-allow-origin': '*' };
  return { 'access-control-allow-origin': pageOriginOf(request) || 'null', vary: 'origin' };
}

interface Join {
  card: JoinCard;
  request: JoinRequest;
  env: Env;
  place: Whereabouts;
  peerKey: Uint8Array;
  peerId: string;
  right: PlaybackRight;
  nowMs: number;
}

async function answerJoin(
  { card, request, env, place, peerKey, peerId, right, nowMs }: Join,
): Promise<JoinAnswer> {
  const { channel, title, settings, broadcast, state } = card;
  if (!broadcast || state === 'idle' || state === 'stopped') {
    const quiet = state === 'stopped' ? 'stopped' : 'idle';
    return { state: quiet, channel, title, nowMs, retryAfterMs: IDLE_RETRY_MS };
  }
  // When all are full by the card, the first one knows where there is room by now.
  const shard = pickShard(card.shards, place, Math.random) ?? card.shards[0]!.shard;
  const nowS = Math.floor(nowMs / 1000);
  const { subject, devices, lease, untilS, endsBy } = right;
  if (subject !== undefined && devices !== undefined) {
    if (!await viewerOf(env, subject).take(peerId, devices, false)) throw refusal('too-many-devices');
  }
  const tickets = ticketDesk(env.SHOAL_EDGE_SECRET);
  const box = await boxSettings(env);
  const turn = box.turn && !card.turnSpent;
  const allowed = stricter(settings.p2p, request.p2p);
  // Without relays, who may connect through relays only has nobody to connect to.
  const p2p = allowed === 'relay' && card.turnSpent ? 'off' : allowed;
  return {
    state,
    channel,
    title,
    broadcast,
    nowMs,
    windowS: settings.windowS,
    p2p,
    uploadRatio: settings.uploadRatio,
    latencyTargetMs: settings.latencyTargetMs,
    iceServers: p2p === 'off' ? [] : await iceServersFor(env, peerId, nowS, { ...box, turn }),
    edgeKey: await tickets.publicKey(),
    ticket: await tickets.issue(broadcast.infoHash, peerKey, nowS, untilS),
    peerId,
    pass: await passDesk(env.SHOAL_EDGE_SECRET).issue(channel, peerId, {
      ...(right.anonymous ? { anonymous: true } : {}),
      subject,
      devices,
      lease,
      untilS,
      endsBy,
    }),
    grant: await grantDesk(env.SHOAL_EDGE_SECRET).issue(channel, broadcast.id, peerId, nowS, untilS),
    announcePath: announcePath(broadcast.infoHash, shard),
    mediaPath: `/media/${channel}/${broadcast.id}`,
  };
}

const STRICTNESS: P2pPolicy[] = ['on', 'relay', 'off'];

/** What both the channel and the viewer allow. */
function stricter(channel: P2pPolicy, viewer: P2pPolicy): P2pPolicy {
  return STRICTNESS[Math.max(STRICTNESS.indexOf(channel), STRICTNESS.indexOf(viewer))]!;
}

function parseJoin(text: string): JoinRequest {
  const request = parseBody(text, JoinRequest, MAX_BODY_BYTES);
  if (fromBase64Url(request.peerKey)?.length === 32) return request;
  throw new Failure(400, 'bad-field', 'peerKey: must be 32 bytes', { field: 'peerKey' });
}
