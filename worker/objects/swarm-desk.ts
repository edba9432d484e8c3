/**
 * The Channel object's hands in the swarm: asks the steward what to do, does it by RPC to Swarm and Media objects,
 * and keeps the steward's snapshot.
 */
import type { Broadcast } from '../../protocol/broadcast.ts';
import type { ChannelSettings } from '../../protocol/channel.ts';
import type { Feed } from '../../protocol/tracker.ts';
import { type Env, mediaOf, swarmOf } from '../env.ts';
import { isBackbone } from '../swarm/backbone.ts';
import type { Candidate, Deal } from '../swarm/feeds.ts';
import { QUIET_REPORT_MS, WATCHED_REPORT_MS } from '../swarm/pace.ts';
import type { LeaseShares } from '../swarm/lease-seats.ts';
import type { Rollup } from '../swarm/rollup.ts';
import { announcePath, type ShardRoom } from '../swarm/shards.ts';
import { markOf } from '../swarm/right.ts';
import { TurnBudget } from '../swarm/turn-budget.ts';
import { bridgesOf, type Orders, Steward, type StewardSnapshot } from '../swarm/steward.ts';
import type { BanDetails, Sitting } from './swarm.ts';

/** Shares of the leases' quotas for one shard of these. */
export type DealLeases = (shard: string, shards: string[]) => LeaseShares;

/** What every shard is told of the broadcast. */
export interface OnAir {
  channel: string;
  broadcast: Broadcast;
  state: 'live' | 'lost';
  settings: ChannelSettings;
  keysEpoch: number;
}

interface Kept {
  onAir: OnAir;
  steward: StewardSnapshot;
  banned: string[];
}

/** The snapshot is written at most this often, unless feeds or shards changed. */
const KEEP_MS = 30_000;
/** When a seed could not be told, it is told again after this. */
const RETRY_MS = 500;
const MOST_BANNED = 10_000;
/** A viewer takes no more than this through TURN, as a multiple of the bitrate: duplicates are in it. */
const MOST_TURN = 1.5;

export class SwarmDesk {
  readonly #ctx: DurableObjectState;
  readonly #env: Env;
  readonly #leases: DealLeases;
  #onAir: OnAir | undefined;
  #steward: Steward | undefined;
  #banned: string[] = [];
  /** Told anew by the next roll-ups, should this object be evicted. */
  readonly #turn = new TurnBudget();
  #reportEveryMs = QUIET_REPORT_MS;
  #keptMs = 0;
  #timer: { id: ReturnType<typeof setTimeout>; atMs: number } | undefined;
  #line: Promise<void> = Promise.resolve();

  constructor(ctx: DurableObjectState, env: Env, leases: DealLeases) {
    this.#leases = leases;
    this.#ctx = ctx;
    this.#env = env;
    const kept = ctx.storage.kv.get<Kept>('swarm');
    if (!kept) return;
    this.#onAir = kept.onAir;
    this.#banned = kept.banned;
    this.#steward = new Steward(kept.onAir.settings, kept.onAir.broadcast.tracks, kept.steward);
    this.#turn.look(this.#budgetKbps);
  }

  /** Shards that viewers may be sent to. */
  get rooms(): ShardRoom[] {
    return this.#steward?.rooms ?? [];
  }

  /** No relays are handed out: the budget is spent. */
  get turnSpent(): boolean {
    return this.#turn.spent;
  }

  get viewers(): number {
    return this.#steward?.viewers ?? 0;
  }

  /** What players aim at by now; undefined while nothing is on air. */
  get latencyTargetMs(): number | undefined {
    return this.#steward?.latencyTargetMs;
  }

  get steward(): Steward | undefined {
    return this.#steward;
  }

