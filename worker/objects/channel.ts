/**
 * Channel object: the truth about one channel's broadcast. It sees no single viewer; shards, the Media object and
 * Workers tell it totals.
 */
import { DurableObject } from 'cloudflare:workers';
import type { Broadcast } from '../../protocol/broadcast.ts';
import { toHex } from '../../protocol/bytes.ts';
import { type ChannelSettings, type ChannelState, DEFAULT_SETTINGS } from '../../protocol/channel.ts';
import type { Feed } from '../../protocol/tracker.ts';
import type { LeaseDay, LeaseTerms } from '../../protocol/lease.ts';
import type { BanResource } from '../../protocol/access.ts';
import type { CardBans } from '../access/playback.ts';
import { directoryOf, type Env, mediaOf } from '../env.ts';
import type { Courier } from '../report/courier.ts';
import { type EdgeUse, hasUse } from '../report/edge-use.ts';
import type { Pulse } from '../report/pulse.ts';
import type { LeaseTotal } from '../store/lease-ledger.ts';
import {
  BroadcastLife,
  type Change,
  type Life,
  type PublishRequest,
  type PublishVerdict,
} from '../store/broadcast-life.ts';
import type { Candidate } from '../swarm/feeds.ts';
import type { Rollup } from '../swarm/rollup.ts';
import type { ShardRoom } from '../swarm/shards.ts';
import { ChannelBans, type ExpulsionOrder, type ExpulsionVerdict } from './channel-bans.ts';
import { ChannelLeases } from './channel-leases.ts';
import { SwarmDesk } from './swarm-desk.ts';
import { removeReport, tellReportState, useCourier } from './report-feed.ts';

/** What the Directory keeps of a channel and hands to its object whenever it changes. */
export interface ChannelProfile {
  name: string;
  title: string;
  settings: ChannelSettings;
}

/** All that a join needs to know, cached for a second. */
export interface JoinCard {
  channel: string;
  title: string;
  state: ChannelState;
  settings: ChannelSettings;
  /** While live or lost. */
  broadcast?: Broadcast;
  shards: ShardRoom[];
  /** Grows when an admin rotates the content keys: what an isolate remembers of them is over. */
  keysEpoch?: number;
  /** Leases of this channel that are not over: access/lease-verdict.ts says what they mean. */
  leases?: LeaseTerms[];
  /** The channel's TURN budget is spent: nobody gets relays. */
  turnSpent?: boolean;
  /** Absent: nobody is kept out. */
  bans?: CardBans;
}

/** What the Directory keeps of a channel's state, for lists. */
export interface ChannelStatus {
  state: ChannelState;
  reason: string;
  broadcast?: { id: string; infoHash: string; startedAt: string };
}

