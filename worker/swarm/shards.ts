/**
 * Shards: how an audience is spread over Swarm objects of bounded size. Pure; run by the Channel object, and, for
 * the choice of one shard, by Workers and full shards.
 */
import type { Place } from './place.ts';

/** One shard, as the join card lists it. */
export interface ShardRoom {
  /** `0`, `1`, … */
  shard: string;
  viewers: number;
  limit: number;
  /** Region most of its viewers are in; empty: anywhere. */
  home: string;
}

/** Share of all room that is to stay free: an audience grows faster than cards are renewed. */
export const FREE_SHARE = 0.4;
/** Most shards that are opened in one step. */
const MOST_OPENED = 64;
/** Shards are merged only when what is left would be less full than this. */
const MERGE_FILL = 0.45;
/** A shard may be closed when it is less full than this. */
const THIN_FILL = 0.3;
/** A shard this full is chosen only where nothing else is left. */
const NEARLY_FULL = 0.95;
/** A shard is at home where this share of its viewers are. */
const HOME_SHARE = 0.6;

/**
 * A shard with room: one that is at home in the viewer's region, else one that is at home nowhere, else any. By
 * chance in proportion to the room, since many choose from the same card. Undefined when all are full.
 */
export function pickShard(rooms: ShardRoom[], place: Place, random: () => number): string | undefined {
  const open = rooms.filter((room) => room.viewers < room.limit * NEARLY_FULL);
  const near = place.region === '' ? [] : open.filter((room) => room.home === place.region);
  const free = open.filter((room) => room.home === '');
  for (const some of [near, free, open, rooms.filter((room) => room.viewers < room.limit)]) {
    const total = some.reduce((sum, room) => sum + room.limit - room.viewers, 0);
    if (total <= 0) continue;
    let at = random() * total;
    for (const room of some) {
      at -= room.limit - room.viewers;
      if (at < 0) return room.shard;
    }
    return some.at(-1)!.shard;
  }
  return undefined;
}

export interface ShardMapSnapshot {
  shards: ShardRoom[];
  closing: [string, number][];
  next: number;
}

/** What is to be done after a count changed. */
export interface ShardPlan {
  open: string[];
  /** Shard to empty, and where its viewers go. */
  close?: { shard: string; into: string[] };
  /** Shard that holds more than it may, by how many, and where those go. */
  surplus?: { shard: string; count: number; into: string[] };
}

export class ShardMap {
  readonly #shards = new Map<string, ShardRoom>();
  /** Shards that are being emptied: not listed, and their viewers still count. */
  readonly #closing = new Map<string, number>();
  /** Decided on, but not yet set up. */
  readonly #opening = new Set<string>();
  #limit: number;
  #next = 1;

  constructor(limit: number, snapshot?: ShardMapSnapshot) {
    this.#limit = limit;
    if (!snapshot) {
      this.#shards.set('0', this.#fresh('0'));
      return;
    }
    for (const room of snapshot.shards) this.#shards.set(room.shard, { ...room, limit });
    for (const [shard, viewers] of snapshot.closing) this.#closing.set(shard, viewers);
    this.#next = snapshot.next;
  }

  snapshot(): ShardMapSnapshot {
    return { shards: [...this.#shards.values()], closing: [...this.#closing], next: this.#next };
  }

  /** Those that viewers may be sent to. */
  get list(): ShardRoom[] {
    return [...this.#shards.values()].filter((room) => !this.#opening.has(room.shard));
  }

  /** The object of this shard knows what it serves. */
  opened(shard: string): void {
    this.#opening.delete(shard);
  }

  /** Those being emptied included: who has to hear the news. */
  get all(): string[] {
    return [...this.#shards.keys(), ...this.#closing.keys()];
  }

  get viewers(): number {
    let sum = 0;
    for (const { viewers } of this.#shards.values()) sum += viewers;
    for (const viewers of this.#closing.values()) sum += viewers;
    return sum;
  }

  get limit(): number {
    return this.#limit;
  }

  set limit(limit: number) {
    this.#limit = limit;
    for (const room of this.#shards.values()) room.limit = limit;
  }

  has(shard: string): boolean {
    return this.#shards.has(shard) || this.#closing.has(shard);
  }

  /** A shard tells how many it holds, and from which regions. */
  count(shard: string, viewers: number, regions: Record<string, number> = {}): ShardPlan {
    const room = this.#shards.get(shard);
    if (!room) {
      if (viewers === 0) this.#closing.delete(shard);
      else if (this.#closing.has(shard)) this.#closing.set(shard, viewers);
      return { open: [] };
    }
    room.viewers = viewers;
    if (viewers >= room.limit * THIN_FILL) room.home = homeOf(regions, viewers);
    const plan = this.#plan();
    // The size was made smaller: a shard lets nobody in above it, and who sits there already is spread.
    const into = this.#roomy(shard);
    if (viewers <= room.limit || into.length === 0) return plan;
    return { ...plan, surplus: { shard, count: viewers - room.limit, into } };
  }

  /** Shards that may take others' viewers. */
  #roomy(besides: string): string[] {
    return this.list.filter((room) => room.shard !== besides && room.viewers < room.limit * 0.8)
      .map((room) => room.shard);
  }

  /** Opens what is missing, or empties what is superfluous; never both. */
  #plan(): ShardPlan {
    const open: string[] = [];
    const { viewers } = this;
    while (viewers > this.#shards.size * this.#limit * (1 - FREE_SHARE) && open.length < MOST_OPENED) {
      const shard = String(this.#next++);
      this.#shards.set(shard, this.#fresh(shard));
      this.#opening.add(shard);
      open.push(shard);
    }
    if (open.length > 0 || this.#shards.size < 2 || this.#closing.size > 0) return { open };
    const thin = [...this.#shards.values()]
      .filter((room) => room.shard !== '0' && room.viewers < room.limit * THIN_FILL)
      .sort((a, b) => a.viewers - b.viewers)[0];
    const rest = (this.#shards.size - 1) * this.#limit;
    if (!thin || viewers > rest * MERGE_FILL) return { open };
    this.#shards.delete(thin.shard);
    if (thin.viewers > 0) this.#closing.set(thin.shard, thin.viewers);
    return { open, close: { shard: thin.shard, into: this.#roomy(thin.shard) } };
  }

  #fresh(shard: string): ShardRoom {
    return { shard, viewers: 0, limit: this.#limit, home: '' };
  }
}

function homeOf(regions: Record<string, number>, viewers: number): string {
  const [most] = Object.entries(regions).sort((a, b) => b[1] - a[1]);
  return most && most[0] !== '' && most[1] >= viewers * HOME_SHARE ? most[0] : '';
}

/** Where the socket of a shard is opened. */
export function announcePath(infoHash: string, shard: string): string {
  return `/swarm/${infoHash}/announce?shard=${shard}`;
}
