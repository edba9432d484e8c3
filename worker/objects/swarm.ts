/** Swarm object: one shard of a broadcast's viewers. */
import { DurableObject } from 'cloudflare:workers';
import type { Broadcast } from '../../protocol/broadcast.ts';
import type { ChannelSettings } from '../../protocol/channel.ts';
import type { Env } from '../env.ts';

/** What the Channel object tells each of its shards: at the start, and again when something changes. */
export interface SwarmState {
  channel: string;
  shard: number;
  broadcast: Broadcast;
  state: 'live' | 'lost';
  settings: ChannelSettings;
}

export class Swarm extends DurableObject<Env> {
  /** The broadcast this shard serves is live, lost, or has other settings. */
  async setState(_state: SwarmState): Promise<void> {}

  /** The broadcast is over: everybody is told `ended`, later announces get a failure reason. */
  async closeBroadcast(): Promise<void> {}
}
