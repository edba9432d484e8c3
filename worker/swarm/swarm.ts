/**
 * One shard of a swarm: the tracker protocol for stock clients, and what Shoal's peers add to it. Pure: sockets,
 * cryptography and the Channel object come in through SwarmWorld and Port, so that workerd, unit tests and the
 * simulator run the same code. All state can be rebuilt from the seats of the sockets (restore).
 */
import * as v from 'valibot';
import { PLAYBACK_REFUSALS, type PlaybackRefusal } from '../../protocol/claims.ts';
import type { Parent, PeerReport } from '../../protocol/stats.ts';
import { FromPeer } from '../../protocol/from-peer.ts';
import {
  type ChannelNow,
  type Feed,
  type Introduction,
  MAX_SIGNAL_LENGTH,
  type ToPeer,
} from '../../protocol/tracker.ts';
import { Across } from './across.ts';
import type { Agent } from './agent.ts';
import { type Beyond, isBackbone } from './backbone.ts';
import { believedKbps, type Testimony, type UploadTerms } from './belief.ts';
import { Budget } from './budget.ts';
import { Complaints, VAIN_MS } from './complaints.ts';
import { bestOfEach, type Candidate, compareCandidates, toCandidate } from './feeds.ts';
import { LeaseSeats, type LeaseShares } from './lease-seats.ts';
import { failure } from './outgoing.ts';
import { Pace } from './pace.ts';
import { addGiving, emptyGiving } from './relief.ts';
import { addReport, emptySums, type ReportSums, type Rollup } from './rollup.ts';
import { isOver, markOf } from './right.ts';
import { isCarried, Roster } from './roster.ts';
import { addViewer, emptyNow, type ShardNow } from './shard-now.ts';
import { type PeerRow } from './seat.ts';
import { StockDesk } from './stock.ts';
import { addToTally, emptyTally, plausible } from './tally.ts';
import { checkTicket } from './ticket-check.ts';
import type { Port, Relayed, ShardConfig, SwarmWorld } from './world.ts';

/** Neighbours named in the welcome: the rest are met through these. */
export const WELCOME_NEIGHBOURS = 6;
/** The same in the backbone, where nobody is met through others. */
export const BACKBONE_NEIGHBOURS = 12;
/** Of those, who sit in other objects of the backbone. */
const LINKS_ACROSS = 3;
/** Who sat down so long ago has linked, behind a narrow line that the join fills too. */
export const LINKED_MS = 10_000;
/** A seated peer whose ticket ended this long ago is no longer relayed for. */
const EXPIRY_GRACE_S = 60;
/** A peer asks for another ticket three minutes before the end of its own (web/peer/session.ts), if none has come. */
const RENEWED_BEFORE_MS = 185_000;
/** Bridges that are replaced at a time, by others who give so many times as much. */
const MOST_REPLACED = 3;
const FAR_MORE = 2;
/** Candidates told in a roll-up. */
const CANDIDATES = 32;
/** Of each rendition at least so many. */
const CANDIDATES_EACH = 4;
const NEEDY = 100;
/** Messages of one socket that may wait for one that is being checked. */
const MAX_WAITING = 64;
/** Refused tickets on one socket before it is closed. */
const MAX_REFUSALS = 5;

type Announce = Extract<FromPeer, { action: 'announce' }>;

/** What is forgotten with an eviction, and may be. */
interface PortState {
  messages: Budget;
  characters: Budget;
  asks: Budget;
  refusals: number;
  waiting: number;
  pending: Promise<void> | undefined;
  gone: boolean;
}

export class Swarm {
  readonly #world: SwarmWorld;
  readonly #config: ShardConfig;
  readonly #roster = new Roster();
  readonly #ports = new Map<string, Port>();
  readonly #stock: StockDesk;
  readonly #complaints = new Complaints();
  readonly #vain = new Complaints(VAIN_MS);
  readonly #leases = new LeaseSeats();
  readonly #across = new Across();
  readonly #banned = new Set<string>();
  readonly #states = new WeakMap<Port, PortState>();
  readonly #pace: Pace;
  #sums = emptySums();
  #joined = 0;
  #left = 0;
  /** How badly a peer did in its last report; only who did badly is in here. */
  #need = new Map<string, number>();
  /** Who feeds whom, as far as it was told: only while somebody looks. */
  #parents = new Map<string, Parent[]>();
  #channel: ChannelNow | undefined;

