/**
 * Swarm object: one shard of a broadcast's viewers. A thin shell around swarm/swarm.ts: hibernating sockets whose
 * seats lie in their attachments, no storage write when somebody announces, one timer while there is news.
 */
import { DurableObject } from 'cloudflare:workers';
import type { Broadcast } from '../../protocol/broadcast.ts';
import { fromBase64Url, fromHex, toBinaryString } from '../../protocol/bytes.ts';
import type { ChannelSettings } from '../../protocol/channel.ts';
import type { NetworkRow, ViewerRow } from '../../protocol/report.ts';
import { encodeJoinHead, JOIN_SUBPROTOCOL } from '../../protocol/join-body.ts';
import { seedMediaPath } from '../../protocol/media.ts';
import { announceProof, type Ticket, TICKET_SECONDS } from '../../protocol/ticket.ts';
import { type ChannelNow, type Feed, MAX_SIGNAL_LENGTH, type Relief } from '../../protocol/tracker.ts';
import type { PlaybackRefusal } from '../../protocol/claims.ts';
import { grantDesk } from '../access/grant.ts';
import { passDesk } from '../access/pass.ts';
import { peerIdOf, ticketDesk } from '../access/ticket.ts';
import { boxSettings } from '../box.ts';
import { channelOf, type Env, mediaOf, swarmOf, viewerOf } from '../env.ts';
import { log } from '../log.ts';
import { iceServersFor } from '../reach/ice-servers.ts';
import { hasUse } from '../report/edge-use.ts';
import { type Beyond, isBackbone } from '../swarm/backbone.ts';
import { type UploadTerms, uploadTerms } from '../swarm/belief.ts';
import { toCandidate } from '../swarm/feeds.ts';
import type { LeaseShares } from '../swarm/lease-seats.ts';
import { failure, type Outgoing } from '../swarm/outgoing.ts';
import { householdOf, type Place } from '../swarm/place.ts';
import { markOf, type Right } from '../swarm/right.ts';
import { emptySeat, type PeerRow, type Seat } from '../swarm/seat.ts';
import { SeedWatch } from '../swarm/seed-watch.ts';
import { announcePath, pickShard, type ShardRoom } from '../swarm/shards.ts';
import { Swarm as Shard } from '../swarm/swarm.ts';
import { drawnViewers, listNetworks, listViewers } from '../swarm/viewer-list.ts';
import type { Ack, Port, Relayed, SwarmWorld } from '../swarm/world.ts';
import { JoinMedia } from './join-media.ts';
import { ShardReporter } from './shard-reporter.ts';

/** How often the Channel object hears of this shard while there is something to tell. */
export const ROLLUP_MS = 10_000;
/** While a shard is this small, the Channel object hears of every peer at once: feeds are dealt to the first. */
const EAGER_PEERS = 24;
/** Shares of its size at which a shard reports at once, so that others are opened before it is full. */
const STEPS = [0.5, 0.75, 0.9];
/** How long an answer to "where is room" is good for. */
const ROOM_MS = 500;
/** Sockets of an ended broadcast are closed after this long, if their owners do not. */
const ENDED_MS = 20_000;
/** Sockets without a seat: a flash crowd is checked in far less than a second each. */
const MOST_IDLE = 2000;
const MOST_IDLE_OF_ONE = 256;
/** When the Channel object fails to answer, it is asked once more after this. */
const RETRY_MS = 100;
/** Peers sent away a second while a shard is drained, and at a time when there are too many. */
const DRAIN_PER_S = 20;
const MOST_SENT_ON = 50;

