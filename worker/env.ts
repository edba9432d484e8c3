/** What the Worker and its objects are given: secrets, settings of the box, objects, assets. */
import type { Board } from './objects/board.ts';
import type { Channel } from './objects/channel.ts';
import type { Directory } from './objects/directory.ts';
import type { Hooks } from './objects/hooks.ts';
import type { Keys } from './objects/keys.ts';
import type { Media } from './objects/media.ts';
import type { Report } from './objects/report.ts';
import type { Replays } from './objects/replays.ts';
import type { Swarm } from './objects/swarm.ts';
import type { Viewer } from './objects/viewer.ts';

export interface Env {
  /** Bearer token of the admin API. Unset: the API refuses everybody. */
  SHOAL_ADMIN_TOKEN?: string;
  /** HS256 secret that origins sign their socket tokens with. Unset: no origin is let in. */
  SHOAL_ORIGIN_SECRET?: string;
  /** Everything that the edge signs (tickets, grants) is derived from this. */
  SHOAL_EDGE_SECRET: string;
  /** Content keys are sealed with this, and their ids made from it; unset: with SHOAL_EDGE_SECRET. */
  SHOAL_KEY_SECRET?: string;
  /** License servers of other key systems (docs/drm.md): https addresses, and JSON objects of headers for them. */
  SHOAL_WIDEVINE_URL?: string;
  SHOAL_WIDEVINE_HEADERS?: string;
  SHOAL_PLAYREADY_URL?: string;
  SHOAL_PLAYREADY_HEADERS?: string;
  SHOAL_FAIRPLAY_URL?: string;
  SHOAL_FAIRPLAY_HEADERS?: string;
  /** Address of FairPlay's certificate, which players fetch through the edge. */
  SHOAL_FAIRPLAY_CERTIFICATE_URL?: string;
  /** `1`: license servers are told the content keys of what they license, in a header. Only for servers of one's own. */
  SHOAL_LICENSE_SENDS_KEYS?: string;
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
  /** `1`: keys of other issuers may be fetched from private hosts and by http. Never on a network with secrets. */
  SHOAL_PRIVATE_ISSUERS?: string;
  /** JSON array of RTCIceServer, handed to every viewer. Two STUN servers, so that viewers learn their NAT's kind. */
  SHOAL_ICE_SERVERS?: string;
  /** TURN URLs, with commas between them, whose servers know SHOAL_TURN_SECRET. See docs/reach.md. */
  SHOAL_TURN_URLS?: string;
  /** coturn's static-auth-secret. */
  SHOAL_TURN_SECRET?: string;
  /** Id and API token of a key of Cloudflare's TURN service, in place of a TURN server of one's own. */
  SHOAL_CLOUDFLARE_TURN_KEY?: string;
  SHOAL_CLOUDFLARE_TURN_TOKEN?: string;
  /** `1` for local use: webhooks and sources may be called over http, and on this machine. */
  SHOAL_HOOKS_LOCAL?: string;
  /** Least level of the log's lines: debug, info (unless told otherwise), warn, error. */
  SHOAL_LOG_LEVEL?: string;
  ASSETS?: Fetcher;
  /** Where recordings lie: a bucket, or, on bare workerd, a writable disk service. Neither: nothing is recorded. */
  REPLAY?: R2Bucket;
  REPLAY_DISK?: Fetcher;
  DIRECTORY: DurableObjectNamespace<Directory>;
  CHANNEL: DurableObjectNamespace<Channel>;
  MEDIA: DurableObjectNamespace<Media>;
  SWARM: DurableObjectNamespace<Swarm>;
  REPORT: DurableObjectNamespace<Report>;
  BOARD: DurableObjectNamespace<Board>;
  VIEWER: DurableObjectNamespace<Viewer>;
  /** On itty-durable, which is spoken to by fetch: see lease-desk.ts. */
  LEASES: DurableObjectNamespace;
  HOOKS: DurableObjectNamespace<Hooks>;
  KEYS: DurableObjectNamespace<Keys>;
  REPLAYS: DurableObjectNamespace<Replays>;
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

/** The one Hooks object. */
export function hooksOf(env: Env): DurableObjectStub<Hooks> {
  return env.HOOKS.getByName('hooks');
}

/** Where Cloudflare is to put an object that serves a region, by continent. */
const HINTS: Record<string, DurableObjectLocationHint> = {
  AF: 'afr',
  AS: 'apac',
  EU: 'weur',
  NA: 'enam',
  OC: 'oc',
  SA: 'sam',
};

/** One shard of a swarm: `0`, `1`, …; `b0`, or `b` and a region, for the backbone. */
export function swarmOf(env: Env, infoHash: string, shard: string): DurableObjectStub<Swarm> {
  const locationHint = shard.startsWith('b') ? HINTS[shard.slice(1)] : undefined;
  return env.SWARM.getByName(`${infoHash}:${shard}`, { locationHint });
}

/** The device slots of one viewer id. */
export function viewerOf(env: Env, subject: string): DurableObjectStub<Viewer> {
  return env.VIEWER.getByName(subject);
}

/** The content keys of a channel. */
export function keysOf(env: Env, channel: string): DurableObjectStub<Keys> {
  return env.KEYS.getByName(channel);
}

/** The list of a channel's recordings. */
export function replaysOf(env: Env, channel: string): DurableObjectStub<Replays> {
  return env.REPLAYS.getByName(channel);
}

/** Statistics and visits of a channel. */
export function reportOf(env: Env, channel: string): DurableObjectStub<Report> {
  return env.REPORT.getByName(channel);
}

/** The one Board: dashboards' sockets, the last word of every Report object, the audit log. */
export function boardOf(env: Env): DurableObjectStub<Board> {
  return env.BOARD.getByName('board');
}
