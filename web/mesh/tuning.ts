import { LATENCY_TARGET_MS } from '../../protocol/playback-defaults.ts';

/**
 * Every number of the mesh that could be another. The defaults are those that came out best in simulation; the
 * simulator and tests hand in others through MeshOptions.tuning.
 */
export interface Tuning {
  /** The mesh's one timer. */
  tickMs: number;
  /** Between two window states to every neighbour. */
  stateMs: number;
  /** A piece is asked for elsewhere when it is later than its substream usually is by at least this. */
  repairSlackMs: number;
  /** ... or by this many deviations, whichever is more. */
  repairDeviations: number;
  /** A piece later than this after its cut is asked for, however late its substream usually is. */
  repairPatienceMs: number;
  /** So much later where nobody is fed with it. */
  leafPatienceMs: number;
  /** Time for the answer to a request, on top of the neighbour's usual response time. */
  requestTimeoutMs: number;
  /** Requests under way at once. */
  maxRequests: number;
  /** Requests are rejected when so much upload is queued. */
  rejectBehindMs: number;
  /** Pushes are dropped when so much upload is queued. */
  dropBehindMs: number;
  /** Links may hold so much before the budget is taken as too large. */
  queueLimitMs: number;
  /** Share of the upload budget that is given away as subscriptions; the rest is for repair. */
  budgetShare: number;
  /** What a subscription costs beyond its media (headers, records). */
  overhead: number;
  /** A parent is changed only for a gain above this ... */
  hysteresisMs: number;
  /** ... and above this share of the present lag. */
  hysteresisShare: number;
  /** Least time between two changes that are not forced. */
  settleMs: number;
  /** How often a change for the better is considered, and with what probability. */
  improveEveryMs: number;
  improveProbability: number;
  /** Lag from which on it is considered more often. */
  urgentMs: number;
  /** A parent is silent when nothing came for its substream's usual gap and this. */
  silenceMs: number;
  /** Added to a parent's estimate per substream it already feeds, and when it feeds half of all. */
  sameParentMs: number;
  halfFromOneMs: number;
  /** Added per unit of a neighbour's penalty when parents / providers are compared. */
  badParentMs: number;
  badProviderMs: number;
  /** How long a displaced child is still fed while it looks for another parent. */
  displaceGraceMs: number;
  /** A child is displaced only for one that gives this many times as much. */
  displaceRatio: number;
  /** An orphan takes the place of one that ranks lower by this. */
  rankApart: number;
  /** A peer is an interior node of the trees of one substream in so many, and keeps this share of its upload for those. */
  interiorEvery: number;
  interiorShare: number;
  /** ... and changes parents there for so much of the usual gain. */
  interiorHysteresis: number;
  /** Links of the backbone that a bridge aims at. */
  backboneNeighbours: number;
  /** Share of a bridge's upload that is kept for the backbone. */
  backboneShare: number;
  /** What may be given to children on the same LAN, beside the budget. */
  lanKbps: number;
  /** Edge fetches under way at once, and the margin on top of the measured fetch time. */
  maxFetches: number;
  fetchMarginMs: number;
  /** The same where a player waits for the piece: it has to be appended and decoded too. */
  playMarginMs: number;
  /** A handshake must be done within this. */
  handshakeMs: number;
  /** Introductions are sent on linking and then this often. */
  introduceMs: number;
  /** The worst neighbour is replaced this often. */
  replaceMs: number;
  /** A link is dropped when its peer claimed more than so many pieces in vain since it gave one, and that is so long ago. */
  maxVain: number;
  giveMs: number;
  /** Who was let go for that is not taken back for so long. */
  awayMs: number;
  /** Messages a second and link that are not pieces; ten times as many at once. */
  messagesPerS: number;
  /** Least time between two calls for neighbours from the edge. */
  starveMs: number;
}

