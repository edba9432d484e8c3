/**
 * The steward of one broadcast: shards, feeds and supply in one place. Pure; the Channel object tells it what
 * happened and carries out its orders, and keeps its snapshot so that it survives an eviction.
 */
import type { ChannelSettings } from '../../protocol/channel.ts';
import type { Feed, Relief } from '../../protocol/tracker.ts';
import { Backbone, BACKBONE_LIMIT, type BackboneSnapshot, type Beyond, isBackbone } from './backbone.ts';
import { copiesFor, copiesPerShard } from './copies.ts';
import {
  type Candidate,
  commonKbpsOf,
  type Deal,
  type DealerSnapshot,
  FeedDealer,
  type FeedTrack,
  renditionsOf,
} from './feeds.ts';
import { Helping, type HelpingSnapshot } from './helping.ts';
import { addGivings, emptyGiving, type Giving, planRelief } from './relief.ts';
import type { Rollup } from './rollup.ts';
import { ShardMap, type ShardMapSnapshot, type ShardPlan, type ShardRoom } from './shards.ts';
import { SupplyControl } from './supply.ts';

/** Bridges of a shard of this size: in proportion, so that larger shards reach the backbone over as many each. */
export function bridgesOf(limit: number): number {
  return Math.max(8, Math.ceil(limit / 125));
}

/** Supply is looked at this often, while there is something to look at. */
const LOOK_MS = 5000;
/** Players are never asked to be further behind than this. */
const MOST_LATENCY_MS = 10_000;

/** A rendition of more than this share of the source relieves nobody. */
const MOST_RELIEVED = 0.7;

/** What the Channel object is to do now. */
export interface Orders {
  deals: Deal[];
  /** Shards to open, and then to name by `opened`. */
  open: string[];
  close?: { shard: string; into: string[] };
  /** A shard that is to send this many viewers to others. */
  surplus?: { shard: string; count: number; into: string[] };
  /** Whether the backbone, or an object of it, came or went: every shard has to hear of it. */
  backboneChanged: boolean;
  /** Whether the objects of the backbone are to hear anew who sits in the others. */
  beyondChanged: boolean;
  /** Whether the latency target is another: every shard has to hear of it. */
  latencyChanged: boolean;
  /** Whether who takes a lower rendition is another: the same. */
  reliefChanged: boolean;
}

export interface StewardSnapshot {
  shards: ShardMapSnapshot;
  dealers: [string, DealerSnapshot][];
  copies: number;
  backbone: boolean;
  circles?: BackboneSnapshot;
  uploadKbps: [string, number][];
  carried?: [string, number][];
  supplyStep: number;
  relief?: { level: number; order: Relief | undefined };
  helping: HelpingSnapshot;
}

export class Steward {
  readonly #shards: ShardMap;
  readonly #dealers = new Map<string, FeedDealer>();
  readonly #uploadKbps = new Map<string, number>();
  /** Viewers whom peers are to carry, by shard. */
  readonly #carried = new Map<string, number>();
  #settings: ChannelSettings;
  #tracks: FeedTrack[];
  #copies = 1;
  #backbone = false;
  #circles: Backbone;
  /** Feeds taken back with a dealer that is no longer needed. */
  #retired: Deal[] = [];
  readonly #supply: SupplyControl;
  readonly #helping: Helping;
  #relief: Relief | undefined;
  /** Viewers by what they give, by shard. */
  readonly #giving = new Map<string, Giving[]>();
  /** Viewers by the rendition that they play, by shard. */
  readonly #playing = new Map<string, Record<number, number>>();
  #repairBytes = 0;
  #lookedMs: number | undefined;

