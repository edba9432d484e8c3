/**
 * One shard of a swarm: the tracker protocol for stock clients, and what Shoal's peers add to it. Hears each message
 * and hands it to the part that it concerns. Pure: sockets, cryptography and the Channel object come in through
 * SwarmWorld and Port, so that workerd, unit tests and the simulator run the same code. All state can be rebuilt from
 * the seats of the sockets (restore).
 */
import { PLAYBACK_REFUSALS, type PlaybackRefusal } from '../../protocol/claims.ts';
import type { FromPeer } from '../../protocol/from-peer.ts';
import type { Parent, PeerReport } from '../../protocol/stats.ts';
import type { ChannelNow, Feed, ToPeer } from '../../protocol/tracker.ts';
import { Accusations } from './accusations.ts';
import type { Beyond } from './backbone.ts';
import type { UploadTerms } from './belief.ts';
import { lendBridges } from './bridges.ts';
import { describe, newRow } from './capability.ts';
import { Door } from './door.ts';
import { drain } from './drain.ts';
import { fromText } from './from-text.ts';
import { Inbox, type Offence, TOO_MANY, TOO_MANY_REFUSED } from './inbox.ts';
import { Introductions } from './introductions.ts';
import { LeaseSeats, type LeaseShares } from './lease-seats.ts';
import { failure } from './outgoing.ts';
import { Pace } from './pace.ts';
import { Renewals } from './renewals.ts';
import { Reports } from './reports.ts';
import type { ReportSums, Rollup } from './rollup.ts';
import type { PeerRow } from './seat.ts';
import { Seats } from './seats.ts';
import { hasTaker } from './seed-watch.ts';
import { nowOf, type ShardNow } from './shard-now.ts';
import { rollupOf } from './shard-rollup.ts';
import { StockDesk } from './stock.ts';
import type { Announce, Port, Relayed, Said, ShardConfig, SwarmWorld } from './world.ts';

export class Swarm {
  readonly #world: SwarmWorld;
  readonly #config: ShardConfig;
  readonly #inboxes = new WeakMap<Port, Inbox>();
  readonly #reports: Reports;
  readonly #accusations = new Accusations();
  readonly #leases = new LeaseSeats();
  readonly #stock: StockDesk;
  readonly #pace: Pace;
  readonly #seats: Seats;
  readonly #door: Door;
  readonly #renewals: Renewals;
  readonly #introductions: Introductions;
  #channel: ChannelNow | undefined;

  constructor(world: SwarmWorld, config: ShardConfig, banned: Iterable<string> = []) {
    this.#world = world;
    this.#config = config;
    this.#reports = new Reports(config.terms);
    this.#stock = new StockDesk(config.infoHash, () => world.random());
    this.#pace = new Pace(config.shard);
    this.#seats = new Seats(world, this.#reports);
    this.#door = new Door(world, config.infoHash, this.#seats, this.#leases, banned);
    this.#renewals = new Renewals(world, this.#seats, this.#door, this.#pace);
    this.#introductions = new Introductions(world, this.#seats, config);
  }

  get viewers(): number {
    return this.#seats.size;
  }

  get stockPeers(): number {
    return this.#stock.size;
  }

  row(peerId: string): PeerRow | undefined {
    return this.#seats.row(peerId);
  }

  rows(): Iterable<PeerRow> {
    return this.#seats.rows();
  }

  /** Seated peers with this id, or of one of these viewer ids. */
  find(who: { peerId?: string; subjects?: string[] }): PeerRow[] {
    return this.#seats.find(who);
  }

