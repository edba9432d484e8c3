/** A lane is one substream of one track as this peer gets it and passes it on. Everything is keyed by lanes. */
import type { Broadcast, Track } from '../../protocol/broadcast.ts';
import { substreamOf, TRACK_COUNT, trackOf } from '../../protocol/piece-index.ts';
import type { Neighbour } from './neighbour.ts';

/** Taken to be the deviation of what a parent pushes until it has shown its own. */
const FIRST_DEVIATION_MS = 150;

/** Somebody this peer pushes a lane to. */
export interface Child {
  neighbour: Neighbour;
  /** Fed until then only (it was displaced); 0: for good. */
  endsAt: number;
}

export class Lane {
  readonly id: number;
  readonly track: Track;
  readonly substream: number;
  /** Upload that one child costs, kbps, without overhead. */
  readonly kbps: number;
  /** Usual time between two pieces. */
  readonly gapMs: number;
  wanted = false;
  /** Wanted for others alone. */
  carried = false;
  /** Held first-hand from the edge. */
  feed = false;
  /** Since when. */
  fedSince = 0;
  /** ... and for good, not to somebody else within seconds: no parent is needed. */
  isFed = false;
  parent: Neighbour | undefined;
  /** The parent said that it will stop, and when. */
  displaced = false;
  displacedAt = 0;
  asked: Neighbour | undefined;
  askedUntil = 0;
  /** How late its pieces would come from there. */
  askedLagMs = 0;
  /** Average lateness and deviation of what is pushed; -1: nothing came yet. */
  lagMs = -1;
  deviationMs = 0;
  lastPushAt = 0;
  switchedAt = 0;
  /** The parent was blamed for its silence. */
  blamed = false;
  orphanedAt = 0;
  /** Newest index that came, by whatever way. */
  newest = 0;
  hasNewest = false;
  /** Share of the latest pieces that had to be repaired. */
  repaired = 0;
  /** Hops above, nearest first. */
  path: number[] = [];
  children: Child[] = [];
  /** Where the unbroken run of a feed has come to. */
  runIndex: number | undefined;

  constructor(id: number, track: Track, substream: number) {
    this.id = id;
    this.track = track;
    this.substream = substream;
    this.kbps = track.bitrateKbps / track.substreams;
    this.gapMs = track.sliceMs * track.substreams;
  }

  /** From now on this one pushes the lane, by what it told `expectedMs` after the cut: the old parent's lag is of no more use. */
  onSwitch(parent: Neighbour, expectedMs: number, now: number): void {
    if (this.parent !== parent && this.lagMs >= 0) {
      this.lagMs = expectedMs;
      this.deviationMs = Math.max(FIRST_DEVIATION_MS, this.deviationMs);
    }
    this.askedLagMs = expectedMs;
    this.parent = parent;
    this.displaced = false;
    this.switchedAt = now;
    this.blamed = false;
    this.repaired = 0;
  }

  get hasSource(): boolean {
    return this.feed || this.parent !== undefined;
  }

  /**
   * A piece of this lane came by push: `lag` milliseconds after its cut. What a new parent sends at first was cut before
   * it was one and says nothing of how late it is: until then the lane is as late as the parent told.
   */
  onPush(now: number, lag: number): void {
    const isLive = now - lag >= this.switchedAt;
    if (this.lagMs < 0) {
      this.lagMs = isLive ? lag : this.askedLagMs;
      this.deviationMs = FIRST_DEVIATION_MS;
    } else if (isLive) {
      this.deviationMs = this.deviationMs * 0.8 + 0.2 * Math.abs(lag - this.lagMs);
      this.lagMs = this.lagMs * 0.8 + 0.2 * lag;
    }
    this.lastPushAt = now;
    this.blamed = false;
  }
}

/** All lanes of a broadcast, flat. */
export class Lanes {
  readonly all: Lane[] = [];
  readonly tracks: Track[];
  #first: number[] = new Array(TRACK_COUNT).fill(-1);
  #count: number[] = new Array(TRACK_COUNT).fill(0);

  constructor(broadcast: Broadcast) {
    this.tracks = broadcast.tracks;
    for (const track of broadcast.tracks) {
      this.#first[track.track] = this.all.length;
      this.#count[track.track] = track.substreams;
      for (let k = 0; k < track.substreams; k++) this.all.push(new Lane(this.all.length, track, k));
    }
  }

  /** The lane that a piece belongs to; undefined for an unknown track. */
  of(index: number): Lane | undefined {
    const track = trackOf(index);
    const first = this.#first[track]!;
    return first < 0 ? undefined : this.all[first + substreamOf(index, this.#count[track]!)];
  }

  at(track: number, substream: number): Lane | undefined {
    const first = this.#first[track] ?? -1;
    return first < 0 || !(substream >= 0 && substream < this.#count[track]!)
      ? undefined
      : this.all[first + substream];
  }
}
