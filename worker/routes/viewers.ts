/** `/api/channels/:name/viewers`, `/swarm` and `/networks`: who watches now, asked of the shards themselves. */
import { Hono } from 'hono';
import { SearchQuery } from '../../protocol/page.ts';
import { MOST_DRAWN, NetworksQuery, type ViewerRow } from '../../protocol/report.ts';
import { lookAtViewers } from '../channel-gate.ts';
import { channelOf, type Env, swarmOf } from '../env.ts';
import { Failure } from '../failure.ts';
import { takeQuery } from '../input.ts';
import { drawSwarm } from '../report/swarm-map.ts';
import { mergeNetworks } from '../swarm/viewer-list.ts';

/** Shards asked for one page: a search that finds nothing goes on with the next page. */
const SHARDS_A_PAGE = 8;
/** Shards that a drawing or a view by network is made of. */
const SHARDS_SAMPLED = 12;
const MOST_NETWORKS = 200;

/** `next` of a page of viewers. */
const PLACE = /^(\d{1,5}):(.{0,20})$/s;

export const viewers = new Hono<{ Bindings: Env }>()
  .get('/:name/viewers', lookAtViewers, takeQuery(SearchQuery), async (c) => {
    const { limit, after, query } = c.req.valid('query');
    const place = after === undefined ? ['', '', ''] : PLACE.exec(after);
    if (!place) {
      throw new Failure(400, 'bad-field', 'after: must be next of another page', { field: 'after' });
    }
    const { infoHash, shards } = await onAir(c.env, c.req.param('name'));
    const first = Math.max(0, shards.findIndex((shard) => Number(shard) >= Number(place[1])));
    const items: ViewerRow[] = [];
    let from = place[2]!;
    for (const [i, shard] of shards.slice(first).entries()) {
      if (i === SHARDS_A_PAGE) return c.json({ items, next: `${shard}:` });
      const wanted = limit - items.length;
      const rows = await swarmOf(c.env, infoHash, shard).viewers(from, wanted, query);
      items.push(...rows);
      if (rows.length === wanted) return c.json({ items, next: `${shard}:${rows.at(-1)!.peerId}` });
      from = '';
    }
    return c.json({ items, next: undefined });
  })
  .get('/:name/swarm', lookAtViewers, async (c) => {
    const { infoHash, shards, viewers } = await onAir(c.env, c.req.param('name'));
    const asked = sample(shards);
    const each = Math.ceil(MOST_DRAWN / Math.max(1, asked.length));
    const rows = await Promise.all(asked.map((shard) => swarmOf(c.env, infoHash, shard).drawn(each)));
    const drawing = drawSwarm(rows.flat());
    return c.json({ viewers, shardsDrawn: asked.length, shards: shards.length, ...drawing });
  })
  .get('/:name/networks', lookAtViewers, takeQuery(NetworksQuery), async (c) => {
    const { by, limit } = c.req.valid('query');
    const most = Math.min(MOST_NETWORKS, Math.max(1, limit));
    const { infoHash, shards } = await onAir(c.env, c.req.param('name'));
    const asked = sample(shards);
    const rows = await Promise.all(
      asked.map((shard) => swarmOf(c.env, infoHash, shard).networks(by, MOST_NETWORKS)),
    );
    const items = mergeNetworks(rows.flat(), most);
    return c.json({ items, shardsAsked: asked.length, shards: shards.length });
  });

async function onAir(env: Env, channel: string) {
  const card = await channelOf(env, channel).card();
  const shards = card?.broadcast ? card.shards.map(({ shard }) => shard) : [];
  return {
    infoHash: card?.broadcast?.infoHash ?? '',
    shards: shards.toSorted((a, b) => Number(a) - Number(b)),
    viewers: card?.shards.reduce((sum, { viewers }) => sum + viewers, 0) ?? 0,
  };
}

/** A few of many, spread evenly, always the same ones. */
function sample(shards: string[]): string[] {
  const step = Math.max(1, shards.length / SHARDS_SAMPLED);
  return Array.from(
    { length: Math.min(shards.length, SHARDS_SAMPLED) },
    (_, i) => shards[Math.floor(i * step)]!,
  );
}