  /** Whether anybody should be taking what this peer passes on: one that plays the same, and had time to link. */
  hasTaker(row: PeerRow): boolean {
    return hasTaker(row, this.#seats.rows(), this.#world.nowMs());
  }

  set limit(limit: number) {
    this.#config.limit = limit;
  }

  /** What viewers say they give is held against this from now on. */
  set terms(terms: UploadTerms) {
    this.#reports.terms = terms;
  }

  /** What who sits down from now on is told of the channel. */
  set channel(channel: ChannelNow) {
    this.#channel = channel;
  }

  /** Who sits in the other objects of the backbone. */
  set beyond(named: Beyond[]) {
    this.#introductions.beyond = named;
  }

  /** Takes up a socket that outlived an eviction. */
  restore(port: Port): void {
    this.#stock.restore(port);
    const row = port.seat.peer;
    if (!row) return;
    this.#seats.restore(port, row);
    this.#accusations.restore(port, row);
  }

  /** One text frame. Never throws: what is wrong with it is told to its sender. */
  receive(port: Port, text: string): void | Promise<void> {
    const inbox = this.#inbox(port);
    if (inbox.isClosed) return;
    const offence = inbox.offenceOf(text.length, this.#world.nowMs());
    if (offence) return this.#offend(port, offence);
    const heard = fromText(text);
    return 'failure' in heard ? port.send(heard.failure) : this.handle(port, heard.message);
  }

  /** One message that was parsed. Messages of one socket are handled one after the other. */
  handle(port: Port, message: FromPeer): void | Promise<void> {
    const inbox = this.#inbox(port);
    if (inbox.isFull) return this.#offend(port, TOO_MANY);
    return inbox.inTurn(() => this.#act(port, inbox, message));
  }

  /** Takes a last report over a broadcast that has ended. False: the message is none, or not a viewer's. */
  takeFarewell(port: Port, text: string): boolean {
    const row = port.seat.peer;
    const inbox = this.#inbox(port);
    if (!row || inbox.isTooLong(text.length) || !inbox.takeMessage(this.#world.nowMs())) return false;
    const heard = fromText(text);
    if ('failure' in heard || heard.message.action !== 'report') return false;
    this.#report(port, row, heard.message.report);
    return true;
  }

  /** The socket is closed. */
  gone(port: Port): void {
    this.#inbox(port).isClosed = true;
    this.#stock.gone(port);
    this.#seats.unseat(port);
  }

  /** Pushes the whole set of feeds that a peer holds from now on; false when it is not here. */
  pushFeeds(peerId: string, feeds: Feed[], path: string): boolean {
    const port = this.#seats.port(peerId);
    if (!port?.seat.peer) return false;
    port.seat.peer.seed = feeds.length > 0;
    port.save();
    port.send({ action: 'feeds', feeds, path });
    return true;
  }

  /** To every Shoal peer of this shard. */
  pushAll(message: ToPeer): void {
    this.#seats.pushAll(message);
  }

  /** A peer of another object of the backbone speaks to one of this. */
  deliver(id: string, message: Relayed, shard: string): void {
    this.#introductions.deliver(id, message, shard);
  }

  /** A dashboard looks, or no longer does. */
  setPace(everyMs: number): void {
    if (!this.#pace.set(everyMs)) return;
    this.#reports.forgetParents();
    const nowMs = this.#world.nowMs();
    for (const port of this.#seats.ports()) {
      port.send({ action: 'pace', ...this.#pace.next(nowMs, this.#world.random()) });
    }
  }

  /**
   * Asks peers to hold a second socket at the path of their region ('': of all others), or no longer to. Returns how
   * many are asked now.
   */
  lendBridges(paths: Record<string, string> | null, count: number): number {
    return lendBridges(this.#seats, paths, count);
  }

  /**
   * Closes the sockets of these identities, tells the others to drop them, and lets them in no more, nor any other
   * peer of these viewer ids.
   */
  ban(
    identities: string[],
    reason: string,
    { subjects = [], code = 'banned' }: { subjects?: string[]; code?: PlaybackRefusal } = {},
  ): void {
    this.#door.ban(identities, reason, subjects, code);
  }

  /** These may come again. */
  pardon(identities: string[], subjects: string[]): void {
    this.#door.pardon(identities, subjects);
  }

  /** The leases that run, and how many viewers of each may sit here. Viewers of any other are sent away. */
  setLeases(shares: LeaseShares): void {
    this.#door.setLeases(shares);
  }

  /** Sends away who came without a token: the channel wants one from now on. */
  expelAnonymous(): void {
    this.#door.expelAnonymous();
  }

  /** Sends away whose right to watch is over. Returns when the next one ends, milliseconds since 1970. */
  expire(): number | undefined {
    return this.#door.expire();
  }

  /**
   * Sends up to `count` peers away, each to the next of `paths`, those first who neither seed nor bridge. Returns how
   * many are left.
   */
  drain(paths: string[], count: number): number {
    return drain(this.#seats, paths, count);
  }

  /** What viewers do now. */
  now(): ShardNow {
    return nowOf(this.#seats.rows(), this.#stock.size);
  }

  /** Who feeds this viewer, if it told. */
  parentsOf(peerId: string): Parent[] | undefined {
    return this.#reports.parentsOf(peerId);
  }

  /** What the Channel object is to know. */
  rollup(): Rollup {
    return rollupOf(this.#seats.rows(), {
      shard: this.#config.shard,
      stock: this.#stock.size,
      needy: this.#reports.needy(),
      leases: this.#leases.take(this.#seats.rows()),
      relief: this.#channel?.relief ?? undefined,
    });
  }

  /** What was reported, and how many came and left, since the last call. */
  takeAmounts(): { sums: ReportSums; joined: number; left: number } {
    return { sums: this.#reports.takeSums(), ...this.#seats.takeCounts() };
  }

  #act(port: Port, inbox: Inbox, message: FromPeer): void | Promise<void> {
    if (inbox.isClosed) return;
    if (message.action === 'scrape') return this.#stock.scrape(port, message.info_hash, this.#seats.size);
    if (message.action === 'announce') {
      if (message.info_hash !== this.#config.infoHash) {
        return port.send(failure('info_hash must be the one of this address', message));
      }
      return message.ticket === undefined ? this.#announce(port, message) : this.#start(port, inbox, message);
    }
    const row = port.seat.peer;
    if (!row) return port.send(failure(`${message.action} needs an announce with a ticket first`));
    switch (message.action) {
      case 'candidate':
        if (this.#renewals.isCurrent(row)) this.#introductions.relayCandidate(row, message);
        return;
      case 'more':
        return this.#introduceMore(port, inbox, row, message);
      case 'renew':
        if (!inbox.takeAsk(this.#world.nowMs())) return port.send(failure('renew: too often'));
        return this.#renewals.renew(port, row, message.pass);
      case 'ack':
        if (row.seed) this.#world.acked(row, message.acks, message.given);
        return;
      case 'complain':
        return this.#complain(port, row, message);
      case 'enough':
        return this.#world.hasEnough(port);
      case 'report':
        this.#report(port, row, message.report);
        return this.#renewals.renewInTime(port, row);
    }
  }

  /** An announce with a ticket: a Shoal peer sits down. */
  async #start(port: Port, inbox: Inbox, message: Announce): Promise<void> {
    const entrant = await this.#door.check(port, message);
    if (inbox.isClosed) return;
    if ('refusal' in entrant) {
      port.send(failure(entrant.refusal, message));
      if (!inbox.refused()) this.#offend(port, TOO_MANY_REFUSED);
      return;
    }
    const { lease } = entrant.right;
    const full = this.#leases.refusal(lease, entrant.holder.id, this.#seats.rows());
    if (full !== undefined) {
      port.send({ action: 'kicked', reason: PLAYBACK_REFUSALS[full], code: full });
      return port.close(4003, full);
    }
    const row = newRow(entrant, port.seat, message.capability, this.#world.nowMs());
    row.uploadKbps = this.#reports.believedKbps(row.uploadKbps, row);
    if (!this.#seats.row(row.id) && this.#seats.size >= this.#config.limit) return this.#redirect(port, row);
    const grant = await this.#world.grant(row);
    if (inbox.isClosed) return;
    this.#seats.seat(port, row);
    this.#leases.joined(lease);
    const nowMs = this.#world.nowMs();
    port.send({
      action: 'welcome',
      neighbours: this.#introductions.neighboursOf(row),
      nowMs,
      grant,
      ...this.#pace.next(nowMs, this.#world.random()),
      ...(this.#channel && { channel: this.#channel }),
    });
    this.#introductions.relay(row, message);
    this.#world.seated(row);
  }

  async #redirect(port: Port, row: PeerRow): Promise<void> {
    const path = await this.#world.elsewhere(row);
    if (path === undefined) {
      const about = { action: 'announce', info_hash: this.#config.infoHash };
      return port.send(failure('the swarm is full', about));
    }
    port.send({ action: 'redirect', path });
    port.close(4002, 'redirected');
  }

  /** An announce without a ticket: a stock client's, or what a seated Shoal peer sends later on. */
  #announce(port: Port, message: Announce): void {
    const row = port.seat.peer;
    if (row) {
      if (message.peer_id !== row.id) {
        return port.send(failure('peer_id must be the one that was announced with the ticket', message));
      }
      return this.#fromSeated(port, row, message);
    }
    if (!this.#config.stock) {
      return port.send(failure('clients without a ticket are served on shard 0', message));
    }
    if (this.#seats.row(message.peer_id)) return port.send(failure('peer_id is taken', message));
    this.#stock.announce(port, message, this.#seats.size);
  }

  #fromSeated(port: Port, row: PeerRow, message: Announce): void {
    if (message.event === 'stopped') {
      this.#seats.unseat(port);
      return this.#stock.reply(port, this.#seats.size);
    }
    if (message.capability) this.#describe(port, row, message.capability);
    if (!this.#renewals.isCurrent(row)) {
      return port.send(failure('the ticket has expired, renew it', message));
    }
    this.#introductions.relay(row, message);
  }

  #describe(port: Port, row: PeerRow, capability: NonNullable<Announce['capability']>): void {
    const playsAnother = row.track !== capability.track;
    describe(row, capability, port.seat.agent);
    row.uploadKbps = this.#reports.believedKbps(capability.uploadKbps, row);
    port.save();
    // Feeds follow it.
    if (playsAnother) this.#world.seated(row);
  }

  #introduceMore(port: Port, inbox: Inbox, row: PeerRow, { want, known }: Said<'more'>): void {
    const allowed = inbox.takeAsk(this.#world.nowMs()) && this.#renewals.isCurrent(row);
    const neighbours = allowed ? this.#introductions.neighboursOf(row, want, known) : [];
    port.send({ action: 'neighbours', neighbours });
  }

  #complain(port: Port, row: PeerRow, { peer_id, identity, why }: Said<'complain'>): void {
    const accused = this.#seats.row(peer_id);
    if (!accused || accused.identity !== identity) return;
    const verdict = this.#accusations.file(port, row, accused, why, this.#world.nowMs());
    if (verdict === 'doubt') this.#world.doubted(accused);
    if (verdict !== 'ban') return;
    this.ban([identity], `several neighbours report: ${why}`);
    this.#world.banned(identity, why);
  }

  #report(port: Port, row: PeerRow, report: PeerReport): void {
    this.#reports.take(row, report, this.#world.nowMs());
    port.save();
    this.#world.reported();
  }

  #offend(port: Port, { code, reason }: Offence): void {
    port.send(failure(reason));
    this.gone(port);
    port.close(code, reason);
  }

  #inbox(port: Port): Inbox {
    let inbox = this.#inboxes.get(port);
    if (!inbox) this.#inboxes.set(port, inbox = new Inbox(this.#world.nowMs()));
    return inbox;
  }
}