  constructor(settings: ChannelSettings, tracks: FeedTrack[], snapshot?: StewardSnapshot) {
    this.#settings = settings;
    this.#tracks = tracks;
    this.#shards = new ShardMap(settings.shardSize, snapshot?.shards);
    this.#supply = new SupplyControl(snapshot?.supplyStep, snapshot?.relief?.level);
    this.#relief = snapshot?.relief?.order;
    this.#helping = new Helping(snapshot?.helping);
    this.#circles = new Backbone(snapshot?.circles);
    if (snapshot) {
      this.#copies = snapshot.copies;
      this.#backbone = snapshot.backbone;
      for (const [key, dealer] of snapshot.dealers) this.#dealers.set(key, new FeedDealer(dealer));
      for (const [shard, kbps] of snapshot.uploadKbps) this.#uploadKbps.set(shard, kbps);
      for (const [shard, viewers] of snapshot.carried ?? []) this.#carried.set(shard, viewers);
    }
    this.#arrange();
  }

  /** Settings or tracks are others. */
  configure(settings: ChannelSettings, tracks: FeedTrack[]): void {
    this.#settings = settings;
    this.#tracks = tracks;
    this.#shards.limit = settings.shardSize;
    this.#arrange();
  }

  /** Shards that viewers may be sent to. */
  get rooms(): ShardRoom[] {
    return this.#shards.list;
  }

  /** Every shard that has to hear news, the backbone included. */
  get shards(): string[] {
    return this.#backbone ? this.served : this.#shards.all;
  }

