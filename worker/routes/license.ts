/** `POST /license/:channel`: keys for who may watch (protocol/license.ts), and the proxy for other key systems. */
import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import { fromBase64Url, fromHex, toBase64Url, toHex } from '../../protocol/bytes.ts';
import { ChannelName } from '../../protocol/channel.ts';
import { type LicenseAnswer, LicenseRequest } from '../../protocol/license.ts';
import { allow } from '../access/allow.ts';
import { checkPlayback, type PlaybackRight } from '../access/playback.ts';
import { pageOriginOf } from '../access/site.ts';
import { parseBody } from '../body.ts';
import { joinCard } from '../card.ts';
import { keysInUse } from '../content-keys.ts';
import { type Env, keysOf } from '../env.ts';
import { Failure } from '../failure.ts';
import { askLicenseServer, certificateOf, licenseSystem } from '../license-proxy.ts';
import type { JoinCard } from '../objects/channel.ts';
import type { OpenPeriod } from '../objects/keys.ts';

const MAX_BODY_BYTES = 16 * 1024;

type LicenseContext = Context<{ Bindings: Env }>;

export const license = new Hono<{ Bindings: Env }>()
  .options('/:channel/:system?', (c) =>
    c.body(null, 204, {
      'access-control-allow-origin': '*',
      'access-control-allow-headers': 'authorization, content-type',
      'access-control-allow-methods': 'POST',
      'access-control-max-age': '86400',
    }))
  .post('/:channel', async (c) => {
    const request = parseBody(await c.req.text() || '{}', LicenseRequest, MAX_BODY_BYTES);
    const card = await cardOf(c);
    const wanted = (request.kids ?? []).map((kid) => toHex(fromBase64Url(kid)!));
    const inUse = await usedKeys(c.env, card);
    // Keys by name of what is over, or of what no broadcast uses now, are for a recording: there is no session.
    const isLive = wanted.length === 0 ||
      (card.broadcast !== undefined && wanted.some((id) => inUse.some(({ keyId }) => keyId === id)));
    await checked(c, card, isLive, request);
    const old = wanted.filter((id) => !inUse.some(({ keyId }) => keyId === id));
    const periods = wanted.length === 0 ? inUse : [
      ...inUse.filter(({ keyId }) => wanted.includes(keyId)),
      ...(old.length > 0 ? await keysOf(c.env, card.channel).find(card.channel, old) : []),
    ];
    return c.json(answerOf(periods, inUse, card.settings.keyPeriodS * 1000), 200, corsOf(card, c.req.raw));
  })
  .post('/:channel/:system', async (c) => {
    const system = licenseSystem(c.req.param('system'), c.env);
    const body = new Uint8Array(await c.req.arrayBuffer());
    if (body.length > MAX_BODY_BYTES) {
      throw new Failure(413, 'too-large', `the body must be at most ${MAX_BODY_BYTES} bytes`);
    }
    const card = await cardOf(c);
    const right = await checked(c, card, true);
    const keys = await usedKeys(c.env, card);
    const answer = await askLicenseServer(system, body, {
      channel: card.channel,
      viewer: right.subject,
      keys,
    });
    return new Response(answer, { headers: corsOf(card, c.req.raw) });
  })
  .get('/:channel/fairplay/certificate', async (c) => {
    await allow({ to: 'public' }, c.req.raw, c.env);
    const card = await cardOf(c);
    return new Response(await certificateOf(c.env), {
      headers: { ...corsOf(card, c.req.raw), 'content-type': 'application/pkix-cert' },
    });
  });

async function cardOf(c: LicenseContext): Promise<JoinCard> {
  const channel = c.req.param('channel');
  const card = v.is(ChannelName, channel) ? await joinCard(c.env, channel) : undefined;
  if (!card) throw new Failure(404, 'unknown-channel', 'there is no such channel');
  return card;
}

async function usedKeys(env: Env, card: JoinCard): Promise<OpenPeriod[]> {
  if (card.settings.drm === 'off') {
    throw new Failure(409, 'not-protected', 'this channel is not encrypted');
  }
  return await keysInUse(env, card.channel, card.settings, card.keysEpoch ?? 0);
}

/** Session (the media grant of who joined), token, ban, site and lease: nothing of it asks an object. */
async function checked(
  c: LicenseContext,
  card: JoinCard,
  isLive: boolean,
  shown: Pick<LicenseRequest, 'token' | 'framedBy'> = {},
): Promise<PlaybackRight> {
  const { channel, broadcast } = card;
  const bearer = /^Bearer ([\x21-\x7e]{1,4096})$/.exec(c.req.header('authorization') ?? '')?.[1];
  const { token = bearer, framedBy } = shown;
  const ask = { card, token, framedBy, request: c.req.raw, env: c.env };
  if (!isLive) return await checkPlayback(ask);
  if (!broadcast) throw new Failure(409, 'off-air', 'nothing is broadcast on this channel now');
  const session = await allow({ to: 'media', channel, broadcastId: broadcast.id }, c.req.raw, c.env)
    .catch((error: unknown) => error as Failure);
  // What is wrong with the token says more than that a grant was never given.
  const right = await checkPlayback(typeof session === 'string' ? { ...ask, peerId: session } : ask);
  if (typeof session !== 'string') throw session;
  return right;
}

function answerOf(periods: OpenPeriod[], inUse: OpenPeriod[], periodMs: number): LicenseAnswer {
  const next = inUse.at(-1)!;
  const current = inUse.at(-2) ?? next;
  const kid = ({ keyId }: OpenPeriod) => toBase64Url(fromHex(keyId)!);
  return {
    keys: periods.map((period) => ({ kty: 'oct', kid: kid(period), k: period.key })),
    type: 'temporary',
    current: kid(current),
    next: kid(next),
    nextInMs: Math.max(0, next.startsAtMs - Date.now()),
    periodMs,
  };
}

function corsOf(card: JoinCard, request: Request): Record<string, string> {
  const open = card.settings.sites.length === 0;
  return {
    'access-control-allow-origin': open ? '*' : pageOriginOf(request) || 'null',
    'cache-control': 'no-store',
    ...(open ? {} : { vary: 'origin' }),
  };
}