  constructor(world: SwarmWorld, config: ShardConfig, banned: Iterable<string> = []) {
    this.#world = world;
    this.#config = config;
    this.#stock = new StockDesk(config.infoHash, () => world.random());
    this.#pace = new Pace(config.shard);
    for (const identity of banned) this.#banned.add(identity);
  }

  get viewers(): number {
    return this.#roster.size;
  }

  get stockPeers(): number {
    return this.#stock.size;
  }

  get pace(): Pace {
    return this.#pace;
  }

  row(peerId: string): PeerRow | undefined {
    return this.#roster.get(peerId);
  }

  /** Whether anybody should be taking what this peer passes on: one that plays the same, and had time to link. */
  hasTaker({ id, track }: PeerRow): boolean {
    const sinceMs = this.#world.nowMs() - LINKED_MS;
    for (const row of this.#roster.rows()) {
      if (row.id !== id && row.track === track && row.sinceMs <= sinceMs) return true;
    }
    return false;
  }

  rows(): Iterable<PeerRow> {
    return this.#roster.rows();
  }

  set limit(limit: number) {
    this.#config.limit = limit;
  }

  /** What viewers say they give is held against this from now on. */
  set terms(terms: UploadTerms) {
    this.#config.terms = terms;
  }

  /** What who sits down from now on is told of the channel. */
  set channel(channel: ChannelNow) {
    this.#channel = channel;
  }

  /** Takes up a socket that outlived an eviction. */
  restore(port: Port): void {
    this.#stock.restore(port);
    const row = port.seat.peer;
    if (!row) return;
    this.#roster.add(row);
    this.#ports.set(row.id, port);
    for (const { about, place, atMs } of port.seat.complaints ?? []) {
      this.#complaints.file(row, about, place, atMs);
    }
  }

