/** What an hour of an audience costs, from what was counted of one viewer. Pure arithmetic. */
import { FREE_SHARE } from '../../../worker/swarm/shards.ts';
import { CDN, CLOUDFLARE } from './prices.ts';

/** Counted of real viewers. `…PerHour`: of one who stays. */
export interface Counted {
  /** HTTP requests of a join, its media included, until the viewer is fed by peers. */
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
  requestsPerViewerHour: number;
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
 * Comes too seldom for a run of a minute: a report every five minutes, and the ticket, renewed at a random moment of
 * the minute that begins 180 s before its 600 s are over. The crowd leaves out the reports that fall into the run.
 */
const REPORTS_PER_HOUR = 12;
const RENEWALS_PER_HOUR = 3600 / 450;

/**
 * Shoal on Cloudflare, by what it is for. Shards are as full as they are kept when an audience grows. Every one is
 * taken to be in memory for the whole hour, and no media answer to be cached.
 */
export function shoalParts(counted: Counted, { viewers, visitMinutes, shardSize }: Audience): Part[] {
  const joins = viewers * 60 / visitMinutes;
  const seeds = Math.min(counted.seeds, viewers);
  const watching = viewers - seeds;
  const shards = Math.ceil(viewers / (shardSize * (1 - FREE_SHARE)));
  // Each request of a viewer is one of the Worker and reaches an object: a join by the media that follows its answer.
  const http = (part: string, requests: number): Part => ({
    part,
    requestsPerViewerHour: requests / viewers,
    dollars: requests * (CLOUDFLARE.perWorkerRequest + CLOUDFLARE.perObjectRequest),
  });
  const ofObjects = (part: string, requests: number): Part => ({
    part,
    requestsPerViewerHour: requests / viewers,
    dollars: requests * CLOUDFLARE.perObjectRequest,
  });
  const messages = (part: string, count: number) => ofObjects(part, count / CLOUDFLARE.messagesPerRequest);
  const objectSeconds = (shards + BUSY_OBJECTS + IDLE_OBJECTS * IDLE_AWAKE_SHARE) * 3600;
  return [
    http('joins', joins * counted.requestsPerJoin),
    http('sockets', joins),
    messages('messages of joins', joins * counted.messagesPerJoin),
    http('requests of who stays', watching * counted.requestsPerHour + seeds * counted.seedRequestsPerHour),
    messages(
      'messages of who stays',
      watching * counted.messagesPerHour + seeds * counted.seedMessagesPerHour +
        viewers * (REPORTS_PER_HOUR + RENEWALS_PER_HOUR),
    ),
    ofObjects('calls between objects', shards * ROLLUPS_PER_HOUR * 2 + CALLS_PER_CHANNEL_HOUR),
    {
      part: 'objects in memory',
      requestsPerViewerHour: 0,
      dollars: objectSeconds * CLOUDFLARE.objectGigabytes * CLOUDFLARE.perGigabyteSecond,
    },
  ];
}

export function shoalBill(counted: Counted, audience: Audience): Bill {
  const parts = shoalParts(counted, audience);
  return {
    requestsPerViewerHour: parts.reduce((sum, part) => sum + part.requestsPerViewerHour, 0),
    dollars: parts.reduce((sum, part) => sum + part.dollars, 0),
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
    dollars: viewers * ((playlists + segments) * CLOUDFLARE.perWorkerRequest +
      messages / CLOUDFLARE.messagesPerRequest * CLOUDFLARE.perObjectRequest),
  };
}

/** Every viewer gets every byte from a CDN: a playlist and a segment every 2 s. */
export function cdnBill({ viewers, streamKbps }: Audience, perGigabyte: number): Bill {
  const gigabytes = viewers * streamKbps * 1000 / 8 * 3600 / 1e9;
  return { requestsPerViewerHour: 3600, dollars: gigabytes * perGigabyte };
}

export function shareOfCheapestCdn(dollars: number, audience: Audience): number {
  return dollars / cdnBill(audience, CDN.cheapestPerGigabyte).dollars;
}