  /** What reports show. */
  get pulse() {
    const steward = this.#steward;
    return {
      latencyTargetMs: steward?.latencyTargetMs ?? 0,
      supplyRatio: steward?.supplyRatio ?? null,
      supplyStep: steward?.supplyStep ?? 0,
      helped: steward?.helped ?? 0,
      relieved: steward?.relief?.track ?? null,
      shards: steward?.rooms.length ?? 0,
      seeds: steward?.seeds().length ?? 0,
      bitrateKbps: steward?.bitrateKbps ?? 0,
    };
  }

  /** A broadcast is on air, or what is known of it changed. Every shard knows when this returns. */
  async tell(onAir: OnAir): Promise<void> {
    if (this.#onAir && this.#onAir.broadcast.id !== onAir.broadcast.id) await this.end();
    this.#onAir = onAir;
    if (this.#steward) this.#steward.configure(onAir.settings, onAir.broadcast.tracks);
    else this.#steward = new Steward(onAir.settings, onAir.broadcast.tracks);
    this.#turn.look(onAir.settings.turnBudgetKbps);
    await this.#tellShards(this.#steward.shards);
    await this.#carryOut(this.#steward.tick(Date.now()));
  }

  /** The broadcast is over. */
  async end(): Promise<void> {
    const { broadcast } = this.#onAir ?? {};
    const shards = this.#steward?.served ?? [];
    if (this.#timer) clearTimeout(this.#timer.id);
    this.#timer = undefined;
    this.#onAir = undefined;
    this.#steward = undefined;
    this.#banned = [];
    this.#turn.keep([]);
    this.#turn.look(null);
    this.#ctx.storage.kv.delete('swarm');
    if (!broadcast) return;
    await Promise.all(shards.map((shard) => swarmOf(this.#env, broadcast.infoHash, shard).closeBroadcast()));
  }

  async seedOffered(
    broadcastId: string,
    shard: string,
    candidate: Candidate,
    viewers: number,
  ): Promise<void> {
    const steward = this.#of(broadcastId);
    if (!steward) return;
    await this.#carryOut(steward.offered(shard, candidate, viewers, Date.now()));
    // These few are whom feeds go to when a seed leaves.
    this.#keep();
  }

  async seedLeft(broadcastId: string, shard: string, peerId: string): Promise<void> {
    const steward = this.#of(broadcastId);
    if (steward) await this.#carryOut(steward.left(shard, peerId, Date.now()));
  }

  async feedsLost(broadcastId: string, peerId: string, feeds: Feed[] | undefined): Promise<void> {
    const steward = this.#of(broadcastId);
    if (steward) await this.#carryOut(steward.lost(peerId, feeds, Date.now()));
  }

  async seedDoubted(broadcastId: string, peerId: string): Promise<void> {
    const steward = this.#of(broadcastId);
    if (steward) await this.#carryOut(steward.doubted(peerId, Date.now()));
  }

  async feedsLacking(broadcastId: string, feeds: Feed[]): Promise<void> {
    const steward = this.#of(broadcastId);
    if (steward) await this.#carryOut(steward.lacking(feeds, Date.now()));
  }

  async rolledUp(broadcastId: string, rollup: Rollup): Promise<{ everyMs: number }> {
    const steward = this.#of(broadcastId);
    if (steward) await this.#carryOut(steward.rolledUp(rollup, Date.now()));
    if (steward) await this.#countTurn(steward, rollup);
    // Whom to help shows in reports, and what a TURN budget is spent on: they come more often then.
    const isCounted = steward && (steward.supplyStep > 0 || this.#budgetKbps !== null);
    const everyMs = isCounted ? WATCHED_REPORT_MS : this.#reportEveryMs;
    return { everyMs: Math.min(everyMs, this.#reportEveryMs) };
  }

  get #budgetKbps(): number | null {
    return this.#onAir?.settings.turnBudgetKbps ?? null;
  }

  async #countTurn(steward: Steward, { shard, viewers, turnKbps }: Rollup): Promise<void> {
    if (isBackbone(shard)) return;
    this.#turn.keep(steward.shards);
    const mostKbps = viewers * steward.bitrateKbps * MOST_TURN;
    if (this.#turn.took(shard, turnKbps ?? 0, mostKbps, this.#budgetKbps)) {
      await this.#tellShards(steward.shards);
    }
  }

  /** Bytes of single pieces that the edge sent, because their deadline came near. */
  async repaired(bytes: number): Promise<void> {
    if (this.#steward && bytes > 0) await this.#carryOut(this.#steward.repaired(bytes, Date.now()));
  }

  /** A full shard asks where its next viewers may go. */
  async roomBeside(broadcastId: string, shard: string, viewers: number): Promise<ShardRoom[]> {
    const steward = this.#of(broadcastId);
    if (!steward) return [];
    await this.#carryOut(steward.full(shard, viewers, Date.now()));
    return steward.rooms.filter((room) => room.shard !== shard);
  }

  /**
   * These ticket identities, and who has these viewer ids, may watch no more: every shard drops them and tells their
   * neighbours.
   */
  async ban(identities: string[], reason: string, more: BanDetails = {}): Promise<void> {
    const marks = [...identities, ...(more.subjects ?? []).map(markOf)];
    const fresh = marks.filter((mark) => !this.#banned.includes(mark));
    if (fresh.length === 0) return;
    this.#banned = [...this.#banned, ...fresh].slice(-MOST_BANNED);
    this.#keep();
    await this.#everyShard((shard) => shard.ban(identities, reason, more));
  }

  /** These may come again. */
  async pardon(identities: string[], subjects: string[]): Promise<void> {
    const marks = [...identities, ...subjects.map(markOf)];
    this.#banned = this.#banned.filter((mark) => !marks.includes(mark));
    this.#keep();
    await this.#everyShard((shard) => shard.pardon(identities, subjects));
  }

  /** Who sits in any shard with this peer id, or with one of these viewer ids. */
  async find(who: { peerId?: string; subjects?: string[] }): Promise<Sitting[]> {
    const found = new Map(
      (await this.#everyShard((shard) => shard.find(who))).flat().map((one) => [one.peerId, one]),
    );
    return [...found.values()];
  }

  async #everyShard<T>(ask: (shard: ReturnType<typeof swarmOf>) => Promise<T>): Promise<T[]> {
    if (!this.#onAir || !this.#steward) return [];
    const { infoHash } = this.#onAir.broadcast;
    return await Promise.all(this.#steward.shards.map((shard) => ask(swarmOf(this.#env, infoHash, shard))));
  }

  /** How often viewers report: more often while somebody looks. */
  async setPace(everyMs: number): Promise<void> {
    if (everyMs === this.#reportEveryMs) return;
    this.#reportEveryMs = everyMs;
    if (!this.#onAir || !this.#steward) return;
    const { infoHash } = this.#onAir.broadcast;
    const { shards } = this.#steward;
    await Promise.all(shards.map((shard) => swarmOf(this.#env, infoHash, shard).setPace(everyMs)));
  }

  #of(broadcastId: string): Steward | undefined {
    return this.#onAir?.broadcast.id === broadcastId ? this.#steward : undefined;
  }

  /** Orders are carried out in the order in which they were given. */
  #carryOut(orders: Orders): Promise<void> {
    const done = this.#line.then(() => this.#carryOutNow(orders));
    this.#line = done.catch(() => {});
    return done;
  }

  async #carryOutNow(orders: Orders): Promise<void> {
    const { deals, open, close, surplus, backboneChanged, beyondChanged, latencyChanged, reliefChanged } =
      orders;
    const steward = this.#steward;
    const onAir = this.#onAir;
    if (!steward || !onAir) return;
    const { infoHash } = onAir.broadcast;
    if (backboneChanged) {
      // Where bridges are sent knows first.
      await this.#tellShards(steward.served.filter(isBackbone));
      await this.#tellShards(steward.served.filter((shard) => !isBackbone(shard)));
    } else if (latencyChanged || reliefChanged) await this.#tellShards(steward.shards);
    if (beyondChanged) {
      await Promise.all(
        steward.shards.filter(isBackbone).map((shard) =>
          swarmOf(this.#env, infoHash, shard).setBeyond(steward.beyond(shard))
        ),
      );
    }
    if (open.length > 0) {
      await this.#tellShards(open);
      for (const shard of open) steward.opened(shard);
    }
    await Promise.all(deals.map((deal) => this.#deal(onAir, deal)));
    const paths = (into: string[]) => into.map((shard) => announcePath(infoHash, shard));
    if (close) await swarmOf(this.#env, infoHash, close.shard).drain(paths(close.into));
    if (surplus) {
      await swarmOf(this.#env, infoHash, surplus.shard).sendOn(paths(surplus.into), surplus.count);
    }
    const urgent = latencyChanged || reliefChanged || deals.length > 0 || open.length > 0 ||
      close !== undefined ||
      backboneChanged;
    if (urgent || Date.now() - this.#keptMs > KEEP_MS) this.#keep();
    this.#arm();
  }

  async #deal({ channel, broadcast }: OnAir, { id, shard, feeds, help }: Deal): Promise<void> {
    try {
      await mediaOf(this.#env, channel).setFeeds(id, feeds, help);
      const here = await swarmOf(this.#env, broadcast.infoHash, shard).pushFeeds(id, feeds);
      // Its own orders stand behind these ones: not waited for.
      if (!here && feeds.length > 0) this.#ctx.waitUntil(this.seedLeft(broadcast.id, shard, id));
    } catch {
      // An object was just restarted: the same is dealt again with the next orders.
      this.#steward?.untold(id);
      this.#arm(RETRY_MS);
    }
  }

  async #tellShards(shards: string[]): Promise<void> {
    const onAir = this.#onAir;
    const steward = this.#steward;
    if (!onAir || !steward) return;
    const { infoHash } = onAir.broadcast;
    const homes = Object.entries(steward.bridgeHomes);
    const backbones = steward.backbone
      ? Object.fromEntries(homes.map(([region, shard]) => [region, announcePath(infoHash, shard)]))
      : null;
    await Promise.all(shards.map((shard) =>
      swarmOf(this.#env, infoHash, shard).setState({
        ...onAir,
        shard,
        latencyTargetMs: steward.latencyTargetMs,
        relief: steward.relief ?? null,
        limit: steward.limitOf(shard),
        banned: this.#banned,
        turnSpent: this.#turn.spent,
        leases: this.#leases(shard, steward.rooms.map((room) => room.shard)),
        backbones: isBackbone(shard) ? null : backbones,
        bridges: bridgesOf(steward.limitOf(shard)),
        beyond: isBackbone(shard) ? steward.beyond(shard) : [],
      })
    ));
  }

  #keep(): void {
    if (!this.#onAir || !this.#steward) return;
    this.#keptMs = Date.now();
    const kept: Kept = { onAir: this.#onAir, steward: this.#steward.snapshot(), banned: this.#banned };
    this.#ctx.storage.kv.put('swarm', kept);
  }

  /** One timer, for the earliest of what is due. */
  #arm(withinMs?: number): void {
    const nowMs = Date.now();
    const nextMs = withinMs === undefined ? this.#steward?.nextMs(nowMs) : nowMs + withinMs;
    if (nextMs === undefined || (this.#timer && this.#timer.atMs <= nextMs)) return;
    if (this.#timer) clearTimeout(this.#timer.id);
    const id = setTimeout(() => {
      this.#timer = undefined;
      if (this.#steward) this.#ctx.waitUntil(this.#carryOut(this.#steward.tick(Date.now())));
    }, Math.max(10, nextMs - nowMs));
    this.#timer = { id, atMs: nextMs };
  }
}
