/**
 * Which substreams viewers lack: whose seeds pass nothing on, or too little, whatever they say of it. What a seed says
 * it gives proves nothing; that one substream alone is asked for singly, by many who have nothing to do with each other,
 * does. Where upload is short all substreams are asked for alike, and no seed is to blame.
 */
import type { Feed } from '../../protocol/tracker.ts';

/** Requests are counted over so long. */
export const LOOK_MS = 5000;
/**
 * Of so many looks one after the other this share of the pieces, added up, must have been asked for (all of a look's are
 * one), and a crowd that is still settling is given as long: who lacks a dead seed's pieces asks for all of them, who is
 * fed by one whose line stands still for a moment only for a few, in a burst.
 */
const LOOKS = 4;
const ENOUGH = 1.7;
/** The same where the edge's cap is spent: who was put off asks for fewer. */
const ENOUGH_WHEN_SPENT = 1;
/** Groups that do not count, those that asked most: so many liars in different networks have no say. */
const UNBELIEVED = 2;
/**
 * What the others ask for, by piece of the substream, must be so many times what all ask of half of the other substreams.
 * Where there are renditions this holds beside each of them: nobody asks for what nobody plays.
 */
const FAR_MORE = 4;
/** With fewer substreams than this there is nothing to compare with. */
const LEAST_LANES = 4;

interface Lane {
  feed: Feed;
  pieces: number;
  /** Pieces asked for by group of askers (witnessGroup); whose whereabouts are unknown stand under the empty one. */
  asked: Map<string, Set<number>>;
  /** How much it was lacking at the last looks, 0 to 1 each. */
  scores: number[];
}

export class Lacking {
  #lanes = new Map<string, Lane>();
  /** Undefined: nobody looks, and nothing is counted. */
  #lookedMs: number | undefined;
  /** Looks for which what was refused counts. */
  #spent = 0;

  /** A piece of this substream came. */
  came(feed: Feed): void {
    if (this.#lookedMs !== undefined) this.#lane(feed).pieces++;
  }

  /** A piece of this substream that is there was asked for singly. */
  asked(feed: Feed, index: number, group = ''): void {
    if (this.#lookedMs === undefined) return;
    const { asked } = this.#lane(feed);
    const pieces = asked.get(group);
    if (pieces) pieces.add(index);
    else asked.set(group, new Set([index]));
  }

  /** A piece was asked for singly, and the cap refused it. */
  refused(): void {
    this.#spent = LOOKS;
  }

  /**
   * To be called every second or so: the substreams that viewers have lacked by now. `renditions`: tracks of which a
   * viewer takes one.
   */
  look(nowMs: number, renditions: readonly number[]): Feed[] {
    this.#lookedMs ??= nowMs;
    if (nowMs - this.#lookedMs < LOOK_MS) return [];
    this.#lookedMs = nowMs;
    const lanes = [...this.#lanes.values()].filter(({ pieces }) => pieces > 0);
    const enough = this.#spent > 0 ? ENOUGH_WHEN_SPENT : ENOUGH;
    for (const lane of lanes) {
      const score = scoreOf(lane, lanes.filter((other) => other !== lane), renditions);
      lane.scores = [...lane.scores, score].slice(-LOOKS);
    }
    const lacking = lanes.filter(({ scores }) => scores.length === LOOKS && sum(scores) >= enough);
    this.#spent--;
    for (const lane of lacking) lane.scores = [];
    for (const lane of this.#lanes.values()) {
      lane.pieces = 0;
      lane.asked.clear();
    }
    return lacking.map(({ feed }) => feed);
  }

  /** There are no seeds: until the next look nothing is counted. */
  clear(): void {
    this.#lanes.clear();
    this.#lookedMs = undefined;
    this.#spent = 0;
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

/** The share of the substream's pieces that is lacking. */
function scoreOf(lane: Lane, others: Lane[], renditions: readonly number[]): number {
  const taken = ({ feed: { track } }: Lane, rendition: number | undefined) =>
    track === rendition || !renditions.includes(track);
  const usual = (renditions.length > 0 ? renditions : [undefined])
    .map((rendition) => others.filter((other) => taken(other, rendition)))
    .filter((beside) => beside.length >= LEAST_LANES - 1)
    .map(askedOfHalf);
  if (usual.length === 0) return 0;
  const groups = [...lane.asked].filter(([group]) => group !== '').map(([, pieces]) => pieces);
  const believed = groups.sort((a, b) => b.size - a.size).slice(UNBELIEVED);
  const isFarMore = sizeOf(believed) / lane.pieces > FAR_MORE * Math.max(...usual);
  const lacked = new Set(believed.flatMap((pieces) => [...pieces]));
  return isFarMore ? Math.min(1, lacked.size / lane.pieces) : 0;
}

/** Requests by piece, of one substream in the middle. */
function askedOfHalf(lanes: Lane[]): number {
  const asked = lanes.map(({ asked, pieces }) => sizeOf([...asked.values()]) / pieces).sort((a, b) => a - b);
  return asked[Math.floor(asked.length / 2)]!;
}

function sizeOf(sets: Set<number>[]): number {
  return sum(sets.map(({ size }) => size));
}

function sum(counts: number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