/** What the Channel object tells each of its shards: at the start, and again when something changes. */
export interface SwarmState {
  channel: string;
  /** `0`, `1`, …; `b0`, or `b` and a region, for the backbone. */
  shard: string;
  broadcast: Broadcast;
  state: 'live' | 'lost';
  settings: ChannelSettings;
  /** What the latency target is now: supply control may have lengthened the one of the settings. */
  latencyTargetMs: number;
  /** Who takes a lower rendition while supply is short; null: nobody has to. */
  relief?: Relief | null;
  /** Grows when an admin rotates the content keys. */
  keysEpoch?: number;
  /** The channel's TURN budget is spent: tickets are renewed without relays. */
  turnSpent?: boolean;
  /** Most viewers of this shard. */
  limit: number;
  banned: string[];
  /** Leases that run, and how many viewers of each this shard may seat. */
  leases: LeaseShares;
  /**
   * Paths of the backbone's sockets by region ('': of all others), and how many of this shard are to hold one; null:
   * there is no backbone.
   */
  backbones: Record<string, string> | null;
  bridges: number;
  /** In the backbone: who sits in other objects of it. */
  beyond: Beyond[];
}

/** What a ban says beside ticket identities. */
export interface BanDetails {
  /** Viewer ids. */
  subjects?: string[];
  code?: PlaybackRefusal;
}

/** A seated peer, as bans need it. */
export interface Sitting {
  peerId: string;
  identity: string;
  subject?: string;
}

/** An info-hash that is no broadcast: a replay, or one registered by an admin. Served to stock clients only. */
export interface RegisteredHash {
  infoHash: string;
}

