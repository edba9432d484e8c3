/** Cards of replays as Workers see them: some seconds in the isolate, then the store. */
import * as v from 'valibot';
import { InfoHash } from '../../protocol/broadcast.ts';
import { ReplayCard } from '../../protocol/replay.ts';
import type { Env } from '../env.ts';
import { Failure } from '../failure.ts';
import { keyOf, replayStore } from './store.ts';

const KEPT_MS = 10_000;
const MOST_KEPT = 500;
const kept = new Map<string, { card: ReplayCard; untilMs: number }>();

/** Throws Failure 404 when there is no such replay. */
export async function replayCard(env: Env, infoHash: string): Promise<ReplayCard> {
  const known = kept.get(infoHash);
  if (known && known.untilMs > Date.now()) return known.card;
  const bytes = v.is(InfoHash, infoHash) && (env.REPLAY || env.REPLAY_DISK)
    ? await replayStore(env).get(keyOf.card(infoHash))
    : undefined;
  if (!bytes) throw new Failure(404, 'unknown-replay', 'there is no such replay');
  const card = v.parse(ReplayCard, JSON.parse(new TextDecoder().decode(bytes)));
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(infoHash, { card, untilMs: Date.now() + KEPT_MS });
  return card;
}
