/** Settings of the box as Workers and shards see them: five seconds old at most. */
import type { BoxSettings } from '../protocol/box.ts';
import { directoryOf, type Env } from './env.ts';
import { BriefMemory } from './store/brief-memory.ts';

export const BOX_MS = 5000;

const memory = new BriefMemory<BoxSettings>({ ttlMs: BOX_MS, now: () => Date.now() });

export async function boxSettings(env: Env): Promise<BoxSettings> {
  return await memory.get('box', () => directoryOf(env).box());
}