export const TUNING: Tuning = {
  tickMs: 100,
  stateMs: 1200,
  repairSlackMs: 250,
  repairDeviations: 2,
  repairPatienceMs: 1200,
  leafPatienceMs: 0,
  requestTimeoutMs: 400,
  maxRequests: 12,
  rejectBehindMs: 300,
  dropBehindMs: 500,
  queueLimitMs: 300,
  budgetShare: 0.8,
  overhead: 1.07,
  hysteresisMs: 120,
  hysteresisShare: 0.25,
  settleMs: 5000,
  improveEveryMs: 900,
  improveProbability: 0.15,
  urgentMs: 600,
  silenceMs: 700,
  sameParentMs: 30,
  halfFromOneMs: 400,
  badParentMs: 300,
  badProviderMs: 150,
  displaceGraceMs: 1200,
  displaceRatio: 4,
  rankApart: Infinity,
  interiorEvery: 3,
  interiorShare: 0.5,
  interiorHysteresis: 0.4,
  backboneNeighbours: 16,
  backboneShare: 0.75,
  lanKbps: 50_000,
  maxFetches: 4,
  fetchMarginMs: 50,
  playMarginMs: 300,
  handshakeMs: 5000,
  introduceMs: 30_000,
  replaceMs: 60_000,
  maxVain: 4,
  giveMs: 10_000,
  awayMs: 120_000,
  messagesPerS: 60,
  starveMs: 2000,
};

/** The latency target that the numbers above are made for. */
const MADE_FOR_MS = LATENCY_TARGET_MS;
/** Targets longer than this many times as much tell of short supply; at `MOST_STRETCH` times there is all the time there is. */
const FIRST_STRETCH = 1.6;
const MOST_STRETCH = 2.5;
/** Share of the upload budget that is given away where there is time enough for what queues meanwhile. */
const FULL_SHARE = 0.94;
/** Ranks of two of whom one may take the other's place differ by this: neighbours in rank leave each other alone. */
const RANK_APART = 0.25;
/** What a pull, and the edge after it, take: so long before it is needed a piece is no longer waited for. */
const MENDING_MS = 1000;
/** Who passes a piece on to nobody waits so much longer for it where there is all the time: it makes nobody else late. */
const LEAF_PATIENCE_MS = 900;

/**
 * The same for players that stay far behind live, since upload is short. Who has time may fill its uplink nearly to the
 * brim and let pieces queue, and what is late is waited for before it is asked for a second time: what upload there is
 * goes into pieces that are missing, not into duplicates. Where the target is only somewhat longer upload is ample and
 * pieces are late: what comes as early as ever gains all of the time.
 */
export function stretched(tuning: Tuning, latencyTargetMs: number): Tuning {
  if (latest?.of !== tuning || latest.latencyTargetMs !== latencyTargetMs) {
    latest = { of: tuning, latencyTargetMs, result: stretch(tuning, latencyTargetMs) };
  }
  return latest.result;
}

/** Meshes of one page, and all of a simulation, share what came out last. */
let latest: { of: Tuning; latencyTargetMs: number; result: Tuning } | undefined;

function stretch(tuning: Tuning, latencyTargetMs: number): Tuning {
  const times = Math.min(MOST_STRETCH, Math.max(FIRST_STRETCH, latencyTargetMs / MADE_FOR_MS));
  const way = (times - FIRST_STRETCH) / (MOST_STRETCH - FIRST_STRETCH);
  const factor = 1 + way * (MOST_STRETCH - 1);
  return {
    ...tuning,
    rankApart: way < 1 ? Infinity : RANK_APART,
    budgetShare: Math.max(tuning.budgetShare, tuning.budgetShare + (FULL_SHARE - tuning.budgetShare) * way),
    repairSlackMs: tuning.repairSlackMs * factor,
    repairPatienceMs: Math.max(tuning.repairPatienceMs, latencyTargetMs - MENDING_MS),
    leafPatienceMs: tuning.leafPatienceMs + LEAF_PATIENCE_MS * way,
    requestTimeoutMs: tuning.requestTimeoutMs * factor,
    rejectBehindMs: tuning.rejectBehindMs * factor,
    dropBehindMs: tuning.dropBehindMs * factor,
    queueLimitMs: tuning.queueLimitMs * factor,
  };
}

/** Unit of the lags in a state message. */
export const LAG_UNIT_MS = 32;
/** Bits of a lag that count; all set: no source for this substream. */
export const NO_SOURCE = 127;
/** Bit of a lag that means: no room for another child of this substream. */
export const NO_ROOM = 128;
/** Longest path in a path message. */
export const MAX_PATH = 64;
