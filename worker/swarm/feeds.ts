/**
 * Dealing of feeds: who gets which substream first-hand from the edge (DESIGN.md sections 1 and 4, point 7). Pure;
 * run by the Channel object, and by the simulator.
 *
 * A feed is one copy of one substream. A feed without a holder is dealt at once, to whomever there is. Feeds are
 * moved for a clear gain only, and overlap while they move: the old holder keeps a feed until the new one has had it
 * for a while, and is told, so that it finds a parent: a part of the audience hangs on it.
 */
import type { Feed, NatKind, Relief } from '../../protocol/tracker.ts';
import { householdOf, type Place, witnessGroup } from './place.ts';
import type { PeerRow } from './seat.ts';

/** A peer that might hold feeds. What it says of itself is a claim; what it does shows in its acknowledgements. */
export interface Candidate {
  id: string;
  uploadKbps: number;
  nat: NatKind;
  place: Place;
  /** When it took its seat, milliseconds since 1970. */
  sinceMs: number;
  /** Rendition that it plays; the first one unless told. */
  track?: number;
  /** Rendition that it takes beside, for others. */
  carries?: number | undefined;
  /** It sits in the backbone, too. */
  bridge?: boolean;
}

/** What dealing needs to know of a track. */
export interface FeedTrack {
  track: number;
  bitrateKbps: number;
  substreams: number;
  kind?: 'video' | 'audio';
}

/** Tracks of which a viewer plays one: none, or all renditions of the video, the first one first. */
export function renditionsOf(tracks: readonly FeedTrack[]): FeedTrack[] {
  const videos = tracks.filter(({ kind }) => kind === 'video');
  return videos.length > 1 ? videos : [];
}

/** Of the tracks that everybody takes. */
export function commonKbpsOf(tracks: readonly FeedTrack[]): number {
  const renditions = renditionsOf(tracks);
  return tracks.reduce((sum, track) => sum + (renditions.includes(track) ? 0 : track.bitrateKbps), 0);
}

/** What a viewer takes of these at most: the best rendition, and what is no rendition. */
export function takenKbpsOf(tracks: readonly FeedTrack[]): number {
  return commonKbpsOf(tracks) + Math.max(0, ...renditionsOf(tracks).map(({ bitrateKbps }) => bitrateKbps));
}

/** The whole set of feeds that a peer holds from now on. */
export interface Deal {
  id: string;
  shard: string;
  feeds: Feed[];
  /** Given by supply control, and counted so. */
  help?: true;
}

/** A peer seated for less than this has no neighbours yet: it gets feeds only where nobody else is. */
export const SETTLE_MS = 3000;
/** How long two peers hold a feed that moves from one to the other. */
export const OVERLAP_MS = 3000;
/** A feed stays where it is for at least this long, trouble aside. */
export const HOLD_MS = 8000;
/** A peer that lost a feed for being slow is avoided for this long, the next time for twice as long. */
export const BLAME_MS = 30_000;
/** The same of one whose substreams viewers lack, or that gets them late. */
export const DOUBT_MS = 120_000;
export const MOST_BLAME_MS = 600_000;
/** What it costs to give feeds to who lost them, and to who is bad for all below it: those hold what nobody else can. */
const SLOW_COST = 4;
const DOUBTED_COST = 20;
/** A seed that was dealt feeds longer ago than this is known to its shard. */
const UNHEARD_MS = 5000;
/** Gain in cost from which a feed is moved. */
const CLEAR_GAIN = 1.5;
/** Candidates without feeds that a snapshot keeps. */
const KEPT = 32;
/** Most feeds under way at a time. */
const MOVES = 3;

interface Slot {
  track: number;
  substream: number;
  copy: number;
  kbps: number;
  holder: string | undefined;
  sinceMs: number;
  /** Under way to this peer. */
  next: string | undefined;
  nextSinceMs: number;
}

/** All that must survive an eviction of the Channel object. */
export interface DealerSnapshot {
  slots: Slot[];
  known: Known[];
  told: [string, { shard: string; text: string }][];
}

interface Known extends Candidate {
  shard: string;
  load: number;
  /** Its network, where that is known. */
  group: string | undefined;
  /** Who share a LAN with it, where its address is known. */
  household: string | undefined;
  blamedUntilMs: number;
  /** How often it was blamed, and what holding a feed costs meanwhile. */
  blames: number;
  blameCost: number;
}

