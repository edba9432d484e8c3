/** Join cards as Workers see them: a second in the isolate, a second in the data centre's cache, then the object. */
import { channelOf, type Env } from './env.ts';
import type { JoinCard } from './objects/channel.ts';
import { BriefMemory } from './store/brief-memory.ts';

/** How long a card is good for, in milliseconds. */
export const CARD_MS = 1000;

/** Null: there is no such channel. */
type Answer = JoinCard | null;

const memory = new BriefMemory<Answer>({
  ttlMs: CARD_MS,
  now: () => Date.now(),
  shelf: {
    async get(name) {
      const held = await caches.default.match(addressOf(name));
      return held ? await held.json<Answer>() : undefined;
    },
    async put(name, value) {
      const headers = { 'cache-control': `max-age=${CARD_MS / 1000}` };
      await caches.default.put(addressOf(name), Response.json(value, { headers }));
    },
  },
});

export async function joinCard(env: Env, channel: string): Promise<JoinCard | undefined> {
  return await memory.get(channel, async () => await channelOf(env, channel).card() ?? null) ?? undefined;
}

/** An address no client can ask for. */
function addressOf(name: string): string {
  return `https://card.shoal.internal/${name}`;
}
