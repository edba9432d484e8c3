/**
 * Which substreams viewers lack: whose seeds pass nothing on, or too little, whatever they say of it. What a seed says
 * it gives proves nothing; that one substream alone is asked for singly, by many who have nothing to do with each other,
 * does. Where upload is short all substreams are asked for alike, and no seed is to blame.
 */
import type { Feed } from '../../protocol/tracker.ts';

/** Requests are counted over so long. */
export const LOOK_MS = 5000;
/**
 * Of so many looks one after the other so much must have been asked for: a look counts as one at most, since what a
 * viewer whose line stands still does not pass on is asked for in a burst.
 */
const LOOKS = 4;
const ENOUGH = 1.2;
/** Groups that do not count, those that asked most: so many liars in different networks have no say. */
const UNBELIEVED = 2;
/** What the others ask for, by piece of the substream, must be so many times what all ask for of half of the other substreams. */
const FAR_MORE = 4;
/** With fewer substreams than this there is nothing to compare with. */
const LEAST_LANES = 4;

interface Lane {
  feed: Feed;
  pieces: number;
  /** Requests by group of askers (witnessGroup); whose whereabouts are unknown stand under the empty one. */
  asked: Map<string, number>;
  /** How much it was lacking at the last looks, 0 to 1 each. */
  scores: number[];
}

export class Lacking {
  #lanes = new Map<string, Lane>();
  #lookedMs: number | undefined;

  /** A piece of this substream came. */
  came(feed: Feed): void {
    this.#lane(feed).pieces++;
  }

  /** A piece of this substream that is there was asked for singly. */
  asked(feed: Feed, group = ''): void {
    const { asked } = this.#lane(feed);
    asked.set(group, (asked.get(group) ?? 0) + 1);
  }

  /** To be called every second or so: the substreams that viewers have lacked by now. */
  look(nowMs: number): Feed[] {
    this.#lookedMs ??= nowMs;
    if (nowMs - this.#lookedMs < LOOK_MS) return [];
    this.#lookedMs = nowMs;
    const lanes = [...this.#lanes.values()].filter(({ pieces }) => pieces > 0);
    for (const lane of lanes) {
      const score = scoreOf(lane, lanes.filter((other) => other !== lane));
      lane.scores = [...lane.scores, score].slice(-LOOKS);
    }
    const lacking = lanes.filter(({ scores }) => sum(scores) >= ENOUGH);
    for (const lane of lacking) lane.scores = [];
    for (const lane of this.#lanes.values()) {
      lane.pieces = 0;
      lane.asked.clear();
    }
    return lacking.map(({ feed }) => feed);
  }

  clear(): void {
    this.#lanes.clear();
  }

  #lane({ track, substream }: Feed): Lane {
    const key = `${track}/${substream}`;
    let lane = this.#lanes.get(key);
    if (!lane) {
      lane = { feed: { track, substream }, pieces: 0, asked: new Map(), scores: [] };
      this.#lanes.set(key, lane);
    }
    return lane;
  }
}

/** How much is lacking of a substream, 0 to 1. */
function scoreOf(lane: Lane, others: Lane[]): number {
  if (others.length + 1 < LEAST_LANES) return 0;
  const groups = [...lane.asked].filter(([group]) => group !== '').map(([, count]) => count);
  const rate = sum(groups.sort((a, b) => b - a).slice(UNBELIEVED)) / lane.pieces;
  const usual = others.map(({ asked, pieces }) => sum([...asked.values()]) / pieces).sort((a, b) => a - b);
  return rate > FAR_MORE * usual[Math.floor(usual.length / 2)]! ? Math.min(1, rate) : 0;
}

function sum(counts: number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