export class FeedDealer {
  #slots: Slot[] = [];
  #known = new Map<string, Known>();
  /** What each peer was last told. */
  #told = new Map<string, { shard: string; text: string }>();
  /** Seeds by network. */
  #groups = new Map<string, number>();
  #homes: (shard: string) => boolean = () => true;
  #renditions: number[] = [];
  /** Tracks that somebody plays who can give and keeps up. */
  #dependable = new Set<number>();
  /** What a viewer takes: whose uplink carries less than that gives back less than it gets. */
  #copyKbps = 0;

  constructor(snapshot?: DealerSnapshot) {
    if (!snapshot) return;
    this.#slots = snapshot.slots;
    this.#known = new Map(snapshot.known.map((known) => [known.id, known]));
    this.#told = new Map(snapshot.told);
  }

  /** Seeds, and some of those that could be. */
  snapshot(): DealerSnapshot {
    const seeds = new Set(this.seeds());
    const known = [...this.#known.values()];
    const idle = known.filter(({ id }) => !seeds.has(id)).sort(compareCandidates).slice(0, KEPT);
    return structuredClone({
      slots: this.#slots,
      known: [...known.filter(({ id }) => seeds.has(id)), ...idle],
      told: [...this.#told],
    });
  }

  /** Tracks and copies; feeds that stay keep their holders. */
  configure(tracks: FeedTrack[], copies: number): void {
    const before = new Map(this.#slots.map((slot) => [slotKey(slot), slot]));
    this.#renditions = renditionsOf(tracks).map(({ track }) => track);
    this.#copyKbps = takenKbpsOf(tracks);
    this.#slots = [];
    for (let copy = 0; copy < copies; copy++) {
      for (const { track, substreams, bitrateKbps } of tracks) {
        for (let substream = 0; substream < substreams; substream++) {
          const kbps = bitrateKbps / substreams;
          const slot = before.get(slotKey({ track, substream, copy })) ??
            { track, substream, copy, kbps, holder: undefined, sinceMs: 0, next: undefined, nextSinceMs: 0 };
          slot.kbps = kbps;
          this.#slots.push(slot);
        }
      }
    }
  }

  /** Which shards seeds should sit in; those of others are used only until there are some. */
  prefer(homes: (shard: string) => boolean): void {
    this.#homes = homes;
  }

  has(id: string): boolean {
    return this.#known.has(id);
  }

  get candidates(): number {
    return this.#known.size;
  }

  /** Ids of all who hold or get a feed. */
  seeds(): string[] {
    return [
      ...new Set(this.#slots.flatMap((slot) => [slot.holder, slot.next]).filter((id) => id !== undefined)),
    ];
  }

  /** Where a peer sits, as far as is known. */
  shardOf(id: string): string | undefined {
    return this.#known.get(id)?.shard;
  }

  offer(shard: string, candidates: Candidate[]): void {
    for (const candidate of candidates) {
      const known = this.#known.get(candidate.id);
      const { place } = candidate;
      const household = place.address === '' ? undefined : householdOf(place.address);
      const group = witnessGroup(place);
      if (known) {
        // A bridge sits in two shards: what its own one says of it does not move it out of the backbone.
        const staysAtHome = known.shard !== shard && this.#homes(known.shard) && !this.#homes(shard);
        if (!staysAtHome) Object.assign(known, candidate, { shard, group, household });
      } else {
        const fresh = { shard, group, household, load: 0, blamedUntilMs: -Infinity, blames: 0, blameCost: 0 };
        this.#known.set(candidate.id, { ...candidate, ...fresh });
      }
    }
  }

  /**
   * A shard's own word: those that are not among `candidates` and hold nothing are forgotten, and seeds that it does
   * not know of have left without this being heard (unless they were dealt feeds just now).
   */
  refresh(shard: string, candidates: Candidate[], seated: string[], nowMs: number): void {
    const named = new Set([...candidates.map((candidate) => candidate.id), ...seated]);
    const sinceMs = new Map<string, number>();
    for (const slot of this.#slots) {
      if (slot.holder !== undefined) sinceMs.set(slot.holder, slot.sinceMs);
      if (slot.next !== undefined) sinceMs.set(slot.next, slot.nextSinceMs);
    }
    for (const [id, known] of [...this.#known]) {
      if (known.shard !== shard || named.has(id)) continue;
      const heldMs = sinceMs.get(id);
      if (heldMs === undefined) this.#known.delete(id);
      else if (nowMs - heldMs > UNHEARD_MS) this.leave(shard, id);
    }
    this.offer(shard, candidates);
  }

  /** The peer's socket in this shard is closed: its feeds are free at once. */
  leave(shard: string, id: string): void {
    if (this.#known.get(id)?.shard !== shard) return;
    this.#known.delete(id);
    this.#free((_slot, holder) => holder === id);
  }

  /** Takes all feeds back. */
  retire(): Deal[] {
    this.#slots = [];
    return this.#changes();
  }

  /** Everybody of a shard is gone. */
  leaveShard(shard: string): void {
    for (const [id, known] of [...this.#known]) if (known.shard === shard) this.leave(shard, id);
  }

  /** This peer is a second behind with these feeds (all of them when none are named): they are free. */
  lose(id: string, feeds: Feed[] | undefined, nowMs: number): void {
    const known = this.#known.get(id);
    if (known) blame(known, nowMs, BLAME_MS, SLOW_COST);
    // It may get them again where nobody else is: then it has to be told again.
    this.untold(id);
    this.#free((slot, holder) =>
      holder === id &&
      (!feeds || feeds.some((feed) => feed.track === slot.track && feed.substream === slot.substream))
    );
  }

  /**
   * Viewers lack this substream: who has held a copy of it for longest passes too little of it on, and somebody else gets
   * it. If it was another one, that is next: with all copies at once half the audience would have to find new parents.
   */
  lacking({ track, substream }: Feed, nowMs: number): void {
    const [oldest] = this.#slots
      .filter((slot) => slot.track === track && slot.substream === substream && slot.holder !== undefined)
      .filter(({ sinceMs }) => nowMs - sinceMs >= HOLD_MS)
      .sort((a, b) => a.sinceMs - b.sinceMs);
    if (oldest) this.doubt(oldest.holder!, nowMs);
  }

  /**
   * This peer passes too little on, or gets it late itself: it is to hold feeds only where nobody else can. What it has
   * moves away, and both hold it meanwhile.
   */
  doubt(id: string, nowMs: number): void {
    const known = this.#known.get(id);
    if (known) blame(known, nowMs, DOUBT_MS, DOUBTED_COST);
  }

  /** What this peer was told of its feeds does not hold. */
  untold(id: string): void {
    const told = this.#told.get(id) ?? { shard: this.#known.get(id)?.shard ?? '', text: '' };
    told.text = '';
    if (told.shard !== '') this.#told.set(id, told);
  }

  /** Deals what is free, moves what is badly placed, and answers whose feeds changed. */
  deal(nowMs: number): Deal[] {
    this.#land(nowMs);
    this.#takeUnplayed();
    this.#count(nowMs);
    this.#handOver(nowMs);
    for (const slot of this.#slots) {
      if (slot.holder !== undefined) continue;
      const best = this.#best(slot, nowMs);
      if (!best) continue;
      this.#give(best);
      slot.holder = best.id;
      slot.sinceMs = nowMs;
    }
    this.#move(nowMs);
    return this.#changes();
  }

  /** When deal should be called again though nothing happened; undefined: not before something does. */
  nextMs(nowMs: number): number | undefined {
    const due: number[] = [];
    for (const slot of this.#slots) {
      if (slot.next !== undefined) due.push(slot.nextSinceMs + OVERLAP_MS);
    }
    for (const known of this.#known.values()) {
      const settled = known.sinceMs + SETTLE_MS;
      if (settled >= nowMs) due.push(settled + 1);
      const forgiven = known.blamedUntilMs;
      if (forgiven >= nowMs && this.#known.size > 1) due.push(forgiven + 1);
    }
    if (due.length > 0) return Math.max(nowMs + 50, Math.min(...due));
    const spread = this.#slots.some((slot) => slot.holder !== undefined && nowMs - slot.sinceMs < HOLD_MS);
    return spread && this.#known.size > 1 ? nowMs + 1000 : undefined;
  }

  #give(known: Known): void {
    if (known.load++ > 0) return;
    if (known.group !== undefined) this.#groups.set(known.group, (this.#groups.get(known.group) ?? 0) + 1);
  }

  /** Ends the overlap of feeds that have moved. */
  #land(nowMs: number): void {
    for (const slot of this.#slots) {
      if (slot.next === undefined || nowMs - slot.nextSinceMs < OVERLAP_MS) continue;
      slot.holder = slot.next;
      slot.sinceMs = slot.nextSinceMs;
      slot.next = undefined;
    }
  }

  /** Who went over to another rendition passes the old one on no more. */
  #takeUnplayed(): void {
    if (this.#renditions.length === 0) return;
    this.#free((slot, holder) => {
      const known = this.#known.get(holder);
      return known !== undefined && !this.#plays(known, slot);
    });
  }

  /** Feeds go to those who take what they bring: a rendition that nobody plays costs none. */
  #plays(known: Known, { track }: Slot): boolean {
    return !this.#renditions.includes(track) || (known.track ?? this.#renditions[0]) === track ||
      known.carries === track;
  }

  /** Counts feeds once they have landed: a holder that is about to lose one no longer carries it; and who is there. */
  #count(nowMs: number): void {
    const dependable = [...this.#known.values()].filter((one) => canGive(one) && nowMs >= one.blamedUntilMs);
    this.#dependable.clear();
    for (const slot of this.#slots) {
      if (dependable.some((known) => this.#plays(known, slot))) this.#dependable.add(slot.track);
    }
    for (const known of this.#known.values()) known.load = 0;
    for (const slot of this.#slots) {
      const known = this.#known.get(slot.next ?? slot.holder ?? '');
      if (known) known.load++;
    }
    this.#groups.clear();
    for (const { group, load } of this.#known.values()) {
      if (group !== undefined && load > 0) this.#groups.set(group, (this.#groups.get(group) ?? 0) + 1);
    }
  }

  /** Who cannot pass a feed on (the first to come may be a phone) loses it as soon as somebody settled can. */
  #handOver(nowMs: number): void {
    for (const slot of this.#slots) {
      const known = this.#known.get(slot.holder ?? '');
      if (!known || slot.next !== undefined || canGive(known)) continue;
      const best = this.#best(slot, nowMs);
      if (!best || !canGive(best) || nowMs - best.sinceMs < SETTLE_MS) continue;
      if (!this.#isGain(slot, known, best, nowMs)) continue;
      known.load--;
      this.#give(best);
      slot.holder = best.id;
      slot.sinceMs = nowMs;
    }
  }

  #move(nowMs: number): void {
    let moving = this.#slots.filter((slot) => slot.next !== undefined).length;
    const byCost = this.#slots
      .filter((slot) => slot.next === undefined && slot.holder !== undefined)
      .map((slot) => {
        const known = this.#known.get(slot.holder!)!;
        return { slot, known, cost: this.#cost(known, slot, 0, nowMs, this.#beside(slot)) };
      })
      .sort((a, b) => b.cost - a.cost);
    for (const { slot, known } of byCost) {
      if (moving >= MOVES) return;
      const young = nowMs - slot.sinceMs < HOLD_MS && known.load <= 2 && this.#isHome(known);
      if (young) continue;
      const best = this.#best(slot, nowMs);
      if (!best || nowMs - best.sinceMs < SETTLE_MS) continue;
      if (!this.#isGain(slot, known, best, nowMs)) continue;
      known.load--;
      this.#give(best);
      slot.next = best.id;
      slot.nextSinceMs = nowMs;
      moving++;
    }
  }

  #best(slot: Slot, nowMs: number): Known | undefined {
    const taken = new Set<string>();
    for (const other of this.#copies(slot)) {
      if (other.holder !== undefined) taken.add(other.holder);
      if (other.next !== undefined) taken.add(other.next);
    }
    const beside = this.#beside(slot);
    let best: Known | undefined;
    let least = Infinity;
    for (const known of this.#known.values()) {
      if (taken.has(known.id) || !this.#plays(known, slot)) continue;
      const cost = this.#cost(known, slot, 1, nowMs, beside);
      if (cost < least) {
        best = known;
        least = cost;
      }
    }
    return best;
  }

  #isGain(slot: Slot, known: Known, best: Known, nowMs: number): boolean {
    const beside = this.#beside(slot);
    const now = this.#cost(known, slot, 0, nowMs, beside);
    return now - this.#cost(best, slot, 1, nowMs, beside) >= CLEAR_GAIN;
  }

  /** All copies of a substream. */
  #copies({ track, substream }: Slot): Slot[] {
    return this.#slots.filter((other) => other.track === track && other.substream === substream);
  }

  /** Households that the substream's other copies go to. */
  #beside(slot: Slot): Set<string> {
    const households = this.#copies(slot).map((other) =>
      other === slot ? undefined : this.#known.get(other.next ?? other.holder ?? '')?.household
    );
    return new Set(households.filter((household) => household !== undefined));
  }

  /**
   * What it would cost that this peer holds the slot; `more`: feeds added to what it carries; `beside`: households
   * that have this substream already, since one copy is enough for a LAN.
   */
  #cost(known: Known, slot: Slot, more: number, nowMs: number, beside: Set<string>): number {
    const load = known.load + more;
    const spare = known.uploadKbps / (slot.kbps * 2 * load);
    const supply = known.uploadKbps <= 0 ? 6 : known.uploadKbps < this.#copyKbps ? 4 : spare < 1 ? 2 : 0;
    // What a seed behind a symmetric NAT passes on goes through TURN, unless it goes to an open peer.
    const reach = { open: 0, cone: 0.25, unknown: 0.25, symmetric: 4, blocked: 8 }[known.nat];
    // However few feeds it holds itself: what comes late to it comes late to all.
    const blameCost = this.#dependable.has(slot.track) ? DOUBTED_COST : known.blameCost;
    const blame = nowMs < known.blamedUntilMs ? blameCost : 0;
    const home = this.#isHome(known) ? 0 : 3;
    const settling = nowMs - known.sinceMs < SETTLE_MS ? 1 : 0;
    const crowd = 0.25 * Math.min(4, this.#inGroup(known));
    const again = known.household !== undefined && beside.has(known.household) ? 2 : 0;
    return load + supply + reach + blame + home + settling + crowd + again - Math.min(0.5, spare / 20);
  }

  /** A bridge is in the backbone, whichever of its two shards named it. */
  #isHome({ shard, bridge }: Known): boolean {
    return bridge === true || this.#homes(shard);
  }

  /** Other seeds in the same network. */
  #inGroup(known: Known): number {
    if (known.group === undefined) return 0;
    return (this.#groups.get(known.group) ?? 0) - (known.load > 0 ? 1 : 0);
  }

  #free(matches: (slot: Slot, holder: string) => boolean): void {
    for (const slot of this.#slots) {
      if (slot.next !== undefined && matches(slot, slot.next)) slot.next = undefined;
      if (slot.holder === undefined || !matches(slot, slot.holder)) continue;
      slot.holder = slot.next;
      slot.sinceMs = slot.nextSinceMs;
      slot.next = undefined;
    }
  }

  #changes(): Deal[] {
    const held = new Map<string, Feed[]>();
    for (const { track, substream, holder, next } of this.#slots) {
      for (const id of [holder, next]) {
        if (id === undefined) continue;
        const feed: Feed = { track, substream, ...(id === holder && next !== undefined && { ending: true }) };
        const feeds = held.get(id);
        if (feeds) feeds.push(feed);
        else held.set(id, [feed]);
      }
    }
    const deals: Deal[] = [];
    for (const [id, feeds] of held) {
      const shard = this.#known.get(id)!.shard;
      feeds.sort((a, b) => a.track - b.track || a.substream - b.substream);
      const text = JSON.stringify(feeds);
      const told = this.#told.get(id);
      if (told?.text === text && told.shard === shard) continue;
      this.#told.set(id, { shard, text });
      deals.push({ id, shard, feeds });
    }
    for (const [id, { shard }] of this.#told) {
      if (held.has(id)) continue;
      this.#told.delete(id);
      deals.push({ id, shard, feeds: [] });
    }
    return deals;
  }
}

