/**
 * Where recordings lie: values of at most 2 MiB under keys. R2 on Cloudflare and under miniflare; on bare workerd a
 * writable disk service, whose files are the values.
 */
import type { Env } from '../env.ts';
import { Failure } from '../failure.ts';

export interface ReplayStore {
  put(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** `range`: of the value; past its end there is less. Undefined when there is no such value. */
  get(key: string, range?: { offset: number; length: number }): Promise<Uint8Array<ArrayBuffer> | undefined>;
  delete(keys: string[]): Promise<void>;
}

/** R2 takes this many keys in one request. */
const KEYS_AT_ONCE = 1000;

/** Throws Failure 409 when this edge has nowhere to put recordings. */
export function replayStore(env: Pick<Env, 'REPLAY' | 'REPLAY_DISK'>): ReplayStore {
  if (env.REPLAY) return bucketStore(env.REPLAY);
  if (env.REPLAY_DISK) return diskStore(env.REPLAY_DISK);
  throw new Failure(
    409,
    'no-replay-store',
    'this edge has no store for recordings: bind an R2 bucket as REPLAY (docs/replay.md)',
  );
}

export function bucketStore(bucket: R2Bucket): ReplayStore {
  return {
    async put(key, bytes) {
      await bucket.put(key, bytes);
    },
    async get(key, range) {
      const held = await bucket.get(key, range ? { range } : {});
      return held ? new Uint8Array(await held.arrayBuffer()) : undefined;
    },
    async delete(keys) {
      for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
        await bucket.delete(keys.slice(at, at + KEYS_AT_ONCE));
      }
    },
  };
}

/** A disk service of workerd answers GET, PUT and DELETE of whole files. */
export function diskStore(disk: Pick<Fetcher, 'fetch'>): ReplayStore {
  const ask = (key: string, init?: RequestInit) => disk.fetch(`http://disk/${key}`, init);
  return {
    async put(key, bytes) {
      const answer = await ask(key, { method: 'PUT', body: bytes });
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`the disk answered ${answer.status} to a write`);
    },
    async get(key, range) {
      const answer = await ask(key);
      if (!answer.ok) {
        await answer.body?.cancel();
        return undefined;
      }
      const whole = new Uint8Array(await answer.arrayBuffer());
      return range ? whole.slice(range.offset, range.offset + range.length) : whole;
    },
    async delete(keys) {
      for (const key of keys) {
        const answer = await ask(key, { method: 'DELETE' });
        await answer.body?.cancel();
      }
    },
  };
}

/** Keys by what lies there. Flat names: a disk service makes no folders. */
export const keyOf = {
  chunk: (recording: string, number: number) => `recording-${recording}-${number}`,
  /** Info dictionary of a replay, bencoded. */
  info: (infoHash: string) => `replay-${infoHash}.info`,
  /** ReplayCard, JSON. */
  card: (infoHash: string) => `replay-${infoHash}.json`,
};