  /** One text frame. Never throws: what is wrong with it is told to its sender. */
  receive(port: Port, text: string): void | Promise<void> {
    const state = this.#state(port);
    if (state.gone) return;
    const now = this.#world.nowMs();
    if (text.length > MAX_SIGNAL_LENGTH) {
      return this.#offend(port, 1009, `a message must be at most ${MAX_SIGNAL_LENGTH} characters`);
    }
    if (!state.messages.take(1, now) || !state.characters.take(text.length, now)) {
      return this.#offend(port, 1008, 'too many messages');
    }
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      return port.send(failure('the message must be JSON'));
    }
    const parsed = v.safeParse(FromPeer, json);
    if (!parsed.success) {
      const issue = parsed.issues[0];
      const field = v.getDotPath(issue);
      return port.send(failure(`${field ?? 'message'}: ${issue.message}`.slice(0, 300), json));
    }
    return this.handle(port, parsed.output);
  }

  /** One message that was parsed. Messages of one socket are handled one after the other. */
  handle(port: Port, message: FromPeer): void | Promise<void> {
    const state = this.#state(port);
    if (state.pending) {
      if (++state.waiting > MAX_WAITING) return this.#offend(port, 1008, 'too many messages');
      return this.#hold(
        state,
        state.pending.then(() => {
          state.waiting--;
          return this.#act(port, state, message);
        }),
      );
    }
    const done = this.#act(port, state, message);
    return done ? this.#hold(state, done) : undefined;
  }

  /** The socket is closed. */
  gone(port: Port): void {
    this.#state(port).gone = true;
    this.#stock.gone(port);
    this.#unseat(port);
  }

  /** Pushes the whole set of feeds that a peer holds from now on; false when it is not here. */
  pushFeeds(peerId: string, feeds: Feed[], path: string): boolean {
    const port = this.#ports.get(peerId);
    if (!port?.seat.peer) return false;
    port.seat.peer.seed = feeds.length > 0;
    port.save();
    port.send({ action: 'feeds', feeds, path });
    return true;
  }

  /**
   * Asks peers to hold a second socket at the path of their region ('': of all others), or no longer to. Returns how
   * many are asked now.
   */
  lendBridges(paths: Record<string, string> | null, count: number): number {
    const rows = [...this.#roster.rows()];
    const wanted = paths === null ? [] : this.#pickBridges(rows, count);
    const keep = new Set(wanted);
    for (const row of rows) {
      const bridge = keep.has(row);
      if (row.bridge === bridge) continue;
      row.bridge = bridge;
      const port = this.#ports.get(row.id)!;
      port.save();
      port.send({ action: 'bridge', path: bridge ? paths?.[row.place.region] ?? paths?.[''] ?? null : null });
    }
    return wanted.length;
  }

  /** Who sits in the other objects of the backbone. */
  set beyond(named: Beyond[]) {
    this.#across.named = named;
  }

  /** A peer of another object of the backbone speaks to one of this. */
  deliver(id: string, message: Relayed, shard: string): void {
    const port = this.#ports.get(id);
    if (!port || message.peer_id === undefined) return;
    this.#across.met(message.peer_id, shard);
    port.send(message);
  }

  /**
   * Who is a bridge stays one; a few of the weakest make room for those who give far more. Good uploaders who hold feeds
   * are bridges beside them: a part of the audience hangs on each, and would lose its root if the feed went elsewhere.
   */
  #pickBridges(rows: PeerRow[], count: number): PeerRow[] {
    const ranked = rows.filter((row) => row.nat !== 'blocked')
      .sort((a, b) => compareCandidates(toCandidate(a), toCandidate(b)));
    const bridges = ranked.filter((row) => row.bridge).slice(0, count);
    const others = ranked.filter((row) => !row.bridge);
    bridges.push(...others.splice(0, count - bridges.length));
    for (let i = 1; i <= Math.min(MOST_REPLACED, bridges.length, others.length); i++) {
      const weakest = bridges[bridges.length - i]!;
      const best = others[i - 1]!;
      if (best.uploadKbps >= FAR_MORE * weakest.uploadKbps) bridges[bridges.length - i] = best;
    }
    return [...bridges, ...ranked.slice(0, CANDIDATES).filter((row) => row.seed && !bridges.includes(row))];
  }

  /** To every Shoal peer of this shard. */
  pushAll(message: ToPeer): void {
    for (const port of this.#ports.values()) port.send(message);
  }

  /** A dashboard looks, or no longer does. */
  setPace(everyMs: number): void {
    if (!this.#pace.set(everyMs)) return;
    this.#parents.clear();
    const nowMs = this.#world.nowMs();
    for (const port of this.#ports.values()) {
      port.send({ action: 'pace', ...this.#pace.next(nowMs, this.#world.random()) });
    }
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
    const out = new Set(identities);
    for (const row of this.find({ subjects })) out.add(row.identity);
    for (const mark of [...out, ...subjects.map(markOf)]) this.#banned.add(mark);
    for (const [id, port] of this.#ports) {
      if (out.has(this.#roster.get(id)!.identity)) this.#expel(port, code, reason);
    }
    if (out.size > 0) this.pushAll({ action: 'drop', identities: [...out] });
  }

  /** These may come again. */
  pardon(identities: string[], subjects: string[]): void {
    for (const mark of [...identities, ...subjects.map(markOf)]) this.#banned.delete(mark);
  }

  /** Seated peers with this id, or of one of these viewer ids. */
  find({ peerId, subjects = [] }: { peerId?: string; subjects?: string[] }): PeerRow[] {
    const found: PeerRow[] = [];
    for (const row of this.#roster.rows()) {
      const { subject } = row.right ?? {};
      if (row.id === peerId || (subject !== undefined && subjects.includes(subject))) found.push(row);
    }
    return found;
  }

  /** The leases that run, and how many viewers of each may sit here. Viewers of any other are sent away. */
  setLeases(shares: LeaseShares): void {
    this.#leases.shares = shares;
    const out: string[] = [];
    for (const [id, port] of [...this.#ports]) {
      const { right, identity } = this.#roster.get(id)!;
      const code = this.#leases.end(right?.lease);
      if (code === undefined) continue;
      out.push(identity);
      this.#expel(port, code);
    }
    if (out.length > 0) this.pushAll({ action: 'drop', identities: out });
  }

  /** Sends away who came without a token: the channel wants one from now on. */
  expelAnonymous(): void {
    for (const [id, port] of [...this.#ports]) {
      if (this.#roster.get(id)!.right?.anonymous) this.#expel(port, 'token-missing');
    }
  }

  /** Sends away whose right to watch is over. Returns when the next one ends, milliseconds since 1970. */
  expire(): number | undefined {
    const now = this.#world.nowMs();
    let next = Infinity;
    for (const [id, port] of [...this.#ports]) {
      const { right } = this.#roster.get(id)!;
      if (isOver(right, now)) this.#expel(port, right?.endsBy ?? 'token-expired');
      else next = Math.min(next, (right?.untilS ?? Infinity) * 1000);
    }
    return next === Infinity ? undefined : next;
  }

  /**
   * Sends up to `count` peers away, each to the next of `paths`, those first who neither seed nor bridge. Returns how
   * many are left.
   */
  drain(paths: string[], count: number): number {
    let i = 0;
    const roles = (port: Port) => Number(port.seat.peer?.seed) + Number(port.seat.peer?.bridge);
    const ports = [...this.#ports.values()].sort((a, b) => roles(a) - roles(b));
    for (const port of ports.slice(0, paths.length > 0 ? count : 0)) {
      // Another shard picks its own bridges.
      if (port.seat.peer?.bridge) port.send({ action: 'bridge', path: null });
      port.send({ action: 'redirect', path: paths[i++ % paths.length]! });
      this.#unseat(port);
      port.close(4002, 'redirected');
    }
    return this.#roster.size;
  }

  /** What viewers do now. */
  now(): ShardNow {
    const now = emptyNow();
    for (const row of this.#roster.rows()) addViewer(now, row.tally ?? emptyTally());
    now.stock = this.#stock.size;
    return now;
  }

  /** Who feeds this viewer, if it told. */
  parentsOf(peerId: string): Parent[] | undefined {
    return this.#parents.get(peerId);
  }

  /** What the Channel object is to know. */
  rollup(): Rollup {
    const candidates: Candidate[] = [];
    const regions: Record<string, number> = {};
    const seeds: string[] = [];
    const playing: Record<number, number> = {};
    const giving = emptyGiving();
    let uploadKbps = 0;
    let turnKbps = 0;
    let carried = 0;
    for (const row of this.#roster.rows()) {
      turnKbps += row.tally?.last?.turnKbps ?? 0;
      if (row.seed) seeds.push(row.id);
      uploadKbps += row.uploadKbps;
      regions[row.place.region] = (regions[row.place.region] ?? 0) + 1;
      if (isCarried(row)) {
        carried++;
        playing[row.track] = (playing[row.track] ?? 0) + 1;
        addGiving(giving, row.uploadKbps);
      }
      candidates.push(toCandidate(row, this.#channel?.relief ?? undefined));
    }
    const needy = [...this.#need].sort((a, b) => b[1] - a[1]).map(([id]) => id).filter((id) => {
      const row = this.#roster.get(id);
      return row !== undefined && isCarried(row);
    }).slice(0, NEEDY);
    const rollup: Rollup = {
      shard: this.#config.shard,
      viewers: this.#roster.size,
      carried,
      stock: this.#stock.size,
      uploadKbps,
      turnKbps,
      candidates: bestOfEach(candidates.sort(compareCandidates), CANDIDATES, CANDIDATES_EACH),
      playing,
      giving,
      seeds,
      needy,
      needyPlay: needy.map((id) => this.#roster.get(id)?.track ?? 0),
      regions,
      leases: this.#leases.take(this.#roster.rows()),
    };
    return rollup;
  }

  /** What was reported, and how many came and left, since the last call. */
  takeAmounts(): { sums: ReportSums; joined: number; left: number } {
    const taken = { sums: this.#sums, joined: this.#joined, left: this.#left };
    this.#sums = emptySums();
    this.#joined = 0;
    this.#left = 0;
    return taken;
  }

  /** Takes a last report over a broadcast that has ended. False: the message is none, or not a viewer's. */
  takeFarewell(port: Port, text: string): boolean {
    const row = port.seat.peer;
    if (!row || text.length > MAX_SIGNAL_LENGTH || !this.#state(port).messages.take(1, this.#world.nowMs())) {
      return false;
    }
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      return false;
    }
    const parsed = v.safeParse(FromPeer, json);
    if (!parsed.success || parsed.output.action !== 'report') return false;
    this.#report(port, row, parsed.output.report);
    return true;
  }

  #act(port: Port, state: PortState, message: FromPeer): void | Promise<void> {
    if (state.gone) return;
    if (message.action === 'scrape') return this.#stock.scrape(port, message.info_hash, this.#roster.size);
    if (message.action === 'announce') {
      if (message.info_hash !== this.#config.infoHash) {
        return port.send(failure('info_hash must be the one of this address', message));
      }
      return message.ticket === undefined ? this.#announce(port, message) : this.#start(port, state, message);
    }
    const row = port.seat.peer;
    if (!row) return port.send(failure(`${message.action} needs an announce with a ticket first`));
    switch (message.action) {
      case 'candidate':
        if (!this.#isCurrent(row)) return;
        return this.#sendTo(message.to_peer_id, {
          action: 'candidate',
          peer_id: row.id,
          offer_id: message.offer_id,
          candidate: message.candidate,
          mid: message.mid ?? null,
        });
      case 'more':
        return this.#introduceMore(port, state, row, message.want, message.known);
      case 'renew':
        return this.#renew(port, state, row, message.pass);
      case 'ack':
        if (row.seed) this.#world.acked(row, message.acks, message.given);
        return;
      case 'complain':
        return this.#complain(port, row, message.peer_id, message.identity, message.why);
      case 'report':
        this.#report(port, row, message.report);
        return this.#renewInTime(port, row);
    }
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
    if (this.#roster.get(message.peer_id)) return port.send(failure('peer_id is taken', message));
    this.#stock.announce(port, message, this.#roster.size);
  }

  #fromSeated(port: Port, row: PeerRow, message: Announce): void {
    if (message.event === 'stopped') {
      this.#unseat(port);
      return this.#stock.reply(port, this.#roster.size);
    }
    if (message.capability) this.#describe(port, row, message.capability);
    if (!this.#isCurrent(row)) return port.send(failure('the ticket has expired, renew it', message));
    this.#relay(row, message);
  }

  get #welcomed(): number {
    return isBackbone(this.#config.shard) ? BACKBONE_NEIGHBOURS : WELCOME_NEIGHBOURS;
  }

  #relay(row: PeerRow, message: Announce): void {
    const about = { action: 'announce', info_hash: this.#config.infoHash, peer_id: row.id } as const;
    for (const { offer, offer_id, to_peer_id } of (message.offers ?? []).slice(0, WELCOME_NEIGHBOURS * 4)) {
      if (to_peer_id === undefined || to_peer_id === row.id) continue;
      this.#sendTo(to_peer_id, { ...about, offer, offer_id });
    }
    if (message.answer && message.to_peer_id !== undefined && message.offer_id !== undefined) {
      const { answer, offer_id, to_peer_id } = message;
      this.#sendTo(to_peer_id, { ...about, answer, offer_id });
    }
  }

  /** To a peer of this shard, or through another object of the backbone to one that sits there. */
  #sendTo(id: string, message: Relayed): void {
    const port = this.#ports.get(id);
    if (port) return port.send(message);
    const shard = this.#across.shardOf(id);
    if (shard !== undefined) this.#world.across(shard, id, message);
  }

  #neighboursOf(row: PeerRow, want: number, known: string[] = []): Introduction[] {
    const random = () => this.#world.random();
    const far = Math.min(LINKS_ACROSS, this.#across.size, want - 1);
    const near = this.#roster.choose(row, want - far, known, random);
    return [...near, ...this.#across.choose(want - near.length, known, random)];
  }

  async #start(port: Port, state: PortState, message: Announce): Promise<void> {
    const checked = await checkTicket(this.#world, this.#config.infoHash, message);
    const right = 'refusal' in checked ? undefined : await this.#world.right(checked.id, message.pass);
    if (state.gone) return;
    const refusal = 'refusal' in checked
      ? checked.refusal
      : !right
      ? 'pass must be the one of the join answer, and a device must be free'
      : isOver(right, this.#world.nowMs())
      ? 'pass is over'
      : this.#banned.has(checked.identity) || this.#banned.has(markOf(right.subject ?? ''))
      ? 'this ticket is banned'
      : port.seat.stock.length > 0
      ? 'this socket was used without a ticket'
      : undefined;
    if (refusal !== undefined || 'refusal' in checked || !right) {
      port.send(failure(refusal ?? '', message));
      if (++state.refusals >= MAX_REFUSALS) this.#offend(port, 1008, 'too many refused tickets');
      return;
    }
    const full = this.#leases.refusal(right.lease, checked.id, this.#roster.rows());
    if (full !== undefined) {
      port.send({ action: 'kicked', reason: PLAYBACK_REFUSALS[full], code: full });
      return port.close(4003, full);
    }
    const { capability } = message;
    const row: PeerRow = {
      ...checked,
      sinceMs: this.#world.nowMs(),
      place: port.seat.place,
      uploadKbps: this.#believed({ id: checked.id, place: port.seat.place }, capability?.uploadKbps ?? 0),
      track: capability?.track ?? 0,
      nat: capability?.nat ?? 'unknown',
      device: deviceOf(capability?.device, port.seat.agent),
      ...(port.seat.agent?.browser ? { browser: port.seat.agent.browser } : {}),
      ...(capability?.deviceId ? { deviceId: capability.deviceId } : {}),
      tally: emptyTally(),
      seed: false,
      bridge: false,
      right,
    };
    const holder = this.#ports.get(row.id);
    if (!holder && this.#roster.size >= this.#config.limit) return this.#redirect(port, row);
    const grant = await this.#world.grant(row);
    if (state.gone) return;
    this.#seat(port, row);
    const nowMs = this.#world.nowMs();
    port.send({
      action: 'welcome',
      neighbours: this.#neighboursOf(row, this.#welcomed),
      nowMs,
      grant,
      ...this.#pace.next(nowMs, this.#world.random()),
      ...(this.#channel && { channel: this.#channel }),
    });
    this.#relay(row, message);
    this.#world.seated(row);
  }

  /** The newest socket of a peer id wins: it proved that it is the same peer. */
  #seat(port: Port, row: PeerRow): void {
    const holder = this.#ports.get(row.id);
    if (holder && holder !== port) {
      this.#unseat(holder);
      holder.close(4001, 'replaced');
    } else if (port.seat.peer) {
      this.#unseat(port);
    }
    port.seat.peer = row;
    port.save();
    this.#roster.add(row);
    this.#ports.set(row.id, port);
    this.#joined++;
    this.#leases.joined(row.right?.lease);
  }

  #unseat(port: Port): void {
    const row = port.seat.peer;
    if (!row) return;
    delete port.seat.peer;
    port.save();
    if (this.#ports.get(row.id) !== port) return;
    this.#ports.delete(row.id);
    this.#roster.remove(row.id);
    this.#need.delete(row.id);
    this.#parents.delete(row.id);
    this.#left++;
    this.#world.left(row);
  }

  /** Ends a visit: the peer is told why. */
  #expel(port: Port, code: PlaybackRefusal, reason = PLAYBACK_REFUSALS[code] as string): void {
    this.#unseat(port);
    port.send({ action: 'kicked', reason, code });
    port.close(4003, code);
  }

  async #redirect(port: Port, row: PeerRow): Promise<void> {
    const path = await this.#world.elsewhere(row);
    if (path === undefined) return port.send(failure('the swarm is full', this.#about()));
    port.send({ action: 'redirect', path });
    port.close(4002, 'redirected');
  }

  #describe(port: Port, row: PeerRow, capability: NonNullable<Announce['capability']>): void {
    row.uploadKbps = this.#believed(row, capability.uploadKbps);
    const playsAnother = row.track !== capability.track;
    row.track = capability.track;
    row.nat = capability.nat;
    row.device = deviceOf(capability.device, port.seat.agent);
    if (capability.deviceId !== undefined) row.deviceId = capability.deviceId;
    port.save();
    // Feeds follow it.
    if (playsAnother) this.#world.seated(row);
  }

  #introduceMore(port: Port, state: PortState, row: PeerRow, want: number, known: string[]): void {
    const allowed = state.asks.take(1, this.#world.nowMs()) && this.#isCurrent(row);
    port.send({ action: 'neighbours', neighbours: allowed ? this.#neighboursOf(row, want, known) : [] });
  }

  async #renew(port: Port, state: PortState, row: PeerRow, pass: string | undefined): Promise<void> {
    if (!state.asks.take(1, this.#world.nowMs())) return port.send(failure('renew: too often'));
    if (pass !== undefined) {
      const right = await this.#world.right(row.id, pass);
      if (state.gone || port.seat.peer !== row) return;
      if (!right || right.subject !== row.right?.subject) {
        return port.send(failure('renew: pass must be one of the same viewer'));
      }
      row.right = right;
    }
    if (isOver(row.right, this.#world.nowMs())) return void this.expire();
    await this.#renewed(port, state, row);
  }

  /** A ticket that its peer would ask to renew before the next report is renewed with this one: a message less. */
  async #renewInTime(port: Port, row: PeerRow): Promise<void> {
    const nowMs = this.#world.nowMs();
    const lasts = row.expiresS * 1000 - nowMs > this.#pace.everyMs + RENEWED_BEFORE_MS;
    const cannotLast = (row.right?.untilS ?? Infinity) <= row.expiresS;
    if (lasts || cannotLast || isOver(row.right, nowMs)) return;
    await this.#renewed(port, this.#state(port), row);
  }

  async #renewed(port: Port, state: PortState, row: PeerRow): Promise<void> {
    const renewed = await this.#world.renew(row);
    const grant = renewed ? await this.#world.grant(row) : undefined;
    if (state.gone || port.seat.peer !== row) return;
    if (!renewed || !grant) return this.#expel(port, row.right?.endsBy ?? 'token-expired');
    row.expiresS = renewed.expiresS;
    port.save();
    port.send({ action: 'renewed', ticket: renewed.ticket, grant, iceServers: renewed.iceServers });
  }

  #complain(port: Port, row: PeerRow, peerId: string, identity: string, why: string): void {
    const accused = this.#roster.get(peerId);
    if (!accused || accused.identity !== identity) return;
    const atMs = this.#world.nowMs();
    if (why === 'gives-nothing') {
      if (this.#vain.file(row, identity, accused.place, atMs)) this.#world.doubted(accused);
      return;
    }
    const told = port.seat.complaints ??= [];
    if (told.length < 8 && !told.some((one) => one.about === identity)) {
      told.push({ about: identity, place: accused.place, atMs });
      port.save();
    }
    if (!this.#complaints.file(row, identity, accused.place, atMs)) return;
    this.ban([identity], `several neighbours report: ${why}`);
    this.#world.banned(identity, why);
  }

  #report(port: Port, row: PeerRow, claimed: PeerReport): void {
    const nowMs = this.#world.nowMs();
    const tally = row.tally ??= emptyTally();
    const report = plausible(claimed, nowMs - (tally.last?.atMs ?? row.sinceMs), tally.last === undefined);
    addReport(this.#sums, report);
    addToTally(tally, report, nowMs);
    // What its uplink has proved to carry of what it was willing to give.
    row.uploadKbps = this.#believed(row, report.uploadKbps);
    port.save();
    if (claimed.parents) this.#parents.set(row.id, claimed.parents);
    const need = report.stalls * 100 + report.repairs;
    if (need > 0) this.#need.set(row.id, need);
    else this.#need.delete(row.id);
    this.#world.reported();
  }

  /** What of a peer's word on its upload is taken. */
  #believed(about: Pick<PeerRow, 'id' | 'place'>, claimedKbps: number): number {
    return believedKbps(claimedKbps, about, this.#config.terms, this.#testimony());
  }

  *#testimony(): Generator<Testimony> {
    for (const [id, parents] of this.#parents) yield { by: this.#roster.get(id)!, parents };
  }

  #isCurrent(row: PeerRow): boolean {
    return row.expiresS + EXPIRY_GRACE_S > this.#world.nowMs() / 1000;
  }

  #about(): { action: 'announce'; info_hash: string } {
    return { action: 'announce', info_hash: this.#config.infoHash };
  }

  #offend(port: Port, code: number, reason: string): void {
    port.send(failure(reason));
    this.gone(port);
    port.close(code, reason);
  }

  async #hold(state: PortState, work: Promise<void>): Promise<void> {
    state.pending = work;
    try {
      await work;
    } finally {
      if (state.pending === work) state.pending = undefined;
    }
  }

  #state(port: Port): PortState {
    let state = this.#states.get(port);
    if (!state) {
      const now = this.#world.nowMs();
      state = {
        messages: new Budget(150, 20, now),
        characters: new Budget(8 * MAX_SIGNAL_LENGTH, MAX_SIGNAL_LENGTH, now),
        asks: new Budget(8, 0.2, now),
        refusals: 0,
        waiting: 0,
        pending: undefined,
        gone: false,
      };
      this.#states.set(port, state);
    }
    return state;
  }
}

/** A browser on a television says so in its user agent; what a peer says of itself is finer otherwise. */
function deviceOf(claimed: PeerRow['device'] | undefined, agent: Agent | undefined): PeerRow['device'] {
  if (claimed !== undefined && claimed !== 'computer') return claimed;
  return agent?.device ?? claimed ?? 'computer';
}