function blame(known: Known, nowMs: number, forMs: number, cost: number): void {
  const isBlamed = nowMs < known.blamedUntilMs;
  known.blameCost = isBlamed ? Math.max(cost, known.blameCost) : cost;
  // What comes at once, feed by feed, is one fault.
  if (isBlamed) {
    known.blamedUntilMs = Math.max(known.blamedUntilMs, nowMs + forMs);
    return;
  }
  if (nowMs - known.blamedUntilMs > MOST_BLAME_MS) known.blames = 0;
  known.blamedUntilMs = nowMs + Math.min(MOST_BLAME_MS, forMs * 2 ** known.blames++);
}

export function toCandidate(
  { id, uploadKbps, nat, place, sinceMs, track, bridge }: PeerRow,
  relief?: Relief,
): Candidate {
  const carries = relief && uploadKbps >= relief.carryKbps ? relief.track : undefined;
  return { id, uploadKbps, nat, place, sinceMs, track, carries, bridge };
}

/** The first `most`, but of every rendition that is played its first few as well. */
export function bestOfEach<T extends { track?: number }>(ranked: T[], most: number, each: number): T[] {
  const counts = new Map<number, number>();
  return ranked.filter(({ track = 0 }, place) => {
    const before = counts.get(track) ?? 0;
    counts.set(track, before + 1);
    return place < most || before < each;
  });
}

/** Best first: who gives much and can be reached. */
export function compareCandidates(a: Candidate, b: Candidate): number {
  return standing(b) - standing(a) || a.sinceMs - b.sinceMs;
}

function standing({ nat, uploadKbps }: Candidate): number {
  return nat === 'blocked' ? -1 : uploadKbps * (nat === 'symmetric' ? 0.5 : 1);
}

function canGive({ nat, uploadKbps }: Candidate): boolean {
  return nat !== 'blocked' && uploadKbps > 0;
}

function slotKey({ track, substream, copy }: { track: number; substream: number; copy: number }): string {
  return `${track} ${substream} ${copy}`;
}