export class Swarm extends DurableObject<Env> {
  #shard: Shard | undefined;
  #state: SwarmState | undefined;
  readonly #ports = new Map<WebSocket, SocketPort>();
  readonly #seeds = new SeedWatch();
  readonly #reporter: ShardReporter;
  readonly #joinMedia: JoinMedia;
  /** Of a broadcast that has just ended: last reports are still on their way. */
  #ended: Shard | undefined;
  #rollup: ReturnType<typeof setTimeout> | undefined;
  #bridges = 0;
  #step = 0;
  /** When the alarm is set for; it wakes the shard when somebody's right to watch ends. */
  #alarmAtMs = Infinity;
  #room: { atMs: number; rooms: Promise<ShardRoom[]> } | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#joinMedia = new JoinMedia(ctx, env);
    this.#reporter = new ShardReporter(
      ctx,
      env,
      () => ({ shard: this.#shard ?? this.#ended, isOpen: this.#shard !== undefined }),
    );
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'));
    for (const socket of ctx.getWebSockets()) {
      const seat = socket.deserializeAttachment() as Seat;
      this.#open(socket, seat);
      if (!seat.peer && seat.stock.length === 0) this.#joinMedia.restore(socket);
    }
    this.#state = ctx.storage.kv.get<SwarmState>('state');
    const registered = ctx.storage.kv.get<RegisteredHash>('registered');
    if (this.#state) this.#begin(this.#state);
    else if (registered) this.#serve(registered.infoHash, '0', 0, [], uploadTerms([], 0));
  }

  /** The broadcast this shard serves is live, lost, or has other settings. */
  async setState(state: SwarmState): Promise<void> {
    const before = this.#state;
    this.#state = state;
    this.#reporter.about(state);
    this.ctx.storage.kv.put('state', state);
    if (!this.#shard || before?.broadcast.infoHash !== state.broadcast.infoHash) this.#begin(state);
    if (!this.#shard || !before) return;
    this.#shard.limit = state.limit;
    this.#shard.terms = termsOf(state);
    this.#shard.channel = channelNow(state);
    this.#shard.setLeases(state.leases);
    if (state.settings.access === 'token' && before.settings.access !== 'token') this.#shard.expelAnonymous();
    this.#shard.beyond = state.beyond;
    if (JSON.stringify(before.backbones) !== JSON.stringify(state.backbones)) this.#lend();
    const news = {
      ...channelNow(state),
      // Said only when it changes: who hears of it fetches keys.
      ...(state.keysEpoch === before.keysEpoch ? {} : { keysEpoch: state.keysEpoch }),
    };
    const old = channelNow(before);
    if (JSON.stringify(news) !== JSON.stringify(old)) this.#shard.pushAll({ action: 'channel', ...news });
  }

  /** Who sits in the other objects of the backbone now. */
  async setBeyond(beyond: Beyond[]): Promise<void> {
    if (!this.#state || !this.#shard) return;
    this.#state.beyond = beyond;
    this.#shard.beyond = beyond;
    this.ctx.storage.kv.put('state', this.#state);
  }

  /** A peer of another object of the backbone speaks to one of this. */
  async deliver(peerId: string, message: Relayed, shard: string): Promise<void> {
    this.#shard?.deliver(peerId, message, shard);
  }

  /** Serves stock clients of an info-hash that is no broadcast. */
  async register(hash: RegisteredHash): Promise<void> {
    this.ctx.storage.kv.put('registered', hash);
    if (!this.#state) this.#serve(hash.infoHash, '0', 0, [], uploadTerms([], 0));
  }

  async isRegistered(): Promise<boolean> {
    return this.ctx.storage.kv.get('registered') !== undefined;
  }

  /** Serves it no longer; who is connected is refused from now on. */
  async unregister(): Promise<void> {
    this.ctx.storage.kv.delete('registered');
    if (!this.#state) this.#shard = undefined;
  }

  /** The broadcast is over: everybody is told `ended`, later announces get a failure reason. */
  async closeBroadcast(): Promise<void> {
    this.#shard?.pushAll({ action: 'channel', state: 'ended' });
    const { channel } = this.#state ?? {};
    const use = this.#joinMedia.takeUse();
    if (channel !== undefined && hasUse(use)) {
      this.ctx.waitUntil(channelOf(this.env, channel).countUse(use).catch(() => {}));
    }
    this.#ended = this.#shard;
    this.#shard = undefined;
    this.#state = undefined;
    if (this.#rollup !== undefined) clearTimeout(this.#rollup);
    this.#rollup = undefined;
    this.ctx.storage.kv.delete('state');
    this.#reporter.news();
    if (this.#ports.size === 0) return;
    setTimeout(() => {
      if (this.#shard) return;
      for (const port of this.#ports.values()) {
        this.#ended?.gone(port);
        port.close(1000, 'the broadcast is over');
      }
    }, ENDED_MS);
  }

  /** The whole set of feeds that a peer holds from now on; false when it is not here. */
  async pushFeeds(peerId: string, feeds: Feed[]): Promise<boolean> {
    if (!this.#state || !this.#shard) return false;
    const { channel, broadcast } = this.#state;
    if (feeds.length === 0) this.#seeds.forget(peerId);
    return this.#shard.pushFeeds(peerId, feeds, seedMediaPath(`/media/${channel}/${broadcast.id}`, peerId));
  }

  /** These ticket identities and viewer ids are out, whatever shard they sit in. */
  async ban(identities: string[], reason: string, more: BanDetails = {}): Promise<void> {
    if (!this.#state) return;
    const { banned } = this.#state;
    const marks = [...identities, ...(more.subjects ?? []).map(markOf)];
    banned.push(...marks.filter((mark) => !banned.includes(mark)));
    this.ctx.storage.kv.put('state', this.#state);
    this.#shard?.ban(identities, reason, more);
  }

  async pardon(identities: string[], subjects: string[]): Promise<void> {
    if (!this.#state) return;
    const marks = [...identities, ...subjects.map(markOf)];
    this.#state.banned = this.#state.banned.filter((mark) => !marks.includes(mark));
    this.ctx.storage.kv.put('state', this.#state);
    this.#shard?.pardon(identities, subjects);
  }

  /** Who sits here with this peer id, or with one of these viewer ids. */
  async find(who: { peerId?: string; subjects?: string[] }): Promise<Sitting[]> {
    return (this.#shard?.find(who) ?? []).map(({ id, identity, right }) => ({
      peerId: id,
      identity,
      ...(right?.subject === undefined ? {} : { subject: right.subject }),
    }));
  }

  /** Somebody's right to watch is over. */
  override async alarm(): Promise<void> {
    this.#alarmAtMs = Infinity;
    const nextMs = this.#shard?.expire();
    if (nextMs !== undefined) await this.#wakeAt(nextMs);
  }

  /** Seated viewers after this peer id, for lists: rows without what only the shard needs. */
  async viewers(after: string, limit: number, query: string): Promise<ViewerRow[]> {
    const { settings, shard } = this.#state ?? {};
    if (!this.#shard || !settings || shard === undefined) return [];
    return listViewers(this.#shard, { shard, policy: settings.ipPolicy, after, limit, query });
  }

  /** Viewers for a drawing: who feeds first. */
  async drawn(limit: number): Promise<ViewerRow[]> {
    const { settings, shard } = this.#state ?? {};
    return this.#shard && settings && shard !== undefined
      ? drawnViewers(this.#shard, shard, settings.ipPolicy, limit)
      : [];
  }

  /** Viewers by network or by public address, largest first. */
  async networks(by: 'network' | 'address', limit: number): Promise<NetworkRow[]> {
    const policy = this.#state?.settings.ipPolicy;
    return this.#shard && policy ? listNetworks(this.#shard, by, policy, limit) : [];
  }

  async setPace(everyMs: number): Promise<void> {
    this.#shard?.setPace(everyMs);
    await this.#reporter.flush();
  }

  /** Sends some of those who are too many to other shards; the rest after the next roll-up. */
  async sendOn(paths: string[], count: number): Promise<void> {
    this.#shard?.drain(paths, Math.min(count, MOST_SENT_ON));
  }

  /** Sends everybody to other shards, a few at a time, lets nobody in any more, and forgets what it served. */
  async drain(paths: string[]): Promise<void> {
    if (!this.#state || !this.#shard) return;
    if (this.#state.limit > 0) {
      this.#state.limit = 0;
      this.#shard.limit = 0;
      this.ctx.storage.kv.put('state', this.#state);
    }
    if (this.#shard.drain(paths, DRAIN_PER_S) > 0) {
      setTimeout(() => void this.drain(paths), 1000);
      return;
    }
    await this.#tell();
    this.#ended = this.#shard;
    this.#shard = undefined;
    this.#reporter.news();
    this.#state = undefined;
    this.ctx.storage.kv.delete('state');
  }

  override async fetch(request: Request): Promise<Response> {
    const place = JSON.parse(request.headers.get('shoal-place') ?? 'null') as Place | null;
    if (!place) return new Response('this object is reached by the Worker only', { status: 400 });
    if (this.#isCrowdedBy(place)) {
      return new Response('too many sockets that never announced', {
        status: 503,
        headers: { 'retry-after': '5' },
      });
    }
    const answer = request.headers.get('shoal-join');
    const joined = answer === null ? undefined : this.#state;
    const announcedMs = (socket: WebSocket) => {
      const peer = this.#ports.get(socket)?.seat.peer;
      return peer && Date.now() - peer.sinceMs;
    };
    if (answer !== null && !(joined && this.#joinMedia.admit(joined.broadcast, announcedMs))) {
      return new Response('join by HTTP', { status: 503, headers: { 'retry-after': '0' } });
    }
    const [client, server] = Object.values(new WebSocketPair()) as [WebSocket, WebSocket];
    this.ctx.acceptWebSocket(server);
    const seat = emptySeat(place, JSON.parse(request.headers.get('shoal-agent') ?? 'null') ?? undefined);
    server.serializeAttachment(seat);
    this.#open(server, seat);
    if (!joined) return new Response(null, { status: 101, webSocket: client });
    server.send(encodeJoinHead(answer!));
    this.ctx.waitUntil(this.#joinMedia.sendTo(server, joined));
    return new Response(null, {
      status: 101,
      webSocket: client,
      headers: { 'sec-websocket-protocol': JOIN_SUBPROTOCOL },
    });
  }

  /** Sockets that take no seat may not crowd out those that do: few from one household, bounded altogether. */
  #isCrowdedBy(place: Place): boolean {
    const seats = (this.#shard?.viewers ?? 0) + (this.#shard?.stockPeers ?? 0);
    const idle = this.#ports.size - seats;
    if (idle < MOST_IDLE_OF_ONE) return false;
    if (idle >= MOST_IDLE) return true;
    if (place.address === '') return false;
    const household = householdOf(place.address);
    let count = 0;
    for (const { seat } of this.#ports.values()) {
      if (!seat.peer && seat.stock.length === 0 && householdOf(seat.place.address) === household) count++;
    }
    return count >= MOST_IDLE_OF_ONE;
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void | Promise<void> {
    const port = this.#ports.get(socket);
    if (!port) return;
    if (port.seat.peer) this.#joinMedia.forget(socket);
    const text = typeof message === 'string' ? message : new TextDecoder().decode(message);
    if (!this.#shard) return this.#ended?.takeFarewell(port, text) ? undefined : port.refuse(text);
    return this.#shard.receive(port, text);
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    this.#closed(socket);
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    this.#closed(socket);
  }

  #open(socket: WebSocket, seat: Seat): void {
    this.#ports.set(socket, new SocketPort(socket, seat));
  }

  #closed(socket: WebSocket): void {
    const port = this.#ports.get(socket);
    if (!port) return;
    this.#ports.delete(socket);
    this.#joinMedia.forget(socket);
    this.#joinMedia.enough(socket);
    (this.#shard ?? this.#ended)?.gone(port);
  }

  #begin(state: SwarmState): void {
    this.#ended = undefined;
    this.#reporter.about(state);
    this.#serve(state.broadcast.infoHash, state.shard, state.limit, state.banned, termsOf(state));
    if (!this.#shard) return;
    this.#shard.setLeases(state.leases);
    this.#shard.channel = channelNow(state);
    this.#shard.beyond = state.beyond;
  }

  #serve(
    infoHash: string,
    shard: string,
    limit: number,
    banned: string[],
    terms: UploadTerms,
  ): void {
    const stock = shard === '0';
    const config = { infoHash: toBinaryString(fromHex(infoHash)!), shard, limit, stock, terms };
    this.#shard = new Shard(this.#world(infoHash), config, banned);
    for (const port of this.#ports.values()) this.#shard.restore(port);
    this.#step = STEPS.filter((step) => this.#shard!.viewers >= step * limit).length;
  }

  #world(infoHash: string): SwarmWorld {
    const tickets = ticketDesk(this.env.SHOAL_EDGE_SECRET);
    return {
      nowMs: () => Date.now(),
      random: () => Math.random(),
      peerIdOf,
      verify: async (signed, ticket, proof) =>
        await tickets.isGenuine(signed) && await verifyProof(ticket.peerKey, signed, proof),
      right: (peerId, pass) => this.#rightOf(peerId, pass),
      grant: (row) => {
        const { channel, broadcast } = this.#state!;
        const nowS = Math.floor(Date.now() / 1000);
        return grantDesk(this.env.SHOAL_EDGE_SECRET).issue(
          channel,
          broadcast.id,
          row.id,
          nowS,
          row.right?.untilS,
        );
      },
      renew: async (row) => {
        const nowS = Math.floor(Date.now() / 1000);
        const untilS = row.right?.untilS;
        await this.#confirmSlot(row);
        return {
          ticket: await tickets.renew(ticketOf(row, infoHash), nowS, untilS),
          expiresS: Math.min(nowS + TICKET_SECONDS, untilS ?? Infinity),
          iceServers: await iceServersFor(this.env, row.id, nowS, {
            ...await boxSettings(this.env),
            ...(this.#state?.turnSpent ? { turn: false } : {}),
          }),
        };
      },
      elsewhere: (row) => this.#elsewhere(row),
      across: (shard, peerId, message) => {
        const from = this.#state?.shard;
        if (from === undefined) return;
        this.ctx.waitUntil(swarmOf(this.env, infoHash, shard).deliver(peerId, message, from));
      },
      acked: (row, acks, given) => this.ctx.waitUntil(this.#acked(row, acks, given)),
      hasEnough: (port) => this.#joinMedia.enough((port as SocketPort).socket),
      seated: (row) => this.#seated(row),
      left: (row) => this.#left(row),
      reported: () => this.#reporter.news(),
      doubted: ({ id }) =>
        this.ctx.waitUntil(
          this.#tellChannel((channel) => channel.seedDoubted(this.#state!.broadcast.id, id)),
        ),
      banned: (identity, why) =>
        this.ctx.waitUntil(
          this.#tellChannel((channel) => channel.ban([identity], `neighbours report: ${why}`)),
        ),
    };
  }

  /** What a pass says; undefined when it is not good, or no device of its viewer is free. */
  async #rightOf(peerId: string, pass: string | undefined): Promise<Right | undefined> {
    const { channel, shard, settings } = this.#state!;
    const right = await passDesk(this.env.SHOAL_EDGE_SECRET).check(pass ?? '', channel, peerId);
    if (!right || (right.anonymous && settings.access === 'token')) return undefined;
    if (right.untilS !== undefined) await this.#wakeAt(right.untilS * 1000);
    const { subject, devices } = right;
    // Who is in the backbone has its slot by the shard that sent it there.
    if (subject === undefined || devices === undefined || isBackbone(shard)) return right;
    return await viewerOf(this.env, subject).take(peerId, devices, true) ? right : undefined;
  }

  async #confirmSlot({ id, right }: PeerRow): Promise<void> {
    if (right?.subject === undefined || right.devices === undefined || isBackbone(this.#state?.shard ?? '')) {
      return;
    }
    await viewerOf(this.env, right.subject).take(id, right.devices, true);
  }

  async #releaseSlot({ id, right }: PeerRow): Promise<void> {
    if (right?.subject === undefined || right.devices === undefined || isBackbone(this.#state?.shard ?? '')) {
      return;
    }
    // One that gave way to a newer socket of the same peer is seated again by now.
    await Promise.resolve();
    if (this.#shard?.row(id)) return;
    await viewerOf(this.env, right.subject).release(id);
  }

  async #wakeAt(atMs: number): Promise<void> {
    if (atMs >= this.#alarmAtMs) return;
    this.#alarmAtMs = atMs;
    await this.ctx.storage.setAlarm(atMs);
  }

  /** Tells the Channel object, and once more when that fails: it may just have been restarted. */
  async #tellChannel<T>(tell: (channel: ReturnType<typeof channelOf>) => Promise<T>): Promise<T | undefined> {
    const { channel } = this.#state!;
    try {
      return await tell(channelOf(this.env, channel));
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    try {
      return await tell(channelOf(this.env, channel));
    } catch (error) {
      log('error', 'the channel object cannot be told', { channel, why: (error as Error).message });
      return undefined;
    }
  }

  /** The first peers are told of at once, since they may be the ones to feed; the rest in the next roll-up. */
  #seated(row: PeerRow): void {
    this.#reporter.news();
    const state = this.#state;
    const shard = this.#shard;
    if (!state || !shard) return;
    const next = STEPS[this.#step];
    if (next !== undefined && shard.viewers >= next * state.limit) {
      this.#step++;
      this.ctx.waitUntil(this.#tell());
    } else if (shard.viewers <= EAGER_PEERS) {
      const candidate = toCandidate(row);
      const { viewers } = shard;
      this.ctx.waitUntil(
        this.#tellChannel((channel) =>
          channel.seedOffered(state.broadcast.id, state.shard, candidate, viewers)
        ),
      );
    }
    if (state.backbones && this.#bridges < state.bridges) this.#lend();
    this.#schedule();
  }

  #left(row: PeerRow): void {
    this.#reporter.left(row);
    this.#seeds.forget(row.id);
    this.ctx.waitUntil(this.#releaseSlot(row));
    const state = this.#state;
    if (!state) return;
    if (row.bridge) this.#lend();
    if (row.seed) {
      this.ctx.waitUntil(
        this.#tellChannel((channel) => channel.seedLeft(state.broadcast.id, state.shard, row.id)),
      );
    }
    this.#schedule();
  }

  async #acked(row: PeerRow, acks: Ack[], given: number | undefined): Promise<void> {
    const state = this.#state;
    if (!state) return;
    const { lost, isLate } = await mediaOf(this.env, state.channel).acknowledge(row.id, acks);
    if (isLate) await this.#tellChannel((channel) => channel.seedDoubted(state.broadcast.id, row.id));
    const idle = this.#seeds.note(row.id, given, !this.#shard?.hasTaker(row), Date.now());
    if (lost.length === 0 && !idle) return;
    await this.#tellChannel((channel) =>
      channel.feedsLost(state.broadcast.id, row.id, idle ? undefined : lost)
    );
  }

  async #elsewhere(row: PeerRow): Promise<string | undefined> {
    const { broadcast, shard } = this.#state!;
    if (!this.#room || Date.now() - this.#room.atMs > ROOM_MS) {
      const { viewers } = this.#shard!;
      const rooms = this.#tellChannel((channel) => channel.roomBeside(broadcast.id, shard, viewers));
      this.#room = { atMs: Date.now(), rooms: rooms.then((some) => some ?? []) };
    }
    const other = pickShard(await this.#room.rooms, row.place, Math.random);
    return other === undefined ? undefined : announcePath(broadcast.infoHash, other);
  }

  /** Asks good uploaders to hold a second socket in the backbone, as long as there is one. */
  #lend(): void {
    if (!this.#state || !this.#shard) return;
    const { backbones, bridges } = this.#state;
    this.#bridges = this.#shard.lendBridges(backbones, bridges);
  }

  #schedule(): void {
    this.#rollup ??= setTimeout(() => {
      this.#rollup = undefined;
      this.ctx.waitUntil(this.#tell());
    }, ROLLUP_MS);
  }

  async #tell(): Promise<void> {
    const state = this.#state;
    if (!state || !this.#shard) return;
    const rollup = this.#shard.rollup();
    const use = this.#joinMedia.takeUse();
    const answer = await this.#tellChannel((channel) => channel.rolledUp(state.broadcast.id, rollup, use));
    if (answer) this.#shard?.setPace(answer.everyMs);
    if (state.backbones) this.#lend();
    this.#step = STEPS.filter((step) => (this.#shard?.viewers ?? 0) >= step * state.limit).length;
  }
}

/** A hibernating socket as the shard sees it. */
class SocketPort implements Port {
  #refused = 0;

  constructor(readonly socket: WebSocket, readonly seat: Seat) {}

  save(): void {
    this.socket.serializeAttachment(this.seat);
  }

  send(message: Outgoing): void {
    try {
      this.socket.send(JSON.stringify(message));
    } catch {
      // The socket is closing: webSocketClose tells the shard.
    }
  }

  close(code: number, reason: string): void {
    try {
      this.socket.close(code, reason);
    } catch {
      // It is closed already.
    }
  }

  /** Nothing is served at this address. */
  refuse(text: string): void {
    let about: unknown;
    try {
      about = text.length <= MAX_SIGNAL_LENGTH ? JSON.parse(text) : undefined;
    } catch {
      // It is refused all the same.
    }
    this.send(failure('this info_hash is not served here', about));
    if (++this.#refused >= 10) this.close(1008, 'this info_hash is not served here');
  }
}

function termsOf({ broadcast, settings }: SwarmState): UploadTerms {
  return uploadTerms(broadcast.tracks, settings.uploadRatio);
}

function channelNow(
  { state, latencyTargetMs, settings: { uploadRatio }, relief = null }: SwarmState,
): ChannelNow {
  return { state, latencyTargetMs, uploadRatio, relief };
}

function ticketOf(row: PeerRow, infoHash: string): Ticket {
  return {
    infoHash: fromHex(infoHash)!,
    peerKey: fromBase64Url(row.key)!,
    identity: fromHex(row.identity)!,
    expiresS: row.expiresS,
  };
}

async function verifyProof(peerKey: Uint8Array, signed: Uint8Array, proof: Uint8Array): Promise<boolean> {
  const key = await crypto.subtle.importKey('raw', peerKey, 'Ed25519', false, ['verify']).catch(() =>
    undefined
  );
  return key !== undefined && await crypto.subtle.verify('Ed25519', key, proof, announceProof(signed));
}
