/** What an hour of an audience costs, from what was counted of one viewer. Pure arithmetic. */
import { FREE_SHARE } from '../../../worker/swarm/shards.ts';
import { CDN, CLOUDFLARE } from './prices.ts';

/** Counted of real viewers. `…PerHour`: of one who stays. */
export interface Counted {
  /** HTTP requests beside the socket that joins, until the viewer is fed by peers. */
  requestsPerJoin: number;
  messagesPerJoin: number;
  requestsPerHour: number;
  messagesPerHour: number;
  /** Of one seed, which the audience needs a few of, however large it is. */
  seedRequestsPerHour: number;
  seedMessagesPerHour: number;
  seeds: number;
}

export interface Audience {
  viewers: number;
  /** How long one stays: the shorter, the more joins in an hour. */
  visitMinutes: number;
  streamKbps: number;
  /** Largest shard (the setting shardSize of the channel). */
  shardSize: number;
}

export interface Bill {
  /** What viewers ask of the edge, and what its objects ask of each other. */
  requestsPerViewerHour: number;
  /** As Cloudflare counts: a viewer's request that reaches an object is one of the Worker and one of the object. */
  billedPerViewerHour: number;
  dollars: number;
}

/** What some of it is for. */
export interface Part extends Bill {
  part: string;
}

/** How often a shard tells the channel and the report of itself. */
const ROLLUPS_PER_HOUR = 3600 / 10;
/** Calls and alarms of a channel, whatever its audience: bench:statistics counts 730, Media tells what it sent 720 times. */
const CALLS_PER_CHANNEL_HOUR = 1450;
/** Objects beside the shards that cannot hibernate while a channel is on air: Media holds the link, Channel a timer. */
const BUSY_OBJECTS = 2;
/**
 * Report, Board and Directory have hibernating sockets and alarms only: an object that is idle and could hibernate is
 * not billed, even before it does (developers.cloudflare.com/durable-objects/platform/pricing). They work for
 * milliseconds, every few seconds; this much is on the safe side.
 */
const IDLE_OBJECTS = 3;
const IDLE_AWAKE_SHARE = 0.05;
/**
 * Comes too seldom for a run of a minute: a report every five minutes, which also renews the ticket. The crowd leaves
 * out the reports that fall into the run.
 */
const REPORTS_PER_HOUR = 12;
/** Who leaves reports once more. */
const LAST_REPORTS_PER_VISIT = 1;
/** How long join cards are good for (worker/card.ts), and media of joins (worker/edge-cache.ts). */
const CARD_MS = 1000;
const JOIN_FRESH_MS = 500;
/**
 * Where Workers answer joins, each with a join card of its own for a second: all cities that Cloudflare has, and the
 * audience spread evenly over them, which is the dearest that can be.
 */
const DATA_CENTRES = 330;
/** Where shards are: an object begins near who asks for it first, and a channel's are all asked for by its Channel object. */
const CENTRES_OF_OBJECTS = 10;
/** CPU time of the Worker for a request, ms: all of a local workerd for a join, its objects included, is 4. */
const CPU_MS_PER_REQUEST = 4;

/** How often in an hour something is fetched that is wanted so often, at so many places, and kept for a while at each. */
export function fetches(wantedPerHour: number, places: number, keptMs: number): number {
  return wantedPerHour / (1 + wantedPerHour / 3600 / places * keptMs / 1000);
}

/**
 * Shoal on Cloudflare, by what it is for. Shards are as full as they are kept when an audience grows. Every one is
 * taken to be in memory for the whole hour.
 */
export function shoalParts(counted: Counted, { viewers, visitMinutes, shardSize }: Audience): Part[] {
  const joins = viewers * 60 / visitMinutes;
  const seeds = Math.min(counted.seeds, viewers);
  const watching = viewers - seeds;
  const shards = Math.ceil(viewers / (shardSize * (1 - FREE_SHARE)));
  const part = (name: string, asked: number, ofWorker: number, ofObjects: number): Part => ({
    part: name,
    requestsPerViewerHour: asked / viewers,
    billedPerViewerHour: (ofWorker + ofObjects) / viewers,
    dollars: ofWorker * (CLOUDFLARE.perWorkerRequest + CPU_MS_PER_REQUEST * CLOUDFLARE.perCpuMs) +
      ofObjects * CLOUDFLARE.perObjectRequest,
  });
  const http = (name: string, requests: number) => part(name, requests, requests, requests);
  const ofObjects = (name: string, requests: number) => part(name, requests, 0, requests);
  const messages = (name: string, count: number) => ofObjects(name, count / CLOUDFLARE.messagesPerRequest);
  const objectSeconds = (shards + BUSY_OBJECTS + IDLE_OBJECTS * IDLE_AWAKE_SHARE) * 3600;
  return [
    http('sockets, which join', joins),
    http('HTTP of joins', joins * counted.requestsPerJoin),
    // Part of the request that joins.
    part('join cards', 0, 0, fetches(joins, DATA_CENTRES, CARD_MS)),
    ofObjects('media of joins', fetches(joins, Math.min(shards, CENTRES_OF_OBJECTS), JOIN_FRESH_MS)),
    messages('messages of joins', joins * counted.messagesPerJoin),
    http('requests of who stays', watching * counted.requestsPerHour + seeds * counted.seedRequestsPerHour),
    messages(
      'messages of who stays',
      watching * counted.messagesPerHour + seeds * counted.seedMessagesPerHour +
        viewers * REPORTS_PER_HOUR,
    ),
    messages('messages of who leaves', joins * LAST_REPORTS_PER_VISIT),
    ofObjects('calls between objects', shards * ROLLUPS_PER_HOUR * 2 + CALLS_PER_CHANNEL_HOUR),
    {
      ...part('objects in memory', 0, 0, 0),
      dollars: objectSeconds * CLOUDFLARE.objectGigabytes * CLOUDFLARE.perGigabyteSecond,
    },
  ];
}

export function shoalBill(counted: Counted, audience: Audience): Bill {
  const parts = shoalParts(counted, audience);
  const sum = (of: keyof Bill) => parts.reduce((total, part) => total + part[of], 0);
  return {
    requestsPerViewerHour: sum('requestsPerViewerHour'),
    billedPerViewerHour: sum('billedPerViewerHour'),
    dollars: sum('dollars'),
  };
}

/**
 * A peer that polls a playlist, behind Workers too: a request every 2 s, a tenth of the segments (of 2 s) over HTTP,
 * and a stock announce every two minutes with answers to five offers.
 */
export function pollingPeerBill({ viewers }: Audience): Bill {
  const playlists = 3600 / 2;
  const segments = 0.1 * 3600 / 2;
  const messages = 30 * 6;
  const requests = playlists + segments + messages / CLOUDFLARE.messagesPerRequest;
  return {
    requestsPerViewerHour: requests,
    billedPerViewerHour: requests,
    dollars: viewers * ((playlists + segments) * CLOUDFLARE.perWorkerRequest +
      messages / CLOUDFLARE.messagesPerRequest * CLOUDFLARE.perObjectRequest),
  };
}

/** Every viewer gets every byte from a CDN: a playlist and a segment every 2 s. */
export function cdnBill({ viewers, streamKbps }: Audience, perGigabyte: number): Bill {
  const gigabytes = viewers * streamKbps * 1000 / 8 * 3600 / 1e9;
  return { requestsPerViewerHour: 3600, billedPerViewerHour: 3600, dollars: gigabytes * perGigabyte };
}

export function shareOfCheapestCdn(dollars: number, audience: Audience): number {
  return dollars / cdnBill(audience, CDN.cheapestPerGigabyte).dollars;
}
