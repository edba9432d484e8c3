/**
 * Statistics as the API and the dashboard's socket tell them. Everything here comes from roll-ups: a figure is as old
 * as the last one, never more precise than what viewers, the edge and the origin counted.
 */
import * as v from 'valibot';
import { ChannelName, ChannelState } from './channel.ts';
import { IngestStatus } from './control.ts';
import { COUNTED, Parent } from './stats.ts';
import { NatKind } from './tracker.ts';

const amount = v.number();

/** Bytes of media that the edge sent, by kind. `help`: what supply control gives; `replay`: recordings. */
export const EdgeBytes = v.object({
  seed: amount,
  join: amount,
  repair: amount,
  run: amount,
  hls: amount,
  help: amount,
  replay: amount,
});
export type EdgeBytes = v.InferOutput<typeof EdgeBytes>;

/** How the swarm does, in one word and in sentences that say what to do. */
export const SwarmHealth = v.object({
  state: v.picklist(['empty', 'good', 'strained', 'poor']),
  advice: v.array(v.string()),
});
export type SwarmHealth = v.InferOutput<typeof SwarmHealth>;

/** One channel now. Rates in kbps over all its viewers. */
export const Figures = v.object({
  /** Milliseconds since 1970. */
  at: amount,
  state: ChannelState,
  viewers: amount,
  /** Those whose picture waited for want of upload at their last report. */
  waiting: amount,
  /** Stock BitTorrent clients, which watch nothing. */
  stock: amount,
  /** Viewers whose report the rates below are from. */
  reporting: amount,
  lanKbps: amount,
  peerKbps: amount,
  turnKbps: amount,
  /** As viewers say; `egressKbps` is what the edge counted, plain HLS included. */
  edgeKbps: amount,
  uploadKbps: amount,
  egressKbps: amount,
  /** Null: no cap. */
  capKbps: v.nullable(amount),
  /** Share of viewers' bytes that no server sent, 0 to 1; null while nobody reported. */
  offload: v.nullable(amount),
  /** Live latency of viewers, between the bounds of a histogram; null while nobody reported. */
  latencyP50Ms: v.nullable(amount),
  latencyP95Ms: v.nullable(amount),
  /** What players aim at by now: supply control may have lengthened the setting. */
  latencyTargetMs: amount,
  bufferMs: v.nullable(amount),
  /** Linked neighbours a viewer. */
  neighbours: v.nullable(amount),
  /** Mean start-up of those who began in the last minute that had any. */
  startupMs: v.nullable(amount),
  /** Stalls a viewer-hour over the last minutes. */
  stallsPerHour: amount,
  /** Upload that viewers grant, divided by what they watch; null without viewers. */
  supplyRatio: v.nullable(amount),
  /** Steps that supply control has taken; 0: ample. */
  supplyStep: amount,
  /** Viewers fed whole substreams by the edge because they lack supply. */
  helped: amount,
  /** Video track that who gives little was asked to take; null: nobody was. */
  relieved: v.nullable(v.number()),
  shards: amount,
  seeds: amount,
  bitrateKbps: amount,
  /** Cache hits and misses, and pieces asked of the origin, over the last minutes. */
  cacheHits: amount,
  cacheMisses: amount,
  originMisses: amount,
  /** Requests refused because the cap was spent, over the last minutes. */
  refused: amount,
  health: SwarmHealth,
  /** Absent while nobody publishes. */
  ingest: v.optional(IngestStatus),
});
export type Figures = v.InferOutput<typeof Figures>;

/** Everything counted of a channel since it was made. They only grow. */
export const Totals = v.object({
  /** What viewers reported. */
  ...COUNTED,
  reports: amount,
  joined: amount,
  left: amount,
  startups: amount,
  startupMs: amount,
  /** What the edge sent, by kind, bytes. */
  edge: EdgeBytes,
  cacheHits: amount,
  cacheMisses: amount,
  originMisses: amount,
  refused: amount,
});
export type Totals = v.InferOutput<typeof Totals>;

/** `GET /api/channels/:name/figures`. */
export const ChannelFigures = v.object({ now: Figures, totals: Totals });
export type ChannelFigures = v.InferOutput<typeof ChannelFigures>;

