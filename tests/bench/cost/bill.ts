/** What an hour of an audience costs, from what was counted of one viewer. Pure arithmetic. */
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
}

export interface Bill {
  requestsPerViewerHour: number;
  dollars: number;
}

/** Viewers of one shard, and how often it tells the channel and the report of itself. */
const VIEWERS_PER_SHARD = 1000;
const ROLLUPS_PER_HOUR = 3600 / 10;
/** Objects of a channel beside its shards: Channel, Media, Report, Directory. */
const OTHER_OBJECTS = 4;
/**
 * Comes too seldom for a run of a minute: a report every five minutes, and the ticket, renewed at a random moment of
 * the minute that begins 180 s before its 600 s are over. Some reports fall into the run all the same and count twice.
 */
const REPORTS_PER_HOUR = 12;
const RENEWALS_PER_HOUR = 3600 / 450;

/** Shoal on Cloudflare. Every object is taken to be in memory for the whole hour, and no media answer to be cached. */
export function shoalBill(counted: Counted, { viewers, visitMinutes }: Audience): Bill {
  const joins = viewers * 60 / visitMinutes;
  const seeds = Math.min(counted.seeds, viewers);
  const watching = viewers - seeds;
  // The join itself is answered by the Worker from a cached card; all else reaches an object.
  const http = joins * counted.requestsPerJoin + watching * counted.requestsPerHour +
    seeds * counted.seedRequestsPerHour;
  const upgrades = joins;
  const messages = joins * counted.messagesPerJoin + watching * counted.messagesPerHour +
    seeds * counted.seedMessagesPerHour + viewers * (REPORTS_PER_HOUR + RENEWALS_PER_HOUR);
  const shards = Math.ceil(viewers / VIEWERS_PER_SHARD);
  const internal = shards * ROLLUPS_PER_HOUR * 2;
  const messageRequests = messages / CLOUDFLARE.messagesPerRequest;
  const objectSeconds = (shards + OTHER_OBJECTS) * 3600;
  return {
    requestsPerViewerHour: (http + upgrades + messageRequests + internal) / viewers,
    dollars: (http + upgrades) * CLOUDFLARE.perWorkerRequest +
      (http - joins + upgrades + messageRequests + internal) * CLOUDFLARE.perObjectRequest +
      objectSeconds * CLOUDFLARE.objectGigabytes * CLOUDFLARE.perGigabyteSecond,
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
