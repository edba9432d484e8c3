/** `/replay/…`: lists of replays, their torrent files, and their bytes as a web seed (BEP 19). */
import { Hono } from 'hono';
import * as v from 'valibot';
import { ChannelName } from '../../protocol/channel.ts';
import { type Replay, type ReplayCard, replayOf } from '../../protocol/replay.ts';
import { encodeTorrent, magnetLink } from '../../protocol/torrent.ts';
import { allow } from '../access/allow.ts';
import { joinCard } from '../card.ts';
import { type Env, mediaOf } from '../env.ts';
import { Failure } from '../failure.ts';
import { parseRange } from '../replay/byte-range.ts';
import { replayCard } from '../replay/card.ts';
import { replayList } from '../replay/replay-list.ts';
import { partsOf, replayBody } from '../replay/replay-body.ts';
import { keyOf, replayStore } from '../replay/store.ts';
import { useCounter } from '../use-counter.ts';

/** Stock clients in pages ask with these headers, so that browsers ask beforehand. */
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, HEAD',
  'access-control-allow-headers': 'cache-control, range',
  'access-control-expose-headers': 'accept-ranges, content-length, content-range, etag, retry-after',
  'access-control-max-age': '86400',
};

export const replay = new Hono<{ Bindings: Env }>()
  .options('*', (c) => c.body(null, 204, CORS))
  .get('/of/:channel', async (c) => {
    await allow({ to: 'public' }, c.req.raw, c.env);
    const channel = c.req.param('channel');
    if (!v.is(ChannelName, channel) || !await joinCard(c.env, channel)) {
      throw new Failure(404, 'unknown-channel', 'there is no such channel');
    }
    return c.json({ items: await replayList(c.env, channel) }, 200, {
      ...CORS,
      'cache-control': 'max-age=10',
    });
  })
  .get('/about/:infoHash', async (c) => {
    await allow({ to: 'public' }, c.req.raw, c.env);
    const card = await replayCard(c.env, c.req.param('infoHash'));
    const base = new URL(c.req.url).origin;
    const about: Replay & { magnet: string } = { ...replayOf(card), magnet: magnetOf(card, base) };
    return c.json(about, 200, { ...CORS, 'cache-control': 'max-age=10' });
  })
  .get('/:torrent{[0-9a-f]{40}\\.torrent}', async (c) => {
    await allow({ to: 'public' }, c.req.raw, c.env);
    const card = await replayCard(c.env, c.req.param('torrent').slice(0, 40));
    const info = await replayStore(c.env).get(keyOf.info(card.infoHash));
    if (!info) throw new Failure(404, 'unknown-replay', 'there is no such replay');
    const addresses = addressesOf(card, new URL(c.req.url).origin);
    const body = encodeTorrent(info, { ...addresses, createdAtS: Math.floor(card.startedAtMs / 1000) });
    return c.body(body, 200, {
      ...CORS,
      'content-type': 'application/x-bittorrent',
      'content-disposition': `attachment; filename="${card.name}.torrent"`,
    });
  })
  .get('/:infoHash{[0-9a-f]{40}}/:file{.+\\.mp4}', async (c) => {
    await allow({ to: 'public' }, c.req.raw, c.env);
    const card = await replayCard(c.env, c.req.param('infoHash'));
    const { length, infoHash, channel, recording } = card;
    const asked = parseRange(c.req.header('range'), length);
    if (asked === 'unsatisfiable') {
      return c.body(null, 416, { ...CORS, 'content-range': `bytes */${length}` });
    }
    const range = asked ?? { start: 0, end: length };
    const headers = {
      ...CORS,
      'content-type': 'video/mp4',
      'content-length': String(range.end - range.start),
      'accept-ranges': 'bytes',
      etag: `"${infoHash}"`,
      'cache-control': 'public, max-age=86400, no-transform',
      ...(asked && { 'content-range': `bytes ${range.start}-${range.end - 1}/${length}` }),
    };
    if (c.req.method === 'HEAD') return c.body(null, asked ? 206 : 200, headers);
    const parts = partsOf(recording, range);
    const draw = drawOf(c.env, channel, c.executionCtx);
    const waitMs = await draw(parts[0]?.length ?? 0);
    if (waitMs > 0) {
      throw new Failure(503, 'egress-cap', 'the egress cap of the channel is spent: later, or from peers', {
        retryAfterS: Math.ceil(waitMs / 1000),
      });
    }
    return c.body(replayBody(replayStore(c.env), parts, draw), asked ? 206 : 200, headers);
  });

/** Counts what goes out, and asks the Media object where the channel has a cap: it counts every media byte then. */
function drawOf(env: Env, channel: string, ctx: Pick<ExecutionContext, 'waitUntil'>) {
  return async (bytes: number): Promise<number> => {
    const capKbps = (await joinCard(env, channel))?.settings.egressCapKbps ?? null;
    const waitMs = capKbps === null ? 0 : await mediaOf(env, channel).drawReplay(capKbps, bytes);
    if (waitMs === 0) useCounter.count(env, ctx, channel, { bytes: { replay: bytes } });
    return waitMs;
  };
}

function addressesOf(card: ReplayCard, base: string): { announce: string; webSeed: string } {
  const { file } = replayOf(card);
  return {
    announce: `${base.replace(/^http/, 'ws')}/swarm/${card.infoHash}/announce`,
    webSeed: `${base}${file}`,
  };
}

function magnetOf(card: ReplayCard, base: string): string {
  const { torrent } = replayOf(card);
  return magnetLink(card.infoHash, {
    name: card.name,
    ...addressesOf(card, base),
    torrentUrl: `${base}${torrent}`,
  });
}
