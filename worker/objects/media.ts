/** Media object: the edge's copy of one channel's window, in memory, fed by the origin's link. */
import { DurableObject } from 'cloudflare:workers';
import type { ChannelSettings } from '../../protocol/channel.ts';
import type { Feed } from '../../protocol/tracker.ts';
import type { Env } from '../env.ts';

/** Newest index held of a feed. */
export interface FeedAck extends Feed {
  index: number;
}

export class Media extends DurableObject<Env> {
  /** The channel was edited: the egress cap and the window may be others. */
  async setSettings(_settings: ChannelSettings): Promise<void> {}

  /** The broadcast is over: the link is closed, waiting requests and seed streams end, media is forgotten. */
  async end(_broadcastId: string): Promise<void> {}

  /**
   * The whole set of feeds this peer holds from now on; empty: none. Its seed stream changes at once, and is opened
   * by the peer at `/media/:channel/:broadcast/seed?peer=…`.
   */
  async setFeeds(_peerId: string, _feeds: Feed[]): Promise<void> {}

  /**
   * A seed told its newest indexes. Answers the feeds that it is more than a second behind on: they are taken away
   * from it here, and the Channel object may deal them to somebody else.
   */
  async acknowledge(_peerId: string, _acks: FeedAck[]): Promise<Feed[]> {
    return [];
  }
}
