/** What the Worker and its objects are given: secrets, settings of the box, objects, assets. */
import type { Channel } from './objects/channel.ts';
import type { Directory } from './objects/directory.ts';
import type { Media } from './objects/media.ts';
import type { Swarm } from './objects/swarm.ts';

export interface Env {
  /** Bearer token of the admin API. Unset: the API refuses everybody. */
  SHOAL_ADMIN_TOKEN?: string;
  /** HS256 secret that origins sign their socket tokens with. Unset: no origin is let in. */
  SHOAL_ORIGIN_SECRET?: string;
  /** Everything that the edge signs (tickets, grants) is derived from this. */
  SHOAL_EDGE_SECRET: string;
  /** Bearer token of /metrics; unset: open. */
  SHOAL_METRICS_TOKEN?: string;
  /** `1` where the Worker runs on Cloudflare's network: CF-Connecting-IP and request.cf are believed. */
  SHOAL_TRUST_CLOUDFLARE?: string;
  /**
   * `1` under bare workerd without a cfBlobHeader, whose request.cf.clientIp is the socket's address. Never under
   * miniflare or wrangler dev: there a client's own header becomes request.cf.
   */
  SHOAL_TRUST_SOCKET?: string;
  /** Secret of the one proxy in front that may say whose request it passes on. */
  SHOAL_TRUSTED_PROXY?: string;
  /** JSON array of RTCIceServer, handed to every viewer. Two STUN servers, so that viewers learn their NAT's kind. */
  SHOAL_ICE_SERVERS?: string;
  /** TURN URLs, with commas between them, whose servers know SHOAL_TURN_SECRET. See docs/reach.md. */
  SHOAL_TURN_URLS?: string;
  /** coturn's static-auth-secret. */
  SHOAL_TURN_SECRET?: string;
  /** Id and API token of a key of Cloudflare's TURN service, in place of a TURN server of one's own. */
  SHOAL_CLOUDFLARE_TURN_KEY?: string;
  SHOAL_CLOUDFLARE_TURN_TOKEN?: string;
  ASSETS?: Fetcher;
  DIRECTORY: DurableObjectNamespace<Directory>;
  CHANNEL: DurableObjectNamespace<Channel>;
  MEDIA: DurableObjectNamespace<Media>;
  SWARM: DurableObjectNamespace<Swarm>;
}

/** The one Directory. */
export function directoryOf(env: Env): DurableObjectStub<Directory> {
  return env.DIRECTORY.getByName('directory');
}

export function channelOf(env: Env, channel: string): DurableObjectStub<Channel> {
  return env.CHANNEL.getByName(channel);
}

/** The Media object of a channel that the origin's link ends at. */
export function mediaOf(env: Env, channel: string): DurableObjectStub<Media> {
  return env.MEDIA.getByName(channel);
}

/** One shard of a swarm: `0`, `1`, …, or `b0`, the backbone's. */
export function swarmOf(env: Env, infoHash: string, shard: string): DurableObjectStub<Swarm> {
  return env.SWARM.getByName(`${infoHash}:${shard}`);
}
