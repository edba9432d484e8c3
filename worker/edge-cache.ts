/**
 * Media through the data centre's cache. Keys hold no grant, and CORS headers are put on after the match, so that
 * all viewers share one entry. With an egress cap the Media object answers `no-store`, and all bytes pass there.
 */
import { type Env, mediaOf } from './env.ts';
import { RUN_STATE_HEADER } from '../protocol/media.ts';
import { type MediaAsk, mediaAskUrl } from './media/ask.ts';
import type { MediaKind } from './report/edge-use.ts';
import { useCounter } from './use-counter.ts';

/**
 * Media of a join is taken of the cache when it is no older than this. Who begins has to fetch what was cut since one
 * by one, unless peers are linked before it is due; the cache itself counts whole seconds.
 */
export const JOIN_FRESH_MS = 500;
/** When an entry was made, milliseconds since 1970. */
const MADE_HEADER = 'shoal-made';

interface CachedAsk {
  env: Env;
  ctx: Pick<ExecutionContext, 'waitUntil'>;
  channel: string;
  /** What hits are counted as. Undefined: not media (a playlist). */
  kind: MediaKind | undefined;
  ask: MediaAsk;
  /** Where who asks is, see witnessGroup; all share one entry all the same. */
  from?: string | undefined;
}

/** Answers from the cache, else from the Media object. */
export async function cachedMedia({ kind, ...asked }: CachedAsk): Promise<Response> {
  const { response, hitBytes } = await heldOrFresh(asked);
  if (hitBytes !== undefined) {
    const bytes = kind === undefined ? {} : { [kind]: hitBytes };
    useCounter.count(asked.env, asked.ctx, asked.channel, { cacheHits: 1, bytes });
  }
  return forEverybody(response);
}

interface HeldOrFresh {
  response: Response;
  /** It is of the cache, which nobody has counted yet. */
  hitBytes?: number;
  /** Milliseconds since 1970. */
  madeMs: number;
}

export async function heldOrFresh(
  { env, ctx, channel, ask, from }: Omit<CachedAsk, 'kind'>,
): Promise<HeldOrFresh> {
  const key = `https://media.shoal.internal/${channel}?${new URLSearchParams({ ask: JSON.stringify(ask) })}`;
  const held = await caches.default.match(key);
  if (held && isFresh(held, ask)) {
    const body = await held.arrayBuffer();
    const madeMs = Number(held.headers.get(MADE_HEADER));
    return { response: new Response(body, held), hitBytes: body.byteLength, madeMs };
  }
  // The object counts it as a miss: a call for each from here would cost as much as the media.
  const fresh = await freshMedia(env, channel, ask, from);
  if (fresh.status === 200 && fresh.headers.get('cache-control')?.startsWith('public')) {
    const body = await fresh.arrayBuffer();
    const entry = new Response(body, fresh);
    const madeMs = Date.now();
    entry.headers.set(MADE_HEADER, String(madeMs));
    ctx.waitUntil(caches.default.put(key, entry));
    return { response: new Response(body, fresh), madeMs };
  }
  return { response: fresh, madeMs: 0 };
}

function isFresh(held: Response, { what }: MediaAsk): boolean {
  return what !== 'join' || Date.now() - Number(held.headers.get(MADE_HEADER)) <= JOIN_FRESH_MS;
}

/** Straight from the Media object. */
export async function freshMedia(env: Env, channel: string, ask: MediaAsk, from?: string): Promise<Response> {
  return await mediaOf(env, channel).fetch(mediaAskUrl(ask, from));
}

/** A copy that pages on other sites may read. */
export function forEverybody(response: Response): Response {
  const open = new Response(response.body, response);
  open.headers.set('access-control-allow-origin', '*');
  open.headers.set('access-control-expose-headers', `retry-after, ${RUN_STATE_HEADER}`);
  open.headers.set('timing-allow-origin', '*');
  return open;
}
