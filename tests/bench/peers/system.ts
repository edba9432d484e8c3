/** A system under comparison: servers that get the common feed, and a page that plays it. */
import type { StreamReading } from './stream-meter.ts';

export interface SystemServers {
  /** What stands behind the counting proxy. */
  target: string;
  /** Its signaling server, where that is another one: what pages say to it goes through the proxy too. */
  tracker?: { path: string; url: string };
  /** Path (and query) of the page that a viewer opens, on the proxy. */
  page: string;
  isMedia(path: string): boolean;
  stop(): Promise<void>;
}

export interface System {
  name: string;
  /** Starts servers for one scenario. `capKbps`: what they may send in media. */
  start(feed: FeedSource, capKbps?: number): Promise<SystemServers>;
}

/** The one encoder of the run, as both kinds of server take it. */
export interface FeedSource {
  /** Folder with the live HLS (2 s and 1 s segments) that ffmpeg writes. */
  hlsFolder: string;
  /** The Shoal that the feed is pushed to. */
  shoalUrl: string;
  /** What the encoder made so far. */
  stream(): Promise<StreamReading>;
  /** Sets the egress cap of the Shoal channel; null: none. */
  setCap(kbps: number | null): Promise<void>;
}