  /** The same, and objects of a backbone that is no longer needed. */
  get served(): string[] {
    return [...this.#shards.all, ...this.#circles.shards];
  }

  get viewers(): number {
    return this.#shards.viewers;
  }

  /** What all viewers together say they can give. */
  get uploadKbps(): number {
    return sumOfShards(this.#uploadKbps);
  }

  /** Viewers whom peers are to carry: those who have peers off, or no WebRTC, play from the edge. */
  get carried(): number {
    return sumOfShards(this.#carried);
  }

  /** What a carried viewer watches, on the average. */
  get bitrateKbps(): number {
    const played = this.#played();
    const viewers = played.reduce((sum, one) => sum + one.viewers, 0);
    const videoKbps = played.reduce((sum, one) => sum + one.track.bitrateKbps * one.viewers, 0);
    return this.#commonKbps + (viewers > 0 ? videoKbps / viewers : 0);
  }

  /** What one copy of all that is watched costs. */
  get #copyKbps(): number {
    return this.#commonKbps + this.#played().reduce((sum, { track }) => sum + track.bitrateKbps, 0);
  }

  get #commonKbps(): number {
    return commonKbpsOf(this.#tracks);
  }

  /** Renditions that somebody plays, or the first one; nothing when there is only one. */
  #played(): { track: FeedTrack; viewers: number }[] {
    const renditions = renditionsOf(this.#tracks);
    const shards = [...this.#playing].filter(([shard]) => !isBackbone(shard));
    const played = renditions.map((track) => ({
      track,
      viewers: shards.reduce((sum, [, playing]) => sum + (playing[track.track] ?? 0), 0),
    })).filter(({ viewers }) => viewers > 0);
    return played.length > 0 ? played : renditions.slice(0, 1).map((track) => ({ track, viewers: 1 }));
  }

  get backbone(): boolean {
    return this.#backbone;
  }

  /** The object in which bridges of a region meet; the empty one stands for all that are not named. */
  get bridgeHomes(): Record<string, string> {
    return this.#circles.homes;
  }

  /** Who sits in the other objects of the backbone. */
  beyond(shard: string): Beyond[] {
    return this.#circles.beyond(shard);
  }

  get copies(): number {
    return this.#copies;
  }

  /** What players aim at: the setting, or more while supply is short. */
  get latencyTargetMs(): number {
    const { latencyTargetMs } = this.#settings;
    const lengthened = Math.min(MOST_LATENCY_MS, latencyTargetMs * this.#supply.verdict.latencyFactor);
    return Math.round(Math.max(latencyTargetMs, lengthened));
  }

  /** Steps that supply control has taken; 0: supply is ample. */
  get supplyStep(): number {
    return this.#supply.step;
  }

  /** Upload that viewers grant, divided by what those watch whom peers are to carry; null without such. */
  get supplyRatio(): number | null {
    const demandKbps = this.carried * this.bitrateKbps;
    return demandKbps > 0 ? this.uploadKbps / demandKbps : null;
  }

  /** Who takes a lower rendition while supply is short; undefined: nobody has to. */
  get relief(): Relief | undefined {
    return this.#relief;
  }

  /** Viewers who are given whole substreams because they lack supply. */
  get helped(): number {
    return this.#helping.helped;
  }

  limitOf(shard: string): number {
    return isBackbone(shard) ? BACKBONE_LIMIT : this.#shards.limit;
  }

  /** A peer sat down in a shard that is still small; `viewers`: how many are there with it. */
  offered(shard: string, candidate: Candidate, viewers: number, nowMs: number): Orders {
    const plan = this.#count(shard, viewers);
    // One that is known plays another rendition now; how many do is told by the next roll-up.
    if (!this.#dealer(shard)?.has(candidate.id)) {
      this.#uploadKbps.set(shard, (this.#uploadKbps.get(shard) ?? 0) + candidate.uploadKbps);
      const carried = (this.#carried.get(shard) ?? 0) + (candidate.nat === 'blocked' ? 0 : 1);
      this.#carried.set(shard, Math.min(viewers, carried));
    }
    this.#dealer(shard)?.offer(shard, [candidate]);
    return this.#orders(plan, nowMs);
  }

  /** A seed's socket is closed. */
  left(shard: string, id: string, nowMs: number): Orders {
    for (const dealer of this.#dealers.values()) dealer.leave(shard, id);
    this.#helping.leave(id);
    return this.#orders({ open: [] }, nowMs);
  }

  /** A seed is too slow with these feeds, or, when none are named, passes nothing on. */
  lost(id: string, feeds: Feed[] | undefined, nowMs: number): Orders {
    // Nobody expects a viewer who is helped to pass anything on.
    if (this.#helping.has(id)) {
      if (feeds) this.#helping.leave(id);
    } else {
      for (const dealer of this.#dealers.values()) dealer.lose(id, feeds, nowMs);
    }
    return this.#orders({ open: [] }, nowMs);
  }

  /** Its own line is slow, or neighbours say that it gives nothing: others are fed first-hand where there are any. */
  doubted(id: string, nowMs: number): Orders {
    for (const dealer of this.#dealers.values()) dealer.doubt(id, nowMs);
    return this.#orders({ open: [] }, nowMs);
  }

  /** Viewers lack these substreams, though their seeds hold them. */
  lacking(feeds: Feed[], nowMs: number): Orders {
    for (const dealer of this.#dealers.values()) for (const feed of feeds) dealer.lacking(feed, nowMs);
    return this.#orders({ open: [] }, nowMs);
  }

  /** This peer could not be told of its feeds: it is told again with the next orders. */
  untold(id: string): void {
    for (const dealer of this.#dealers.values()) dealer.untold(id);
    this.#helping.untold(id);
  }

  rolledUp(rollup: Rollup, nowMs: number): Orders {
    const { shard } = rollup;
    const plan = this.#count(shard, rollup.viewers, rollup.regions);
    this.#uploadKbps.set(shard, rollup.uploadKbps);
    this.#carried.set(shard, rollup.carried ?? rollup.viewers);
    if (rollup.playing) this.#playing.set(shard, rollup.playing);
    if (rollup.giving && !isBackbone(shard)) this.#giving.set(shard, rollup.giving);
    this.#dealer(shard)?.refresh(shard, rollup.candidates, rollup.seeds, nowMs);
    if (!isBackbone(shard)) {
      this.#helping.name(shard, rollup.needy, rollup.needyPlay);
      return this.#orders(plan, nowMs);
    }
    const { arranged, named } = this.#circles.count(
      shard,
      rollup.viewers,
      rollup.regions,
      rollup.candidates.map(({ id }) => id),
    );
    const orders = this.#orders(plan, nowMs);
    return { ...orders, backboneChanged: orders.backboneChanged || arranged, beyondChanged: named };
  }

  /**
   * This many bytes of single pieces were asked of the edge, because their deadline came near: those that it sent, and
   * those that its cap refused, which tell of the same trouble.
   */
  repaired(bytes: number, nowMs: number): Orders {
    this.#repairBytes += bytes;
    return this.#orders({ open: [] }, nowMs);
  }

  /** A shard is full: the counts of the card are behind. */
  full(shard: string, viewers: number, nowMs: number): Orders {
    return this.#orders(this.#count(shard, viewers), nowMs);
  }

  /** The shard was set up: viewers may be sent there. */
  opened(shard: string): void {
    this.#shards.opened(shard);
  }

  /** Time has passed. */
  tick(nowMs: number): Orders {
    return this.#orders({ open: [] }, nowMs);
  }

  /** When tick has something to do; undefined: nothing until somebody tells something. */
  nextMs(nowMs: number): number | undefined {
    const due = [...this.#dealers.values()].map((dealer) => dealer.nextMs(nowMs)).filter((ms) =>
      ms !== undefined
    );
    if (this.#supply.isWatching) due.push((this.#lookedMs ?? nowMs) + LOOK_MS);
    return due.length > 0 ? Math.min(...due) : undefined;
  }

  /** Ids of all seeds. */
  seeds(): string[] {
    return [...this.#dealers.values()].flatMap((dealer) => dealer.seeds());
  }

  snapshot(): StewardSnapshot {
    return {
      shards: this.#shards.snapshot(),
      dealers: [...this.#dealers].map(([key, dealer]) => [key, dealer.snapshot()]),
      copies: this.#copies,
      backbone: this.#backbone,
      circles: this.#circles.snapshot(),
      uploadKbps: [...this.#uploadKbps],
      carried: [...this.#carried],
      supplyStep: this.#supply.step,
      relief: { level: this.#supply.relief, order: this.#relief },
      helping: this.#helping.snapshot(),
    };
  }

  #count(shard: string, viewers: number, regions?: Record<string, number>): ShardPlan {
    return isBackbone(shard) ? { open: [] } : this.#shards.count(shard, viewers, regions);
  }

  /** Where a shard's peers are dealt feeds: in the one game of all, or in their own shard's. */
  #dealer(shard: string): FeedDealer | undefined {
    if (this.#settings.feedMode === 'backbone') return this.#dealers.get('');
    return this.#dealers.get(shard);
  }

  #orders(plan: ShardPlan, nowMs: number): Orders {
    if (plan.close) {
      const { shard } = plan.close;
      this.#uploadKbps.delete(shard);
      this.#carried.delete(shard);
      this.#playing.delete(shard);
      this.#giving.delete(shard);
      for (const dealer of this.#dealers.values()) dealer.leaveShard(shard);
      this.#helping.leaveShard(shard);
    }
    const backboneChanged = this.#arrange();
    const before = { latencyTargetMs: this.latencyTargetMs, relief: this.#relief };
    this.#look(nowMs);
    const latencyChanged = this.latencyTargetMs !== before.latencyTargetMs;
    const reliefChanged = this.#relief !== before.relief;
    const fed = [...this.#dealers.values()].flatMap((dealer) => dealer.deal(nowMs));
    const helpKbps = this.#supply.verdict.helpKbps;
    const helped = this.#helping.deal(helpKbps, this.#tracks, new Set(this.seeds()), nowMs);
    // Who becomes a seed loses its help first: both are the whole set of what a peer holds.
    const deals = [
      ...this.#retired,
      ...helped.filter(({ id }) => !fed.some((deal) => deal.id === id)),
      ...fed,
    ];
    this.#retired = [];
    return { ...plan, deals, backboneChanged, beyondChanged: false, latencyChanged, reliefChanged };
  }

  /** Takes a reading of supply, now and then. */
  #look(nowMs: number): void {
    this.#lookedMs ??= nowMs;
    const elapsedMs = nowMs - this.#lookedMs;
    if (elapsedMs < LOOK_MS) return;
    const { relief } = this.#supply;
    const renditions = this.#reliefRenditions();
    this.#supply.look({
      viewers: this.carried,
      uploadKbps: this.uploadKbps,
      bitrateKbps: this.bitrateKbps,
      copies: this.#copies * (this.#settings.feedMode === 'backbone' ? 1 : this.#shards.all.length),
      repairKbps: this.#repairBytes * 8 / elapsedMs,
      egressCapKbps: this.#settings.egressCapKbps,
      ...(renditions && { sourceKbps: this.#commonKbps + renditions.source.bitrateKbps }),
    }, nowMs);
    this.#lookedMs = nowMs;
    this.#repairBytes = 0;
    // Planned anew only when more or less is asked for: each change of rendition costs somebody a switch.
    if (this.#supply.relief !== relief || !renditions) this.#relief = this.#plan(renditions);
  }

  /** The source and the rendition that who gives little goes down to: the best one of at most MOST_RELIEVED of it. */
  #reliefRenditions(): { source: FeedTrack; lower: FeedTrack } | undefined {
    const [source, ...others] = renditionsOf(this.#tracks).sort((a, b) => b.bitrateKbps - a.bitrateKbps);
    const lower = others.find(({ bitrateKbps }) => bitrateKbps <= MOST_RELIEVED * source!.bitrateKbps);
    return source && lower && { source, lower };
  }

  #plan(renditions: { source: FeedTrack; lower: FeedTrack } | undefined): Relief | undefined {
    const { reliefSpare: spare, helpKbps } = this.#supply.verdict;
    if (!renditions || spare === 0) return undefined;
    const giving = emptyGiving();
    for (const one of this.#giving.values()) addGivings(giving, one);
    const { source, lower } = renditions;
    const plan = planRelief({
      giving,
      sourceKbps: this.#commonKbps + source.bitrateKbps,
      lowerKbps: this.#commonKbps + lower.bitrateKbps,
      edgeKbps: helpKbps + this.#copies * this.#copyKbps,
      spare,
    });
    return plan && { track: lower.track, ...plan };
  }

  /** Sets up the dealers for the shards and copies there are now. True when the backbone came or went. */
  #arrange(): boolean {
    const { feedMode, egressCapKbps: capKbps } = this.#settings;
    const { viewers } = this;
    const bitrateKbps = this.#copyKbps;
    const shards = this.#shards.all;
    const wanted = feedMode === 'backbone' ? [''] : shards;
    for (const [key, dealer] of this.#dealers) {
      if (wanted.includes(key)) continue;
      this.#retired.push(...dealer.retire());
      this.#dealers.delete(key);
    }
    const split = shards.length > 1;
    const changed = this.#backbone !== (split && feedMode === 'backbone');
    this.#backbone = split && feedMode === 'backbone';
    this.#copies = feedMode === 'backbone'
      ? copiesFor({ viewers, capKbps, bitrateKbps }, this.#copies)
      : split
      ? copiesPerShard({ shards: shards.length, capKbps, bitrateKbps })
      : copiesFor({ viewers, capKbps, bitrateKbps }, this.#copies);
    for (const key of wanted) {
      let dealer = this.#dealers.get(key);
      if (!dealer) this.#dealers.set(key, dealer = new FeedDealer());
      dealer.configure(this.#tracks, this.#copies);
      dealer.prefer((shard) => isBackbone(shard) === this.#backbone);
    }
    return changed;
  }
}

function sumOfShards(amounts: Map<string, number>): number {
  let sum = 0;
  for (const [shard, amount] of amounts) if (!isBackbone(shard)) sum += amount;
  return sum;
}