/** A step of history: gauges are means over it, amounts what was counted within. */
export const HistoryRow = v.object({
  /** Beginning of the step, milliseconds since 1970. */
  at: amount,
  viewers: amount,
  waiting: amount,
  joined: amount,
  left: amount,
  lanKbps: amount,
  peerKbps: amount,
  turnKbps: amount,
  edgeKbps: amount,
  uploadKbps: amount,
  egressKbps: amount,
  latencyP50Ms: v.nullable(amount),
  latencyP95Ms: v.nullable(amount),
  supplyRatio: v.nullable(amount),
  startupMs: v.nullable(amount),
  /** Of the encoder; null while nobody publishes. */
  ingestKbps: v.nullable(amount),
  ...COUNTED,
  /** Media bytes that the edge sent. */
  egressBytes: amount,
  cacheHits: amount,
  cacheMisses: amount,
  originMisses: amount,
  refused: amount,
});
export type HistoryRow = v.InferOutput<typeof HistoryRow>;

const time = v.pipe(
  v.string(),
  v.regex(/^\d{1,15}$/, 'must be milliseconds since 1970'),
  v.transform(Number),
);

/** Steps that history is kept or summed in, seconds. 10 s are kept for an hour, a minute for a week. */
export const HISTORY_STEPS_S = [10, 60, 600, 3600] as const;

/** Query of `GET /api/channels/:name/history`; answers at most 1,000 rows, the newest. */
export const HistoryQuery = v.object({
  from: v.optional(time),
  to: v.optional(time),
  /** Absent: the smallest that shows the span in at most 1,000 rows. */
  step: v.optional(v.pipe(v.picklist(['10', '60', '600', '3600']), v.transform(Number))),
});
export type HistoryQuery = v.InferOutput<typeof HistoryQuery>;

/** Its answer. */
export const History = v.object({ stepS: amount, rows: v.array(HistoryRow) });
export type History = v.InferOutput<typeof History>;

export const DeviceClass = v.picklist(['computer', 'phone', 'tv', 'settop', 'antenna']);
export type DeviceClass = v.InferOutput<typeof DeviceClass>;

/** Who watches or watched. */
const WHO = {
  /** 20 characters; names the viewer in kick and ban. */
  peerId: v.string(),
  /** Of the token, or the device id its owner agreed to; empty: unknown. */
  viewer: v.string(),
  /** By the channel's `ipPolicy`: whole, masked, or empty. */
  address: v.string(),
  /** As `AS64500`; empty: unknown. */
  network: v.string(),
  /** ISO 3166-1 alpha-2; empty: unknown. */
  country: v.string(),
  device: DeviceClass,
  browser: v.string(),
};

/** `GET /api/channels/:name/viewers` (a page of them): who watches now. */
export const ViewerRow = v.object({
  ...WHO,
  nat: NatKind,
  role: v.picklist(['seed', 'bridge', 'viewer']),
  shard: v.string(),
  /** Milliseconds since 1970. */
  since: amount,
  ...COUNTED,
  /** Of its last report; null before the first. */
  latencyMs: v.nullable(amount),
  bufferMs: v.nullable(amount),
  neighbours: v.nullable(amount),
  uploadKbps: amount,
  /** Who feeds it; present while somebody looks. */
  parents: v.optional(v.array(Parent)),
});
export type ViewerRow = v.InferOutput<typeof ViewerRow>;

/** Most viewers in a drawing. */
export const MOST_DRAWN = 400;

/** `GET /api/channels/:name/swarm`: a drawing of who feeds whom. */
export const SwarmMap = v.object({
  viewers: amount,
  /** Shards drawn, of all: a large swarm is sampled. */
  shardsDrawn: amount,
  shards: amount,
  nodes: v.array(v.object({
    peerId: v.string(),
    role: v.picklist(['seed', 'bridge', 'viewer']),
    /** Hops from the edge: 1 is a seed. Null: it named no parent that is drawn. */
    tier: v.nullable(amount),
    device: DeviceClass,
    network: v.string(),
    country: v.string(),
    shard: v.string(),
    uploadKbps: amount,
    latencyMs: v.nullable(amount),
    /** Share of its bytes that the edge sent, 0 to 1; null before its first report. */
    edgeShare: v.nullable(amount),
  })),
  /** `from` feeds `to` so many substreams; `from` null is the edge. */
  links: v.array(v.object({ from: v.nullable(v.string()), to: v.string(), lanes: amount })),
});
export type SwarmMap = v.InferOutput<typeof SwarmMap>;

