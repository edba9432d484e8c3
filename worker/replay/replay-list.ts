/** Lists of replays as Workers see them: ten seconds in the isolate and in the data centre's cache, then the object. */
import type { Replay } from '../../protocol/replay.ts';
import { type Env, replaysOf } from '../env.ts';
import { BriefMemory } from '../store/brief-memory.ts';

const TTL_MS = 10_000;

const memory = new BriefMemory<Replay[]>({
  ttlMs: TTL_MS,
  now: () => Date.now(),
  shelf: {
    async get(channel) {
      const held = await caches.default.match(addressOf(channel));
      return held ? await held.json<Replay[]>() : undefined;
    },
    async put(channel, value) {
      const headers = { 'cache-control': `max-age=${TTL_MS / 1000}` };
      await caches.default.put(addressOf(channel), Response.json(value, { headers }));
    },
  },
});

/** Finished ones, newest first. */
export async function replayList(env: Env, channel: string): Promise<Replay[]> {
  return await memory.get(
    channel,
    async () => (await replaysOf(env, channel).list()).flatMap(({ replay }) => replay ?? []),
  );
}

/** An address no client can ask for. */
function addressOf(channel: string): string {
  return `https://replays.shoal.internal/${channel}`;
}