export class Channel extends DurableObject<Env> {
  #profile: ChannelProfile | undefined;
  #life: BroadcastLife;
  readonly #swarm: SwarmDesk;
  #leases: ChannelLeases;
  readonly #bans: ChannelBans;
  #viewersTold: number | undefined;
  /** Told on to the Report object; media waits for none of it. */
  readonly #use: Courier<EdgeUse>;
  #keysEpoch: number;
  #shareKbps: number | null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const profile = ctx.storage.kv.get<ChannelProfile>('profile');
    this.#use = useCourier(ctx, env, () => this.#profile?.name);
    this.#profile = profile && { ...profile, settings: { ...DEFAULT_SETTINGS, ...profile.settings } };
    this.#life = new BroadcastLife(ctx.storage.kv.get<Life>('life'));
    this.#keysEpoch = ctx.storage.kv.get<number>('keys-epoch') ?? 0;
    this.#shareKbps = ctx.storage.kv.get<number | null>('share') ?? null;
    this.#leases = new ChannelLeases(ctx);
    this.#leases.setBroadcast(this.#life.run?.broadcast);
    this.#swarm = new SwarmDesk(ctx, env, (shard, shards) => this.#leases.sharesOf(shard, shards));
    this.#bans = new ChannelBans(ctx, env, this.#swarm);
  }

  /** The channel was made or edited. */
  async setProfile(profile: ChannelProfile): Promise<void> {
    this.#profile = profile;
    this.ctx.storage.kv.put('profile', profile);
    await mediaOf(this.env, profile.name).setSettings(this.#capped(profile.settings));
    await this.#tellShards();
  }

  /** The channel is deleted: nothing is kept. */
  async remove(): Promise<void> {
    await this.#after(this.#life.stop('the channel was deleted'));
    await removeReport(this.env, this.#profile?.name);
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
    this.#profile = undefined;
    this.#life = new BroadcastLife();
    this.#leases = new ChannelLeases(this.ctx);
    this.#shareKbps = null;
    this.#bans.clear();
  }

  async status(): Promise<ChannelStatus> {
    const run = this.#life.run;
    return {
      state: this.#life.state,
      reason: this.#life.reason,
      ...(run?.broadcast
        ? {
          broadcast: {
            id: run.broadcastId,
            infoHash: run.broadcast.infoHash,
            startedAt: new Date(run.startedAtMs ?? 0).toISOString(),
          },
        }
        : {}),
    };
  }

  /** Undefined for a channel that does not exist. */
  async card(): Promise<JoinCard | undefined> {
    const profile = this.#profile;
    if (!profile) return undefined;
    const rooms = this.#swarm.rooms;
    const bans = this.#bans.card;
    // On air for viewers once the first shard knows of it.
    const broadcast = rooms.length > 0 ? this.#life.run?.broadcast : undefined;
    const { state } = this.#life;
    return {
      channel: profile.name,
      title: profile.title,
      state: state === 'stopped' || broadcast ? state : 'idle',
      settings: {
        ...this.#capped(profile.settings),
        latencyTargetMs: this.#swarm.latencyTargetMs ?? profile.settings.latencyTargetMs,
      },
      ...(broadcast ? { broadcast } : {}),
      shards: rooms,
      ...(bans ? { bans } : {}),
      ...(this.#swarm.turnSpent ? { turnSpent: true } : {}),
      keysEpoch: this.#keysEpoch,
      leases: this.#leases.terms,
    };
  }

  async publish(request: PublishRequest): Promise<PublishVerdict> {
    const verdict = this.#life.publish(
      request,
      Date.now(),
      () => toHex(crypto.getRandomValues(new Uint8Array(16))),
    );
    if (verdict.granted) {
      await this.#after({ changed: true, ...(verdict.ended ? { ended: verdict.ended } : {}) });
    }
    return verdict;
  }

  /** False when this broadcast is not the one that was granted: the origin is to drop it. */
  async live(broadcast: Broadcast): Promise<boolean> {
    const change = this.#life.live(broadcast, Date.now());
    await this.#after(change);
    return change.changed;
  }

  /** An origin (re)connected and still takes this broadcast in. False: it is not ours any more. */
  async resume(broadcastId: string, origin: string): Promise<boolean> {
    await this.#after(this.#life.resume(broadcastId, origin));
    return this.#life.run?.broadcastId === broadcastId && this.#life.state !== 'stopped';
  }

  async lost(broadcastId: string, reason: string): Promise<void> {
    const windowS = this.#profile?.settings.reconnectWindowS ?? 0;
    await this.#after(this.#life.lost(broadcastId, reason, Date.now(), windowS));
  }

  /** The origin behind the running broadcast is gone; nothing happens if another one has it. */
  async originLost(origin: string, reason: string): Promise<void> {
    const run = this.#life.run;
    if (run?.origin === origin) await this.lost(run.broadcastId, reason);
  }

  async stop(reason: string): Promise<void> {
    await this.#after(this.#life.stop(reason));
  }

  async start(): Promise<void> {
    await this.#after(this.#life.start());
  }

  async drop(reason: string): Promise<void> {
    await this.#after(this.#life.drop(reason));
  }

  /** Id of the stream key that publishes, or may come back. */
  async keyInUse(): Promise<string | undefined> {
    return this.#life.run?.keyId;
  }

  /** Whether the link of this broadcast may come in; answers the settings the Media object needs. */
  async expects(broadcastId: string): Promise<ChannelSettings | undefined> {
    return this.#profile && this.#life.run?.broadcastId === broadcastId
      ? this.#capped(this.#profile.settings)
      : undefined;
  }

  /** What Workers and the Media object served since they last told. */
  async countUse(use: EdgeUse): Promise<void> {
    if (!this.#profile || !hasUse(use)) return;
    await this.#swarm.repaired((use.bytes.repair ?? 0) + use.refusedRepairBytes);
    this.#use.add(use);
  }

  override async alarm(): Promise<void> {
    await this.#after(this.#life.expire(Date.now()));
    const { endsAtMs } = this.#life;
    if (endsAtMs !== undefined) await this.ctx.storage.setAlarm(endsAtMs);
  }

  /** A peer sat down in a shard that is still small: it may be the one to feed. */
  async seedOffered(
    broadcastId: string,
    shard: string,
    candidate: Candidate,
    viewers: number,
  ): Promise<void> {
    await this.#swarm.seedOffered(broadcastId, shard, candidate, viewers);
  }

  /** A seed's socket is closed: its feeds are dealt to others at once. */
  async seedLeft(broadcastId: string, shard: string, peerId: string): Promise<void> {
    await this.#swarm.seedLeft(broadcastId, shard, peerId);
  }

  /** A seed is behind with these feeds, or, when none are named, passes nothing on. */
  async feedsLost(broadcastId: string, peerId: string, feeds: Feed[] | undefined): Promise<void> {
    await this.#swarm.feedsLost(broadcastId, peerId, feeds);
  }

  /** What this seed gets comes late to it, time after time, or neighbours say that it gives nothing. */
  async seedDoubted(broadcastId: string, peerId: string): Promise<void> {
    await this.#swarm.seedDoubted(broadcastId, peerId);
  }

  /** Viewers lack these substreams, though seeds hold them. */
  async feedsLacking(broadcastId: string, feeds: Feed[]): Promise<void> {
    await this.#swarm.feedsLacking(broadcastId, feeds);
  }

  /** Totals of one shard. Answers how often its viewers are to report. */
  async rolledUp(broadcastId: string, rollup: Rollup, use?: EdgeUse): Promise<{ everyMs: number }> {
    if (use) await this.countUse(use);
    const answer = await this.#swarm.rolledUp(broadcastId, rollup);
    if (this.#life.run?.broadcastId === broadcastId) {
      const shards = this.#swarm.rooms.map(({ shard }) => shard);
      if (this.#leases.rolledUp(rollup, shards)) await this.#tellShards();
    }
    await this.#tellViewers();
    return answer;
  }

  /** A full shard asks where its next viewers may go; shards are opened if need be. */
  async roomBeside(broadcastId: string, shard: string, viewers: number): Promise<ShardRoom[]> {
    return await this.#swarm.roomBeside(broadcastId, shard, viewers);
  }

  /** An admin rotated the content keys: viewers are to fetch the new ones. */
  async keysRotated(): Promise<void> {
    this.#keysEpoch += 1;
    this.ctx.storage.kv.put('keys-epoch', this.#keysEpoch);
    await this.#tellShards();
  }

  /** These ticket identities (hex) may watch no more. */
  async ban(identities: string[], reason: string): Promise<void> {
    await this.#swarm.ban(identities, reason);
  }

  /** Told by the lease desk: all leases of this channel that are not over. Viewers of any other are sent away. */
  async setLeases(terms: LeaseTerms[]): Promise<void> {
    if (!this.#profile) return;
    this.#leases.setTerms(terms);
    await this.#tellShards();
  }

  /** Viewers and sums of the leases that run, or of these. */
  async leaseTotals(leases?: string[]): Promise<Record<string, LeaseTotal>> {
    return this.#profile ? this.#leases.totals(leases) : {};
  }

  async leaseDays(lease: string): Promise<LeaseDay[]> {
    return this.#profile ? this.#leases.days(lease) : [];
  }

  /** Sends a viewer away: for this visit, or for good. */
  async expel(order: ExpulsionOrder): Promise<ExpulsionVerdict> {
    return await this.#bans.expel(this.#profile?.name ?? '', order);
  }

  async bans(): Promise<BanResource[]> {
    return this.#bans.list();
  }

  /** False: there is no such ban. */
  async liftBan(id: string): Promise<boolean> {
    return await this.#bans.lift(id);
  }

  /** What this channel may send of the box's egress cap; null: the box has none. */
  async setShare(shareKbps: number | null): Promise<void> {
    this.#shareKbps = shareKbps;
    this.ctx.storage.kv.put('share', shareKbps);
    if (!this.#profile) return;
    await mediaOf(this.env, this.#profile.name).setSettings(this.#capped(this.#profile.settings));
    await this.#tellShards();
  }

  /** Settings with the cap that holds: the channel's own, or its share of the box's where that is less. */
  #capped(settings: ChannelSettings): ChannelSettings {
    const own = settings.egressCapKbps;
    const share = this.#shareKbps;
    const egressCapKbps = share === null ? own : own === null ? share : Math.min(own, share);
    return { ...settings, egressCapKbps };
  }

  /** What reports show of the swarm; undefined for a channel that does not exist. */
  async pulse(): Promise<Pulse | undefined> {
    const { state, reason } = this.#life;
    return this.#profile &&
      { state, reason, settings: this.#capped(this.#profile.settings), ...this.#swarm.pulse };
  }

  /** How often viewers report: more often while somebody looks. */
  async setPace(everyMs: number): Promise<void> {
    await this.#swarm.setPace(everyMs);
  }

  /** The Directory hears of viewers only when their number changed. */
  async #tellViewers(): Promise<void> {
    const { viewers } = this.#swarm;
    if (viewers === this.#viewersTold || !this.#profile) return;
    this.#viewersTold = viewers;
    await directoryOf(this.env).setViewers(this.#profile.name, viewers);
  }

  /** Keeps the new state, then tells everybody whom it concerns. */
  async #after(change: Change): Promise<void> {
    if (!change.changed && !change.ended) return;
    this.ctx.storage.kv.put('life', this.#life.snapshot());
    const { endsAtMs } = this.#life;
    if (endsAtMs !== undefined) await this.ctx.storage.setAlarm(endsAtMs);
    else await this.ctx.storage.deleteAlarm();
    const profile = this.#profile;
    this.#leases.setBroadcast(this.#life.run?.broadcast);
    if (change.ended) {
      this.#leases.end();
      // The Directory takes an end to mean that nobody watches.
      this.#viewersTold = undefined;
    }
    if (!profile) return;
    await directoryOf(this.env).stateChanged(profile.name, await this.status());
    tellReportState(this.ctx, this.env, profile.name, change.ended !== undefined);
    if (change.ended) {
      const { broadcastId, broadcast, origin } = change.ended;
      // One that cannot be told now must not keep the others from hearing of it.
      await Promise.allSettled([
        directoryOf(this.env).tellEnded(origin, profile.name, broadcastId),
        mediaOf(this.env, profile.name).end(broadcastId),
        ...(broadcast ? [this.#swarm.end()] : []),
      ]);
    }
    await this.#tellShards();
  }

  async #tellShards(): Promise<void> {
    const profile = this.#profile;
    const broadcast = this.#life.run?.broadcast;
    const state = this.#life.state;
    if (!profile || !broadcast || (state !== 'live' && state !== 'lost')) return;
    const settings = this.#capped(profile.settings);
    await this.#swarm.tell({ channel: profile.name, broadcast, state, settings, keysEpoch: this.#keysEpoch });
  }
}