/** `GET /api/channels/:name/networks?by=network|address`: viewers by provider, or by public address. */
export const NetworksQuery = v.object({
  by: v.optional(v.picklist(['network', 'address']), 'network'),
  limit: v.optional(v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number)), '50'),
});
export const NetworkRow = v.object({
  /** `AS64500`, or the address by the channel's `ipPolicy`; empty: unknown. */
  key: v.string(),
  country: v.string(),
  viewers: amount,
  ...COUNTED,
  /** Share of what was received inside the LAN, 0 to 1; null before the first report. */
  lanShare: v.nullable(amount),
});
export type NetworkRow = v.InferOutput<typeof NetworkRow>;
/** Its answer, largest first. */
export const Networks = v.object({
  items: v.array(NetworkRow),
  shardsAsked: amount,
  shards: amount,
});
export type Networks = v.InferOutput<typeof Networks>;

/** `GET /api/channels/:name/visits` (a page): who watched, named by `peerId`. Written when a viewer leaves. */
export const VisitRow = v.object({
  ...WHO,
  /** Milliseconds since 1970. */
  in: amount,
  out: amount,
  ...COUNTED,
  /** Null: no picture was seen. */
  startupMs: v.nullable(amount),
  /** Lease that let the viewer in; empty: none. */
  lease: v.string(),
});
export type VisitRow = v.InferOutput<typeof VisitRow>;

/** Columns that visits can be searched by, beside time. */
export const VISIT_FIELDS = [
  'viewer',
  'address',
  'network',
  'country',
  'device',
  'browser',
  'lease',
] as const;

const text = v.optional(v.pipe(v.string(), v.maxLength(100)));
/** Query of `visits` and `visits.csv` (there without `limit` and `after`): visits that touch the span, newest first. */
export const VisitQuery = v.object({
  from: v.optional(time),
  to: v.optional(time),
  /** Any field holds this text. */
  query: text,
  /** Each field begins with this. */
  viewer: text,
  address: text,
  network: text,
  country: text,
  device: v.optional(DeviceClass),
  browser: text,
  lease: text,
});
export type VisitQuery = v.InferOutput<typeof VisitQuery>;

/** A channel in lists that are pushed. */
export const ChannelNews = v.object({
  name: ChannelName,
  state: ChannelState,
  reason: v.string(),
  viewers: amount,
  egressKbps: amount,
  offload: v.nullable(amount),
  /** Viewers over the last five minutes, oldest first, a value each ten seconds. */
  spark: v.array(amount),
});
export type ChannelNews = v.InferOutput<typeof ChannelNews>;

/**
 * The dashboard's one socket, `GET /api/live?ticket=…`. A browser cannot put a bearer on a socket, so it fetches a
 * ticket with its bearer (`POST /api/live/ticket`), which is good for one socket within 30 s.
 */
export interface LiveTicket {
  ticket: string;
  expiresS: number;
}

/** What the dashboard sends. It may also send the bare text `ping`, answered by `pong`. */
export const ToLive = v.object({ type: v.literal('watch'), channel: v.nullable(ChannelName) });
export type ToLive = v.InferOutput<typeof ToLive>;

/** What it hears. */
export type FromLive =
  /** At the opening all channels that are not idle (`whole`), then whatever changed. */
  | { type: 'channels'; whole: boolean; channels: ChannelNews[] }
  /** A channel was deleted. */
  | { type: 'gone'; channel: string }
  /** Of the watched channel, every second or two. */
  | { type: 'figures'; channel: string; figures: Figures }
  /** The newest closed step of history of the watched channel, every ten seconds. */
  | { type: 'history'; channel: string; row: HistoryRow }
  /** The message was not understood, or the channel is not this admin's to see. */
  | { type: 'refused'; message: string };
