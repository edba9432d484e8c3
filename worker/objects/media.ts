/**
 * Media object: the edge's copy of one channel's window, in memory, fed by the origin's link. It answers pieces,
 * runs, joins, seed streams and plain HLS, counts every byte it sends, and holds the egress cap.
 */
import { DurableObject } from 'cloudflare:workers';
import * as v from 'valibot';
import type { Broadcast, Track } from '../../protocol/broadcast.ts';
import type { ChannelSettings } from '../../protocol/channel.ts';
import { decodePieceFrame, type PieceFrame } from '../../protocol/frame.ts';
import { mainPlaylist } from '../../protocol/hls.ts';
import { LinkFromOrigin, type LinkToOrigin } from '../../protocol/link.ts';
import { RUN_STATE_HEADER } from '../../protocol/media.ts';
import {
  compareIndex,
  INIT_PIECE,
  packIndex,
  pieceOf,
  substreamOf,
  trackOf,
} from '../../protocol/piece-index.ts';
import type { Feed } from '../../protocol/tracker.ts';
import { channelOf, type Env } from '../env.ts';
import { Failure } from '../failure.ts';
import { EgressBudget } from '../media/egress-budget.ts';
import { EgressPace, type PacedKind } from '../media/egress-pace.ts';
import { frameBody, joinedBytes } from '../media/body.ts';
import { mediaPlaylist, type Segment } from '../media/hls.ts';
import { HlsSequence } from '../media/hls-sequence.ts';
import { joinOf, type Run, runOf } from '../media/run.ts';
import { Lacking } from '../media/lacking.ts';
import { missedOf } from '../media/missed.ts';
import { SeedStreams } from '../media/seed-streams.ts';
import { Silence } from '../media/silence.ts';
import { Waiting } from '../media/waiting.ts';
import { Wants } from '../media/wants.ts';
import { MediaWindow } from '../media/window.ts';
import { addUse, countBytes, type EdgeUse, emptyUse, hasUse } from '../report/edge-use.ts';
import { type MediaAsk, parseMediaAsk } from '../media/ask.ts';
import { renditionsOf } from '../swarm/feeds.ts';

/** Longest that a piece is waited for: the origin's round trip, or its reconnection. */
const PIECE_WAIT_MS = 1500;
/** Longest that an open run is held. */
const RUN_WAIT_MS = 1500;
/** A run may be asked for this much before it begins. */
const RUN_AHEAD_US = 2_000_000;
/** Use is told to the Channel object this often. */
const TELL_MS = 5000;
/** Seed streams are looked after this often. */
const TEND_MS = 1000;
/** Cached responses live this long; pieces and closed runs never change. */
const IMMUTABLE = 'public, max-age=60, immutable';
const BRIEF = 'public, max-age=1';

/** Newest index held of a feed. */
export interface FeedAck extends Feed {
  index: number;
}

/** All that is kept over an eviction; media is not. */
interface Kept {
  channel: string;
  broadcast: Broadcast;
  settings: ChannelSettings;
}

export class Media extends DurableObject<Env> {
  #kept: Kept | undefined;
  #window: MediaWindow;
  #waiting = new Waiting();
  #wants = new Wants();
  #budget = new EgressBudget();
  #pace = new EgressPace();
  #seeds: SeedStreams;
  #sequence: HlsSequence;
  #silence = new Silence();
  #lacking = new Lacking();
  #link: WebSocket | undefined;
  /** The origin has sent all that this object lacked when its link came up. */
  #isFilled = false;
  #use: EdgeUse = emptyUse();
  #tellTimer: ReturnType<typeof setTimeout> | undefined;
  #tendTimer: ReturnType<typeof setInterval> | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#kept = ctx.storage.kv.get<Kept>('kept');
    this.#window = new MediaWindow((this.#kept?.settings.windowS ?? 30) * 1000);
    this.#setCap(this.#kept?.settings.egressCapKbps ?? null);
    this.#seeds = new SeedStreams(ctx.storage.kv.get<[string, Feed[]][]>('feeds') ?? []);
    this.#sequence = new HlsSequence(ctx.storage.kv);
  }

  /** The channel was edited: the egress cap and the window may be others. */
  async setSettings(settings: ChannelSettings): Promise<void> {
    if (!this.#kept) return;
    this.#keep({ ...this.#kept, settings });
  }

  /** The broadcast is over: the link is closed, waiting requests and seed streams end, media is forgotten. */
  async end(broadcastId: string): Promise<void> {
    if (this.#kept?.broadcast.id !== broadcastId) return;
    this.#forget('the broadcast is over');
    await this.#tell();
  }

  /**
   * The whole set of feeds this peer holds from now on; empty: none. Its seed stream changes at once, and is opened
   * by the peer at `/media/:channel/:broadcast/seed?peer=…`. `help`: given by supply control, and counted so.
   */
  async setFeeds(peerId: string, feeds: Feed[], help = false): Promise<void> {
    this.#seeds.setFeeds(peerId, feeds, help);
    this.ctx.storage.kv.put('feeds', this.#seeds.dealt);
    this.#tend();
  }

  /**
   * A seed told its newest indexes. Answers the feeds that it is more than a second behind on: they are taken away
   * from it here, and the Channel object may deal them to somebody else; and whether it is late time after time.
   */
  async acknowledge(peerId: string, acks: FeedAck[]): Promise<{ lost: Feed[]; isLate: boolean }> {
    const answer = this.#seeds.acknowledge(peerId, acks, Date.now());
    if (answer.lost.length > 0) this.ctx.storage.kv.put('feeds', this.#seeds.dealt);
    return answer;
  }

  /** Draws on the egress cap for a replay: 0 when its bytes may go now, else in how many milliseconds to ask again. */
  async drawReplay(capKbps: number, bytes: number): Promise<number> {
    // While something is on air its settings hold: the caller's may be a second old, and would stay.
    if (!this.#kept) this.#setCap(capKbps);
    const drawn = this.#budget.take('replay', bytes, Date.now());
    if (!drawn.ok) return drawn.retryAfterMs;
    this.#pace.sent(bytes);
    return 0;
  }

  /** From the Worker, which has checked who asks: `/link` or one of the asks of media/ask.ts. */
  override async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    if (url.pathname === '/link') return this.#openLink(url.searchParams.get('channel') ?? '');
    const ask = parseMediaAsk(url);
    try {
      return await this.#answer(ask, url.searchParams.get('from') ?? undefined);
    } catch (error) {
      if (error instanceof Failure) return error.toResponse();
      throw error;
    }
  }

  /** `from`: where who asks is, as far as that is known (witnessGroup). */
  async #answer(ask: MediaAsk, from: string | undefined): Promise<Response> {
    // Seed streams alone are asked for without a look into the cache.
    if (ask.what !== 'seed') this.#use.cacheMisses++;
    const kept = this.#kept;
    if (!kept) throw gone('nothing is on air');
    if (ask.broadcastId !== undefined && ask.broadcastId !== kept.broadcast.id) {
      throw gone('this broadcast is over');
    }
    switch (ask.what) {
      case 'piece':
        return await this.#piece(ask.index, from);
      case 'run':
        return await this.#run(ask.tracks, ask.second);
      case 'join':
        return await this.#join(kept, ask.tracks);
      case 'seed':
        return this.#seed(kept, ask.peerId, ask.held);
      case 'hls-main':
        return await this.#hlsMain(kept);
      case 'hls-track':
        return await this.#hlsTrack(kept, ask.track);
      case 'hls-init':
        return await this.#hlsInit(kept, ask.track, ask.segment);
      case 'hls-segment':
        return this.#hlsSegment(kept, ask.track, ask.segment);
    }
  }

  async #piece(index: number, from: string | undefined): Promise<Response> {
    let frame = this.#window.get(index);
    if (frame) {
      const track = this.#trackOf(index);
      const feed = track && feedOf(index, track);
      if (feed) this.#lacking.asked(feed, index, from);
    } else {
      const newest = this.#window.newest(trackOf(index));
      const isAhead = newest !== undefined && compareIndex(index, newest.record.index) > 0;
      if (!isAhead) this.#want([index]);
      await this.#waiting.until(
        () => this.#window.get(index) !== undefined || this.#wants.isMissing(index),
        PIECE_WAIT_MS,
      );
      frame = this.#window.get(index);
    }
    if (!frame) {
      if (!this.#link && !this.#wants.isMissing(index)) throw later('the origin is not connected');
      throw gone('the window does not hold this piece');
    }
    return this.#send('repair', frameBody([frame]), IMMUTABLE);
  }

  async #run(tracks: number[], second: number): Promise<Response> {
    const isClosed = (run: Run) => this.#isFilled ? run.isClosed : run.isSure;
    const settled = () => {
      const run = runOf(this.#window, tracks, second);
      return (run.isGone && this.#isFilled) || (isClosed(run) && this.#wants.areSettled(run.missing));
    };
    if (second * 1_000_000 > this.#window.newestUs + RUN_AHEAD_US && this.#window.size > 0) {
      throw later('this second is not on air yet');
    }
    await this.#waiting.share(`run ${tracks}/${second}`, async () => {
      this.#want(runOf(this.#window, tracks, second).missing);
      await this.#waiting.until(settled, RUN_WAIT_MS);
    });
    const run = runOf(this.#window, tracks, second);
    if (run.isGone && this.#isFilled) throw gone('this second has left the window');
    if (run.frames.length === 0 && !isClosed(run)) throw later('nothing of this second has arrived yet');
    const isFinal = isClosed(run) && run.isWhole;
    const response = this.#send('run', frameBody(run.frames), isFinal ? IMMUTABLE : 'no-store');
    response.headers.set(RUN_STATE_HEADER, isClosed(run) ? 'closed' : 'open');
    return response;
  }

  async #join({ broadcast }: Kept, tracks: number[]): Promise<Response> {
    const wanted = broadcast.tracks.filter(({ track }) => tracks.length === 0 || tracks.includes(track));
    let frames: PieceFrame[] = [];
    await this.#waiting.until(() => (frames = joinOf(this.#window, wanted)).length > 0, PIECE_WAIT_MS);
    if (frames.length === 0) throw later('nothing has arrived from the origin yet');
    return this.#send('join', frameBody(frames), BRIEF);
  }

  #seed({ broadcast }: Kept, peerId: string, held: number[]): Response {
    const body = this.#seeds.open(peerId, Date.now());
    if (!body) throw new Failure(404, 'no-feeds', 'this peer holds no feeds');
    const missed = missedOf(this.#window, broadcast.tracks, held);
    this.#countSeedBytes(this.#seeds.fill(peerId, missed, Date.now()));
    this.#tend();
    const headers = headersFor('no-store, no-transform');
    // Without a type it would be compressed on the way, and a piece would wait until the compressor's block is full.
    headers.set('content-type', 'application/octet-stream');
    return new Response(body, { headers });
  }

  /** Segments of a track as plain HLS has them. */
  #segments({ broadcast }: Kept, track: number): Segment[] {
    return this.#silence.segments(this.#window, broadcast, track, this.#isFilled);
  }

  async #hlsMain(kept: Kept): Promise<Response> {
    const { broadcast, settings } = kept;
    requireHls(settings);
    const has = ({ track }: Track) => this.#segments(kept, track).some(isComplete);
    const ready = () => broadcast.tracks.every(has);
    if (await this.#waiting.until(ready, PIECE_WAIT_MS)) return playlist(mainPlaylist(broadcast));
    // A lower rendition may be away for a while: the source does not wait for it.
    const tracks = broadcast.tracks.filter(has);
    if (tracks[0] !== broadcast.tracks[0]) throw later('no segment is complete yet');
    return playlist(mainPlaylist({ ...broadcast, tracks }));
  }

  async #hlsTrack(kept: Kept, track: number): Promise<Response> {
    const { broadcast, settings } = kept;
    requireHls(settings);
    if (!broadcast.tracks.some((one) => one.track === track)) throw gone('there is no such track');
    let held: Segment[] = [];
    const ready = () => (held = this.#segments(kept, track)).some(isComplete);
    // A list that is made too early in a refill would stay short.
    await this.#waiting.until(() => ready() && this.#isFilled, PIECE_WAIT_MS);
    if (!ready()) throw later('no segment is complete yet');
    const { segments, anchor } = this.#sequence.list(broadcast.id, track, held);
    for (const segment of segments.slice(0, -1)) this.#want(segment.missing);
    return playlist(mediaPlaylist(broadcast, track, segments, anchor));
  }

  async #hlsInit({ settings }: Kept, track: number, segment: number): Promise<Response> {
    requireHls(settings);
    const index = packIndex(segment, track, INIT_PIECE);
    const held = () => this.#window.get(index) ?? this.#silence.init(track, index);
    if (!held()) this.#want([index]);
    await this.#waiting.until(() => held() !== undefined || this.#wants.isMissing(index), PIECE_WAIT_MS);
    const init = held();
    if (!init) throw gone('the window does not hold this init segment');
    return this.#send('hls', joinedBytes([init.bytes]), IMMUTABLE, 'video/mp4');
  }

  #hlsSegment(kept: Kept, track: number, number: number): Response {
    requireHls(kept.settings);
    const segment = this.#segments(kept, track).find((one) => one.number === number);
    if (!segment?.isComplete) throw gone('the window does not hold this segment whole');
    const body = segment.silence ??
      joinedBytes(segment.indexes.map((index) => this.#window.get(index)!.bytes));
    return this.#send('hls', body, IMMUTABLE, 'video/iso.segment');
  }

  /** Draws on the egress cap, and counts what goes. Throws Failure 503 when the cap is spent. */
  #send(
    kind: PacedKind,
    body: Uint8Array<ArrayBuffer>,
    cacheControl: string,
    type = 'application/octet-stream',
  ): Response {
    const drawn = this.#budget.take(kind, body.length, Date.now());
    if (!drawn.ok) {
      this.#use.refused++;
      if (kind === 'repair') {
        this.#use.refusedRepairBytes += body.length;
        this.#lacking.refused();
      }
      this.#tellSoon();
      throw later('the egress cap of the channel is spent', drawn.retryAfterMs, 'egress-cap');
    }
    const headers = headersFor(this.#budget.isCapped ? 'no-store' : cacheControl);
    headers.set('content-type', type);
    const paced = this.#pace.body(kind, body, {
      went: (bytes) => {
        countBytes(this.#use, kind, bytes);
        this.#tellSoon();
      },
      left: (bytes) => this.#budget.giveBack(bytes),
    });
    return new Response(paced, { headers });
  }

  #openLink(channel: string): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    server.binaryType = 'arraybuffer';
    server.accept();
    // The handlers of one socket run in order: a piece that follows the hello waits for its answer.
    let turn = Promise.resolve();
    server.addEventListener('message', ({ data }) => {
      turn = turn.then(() => this.#linkMessage(server, channel, data)).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : 'the link failed';
        server.close(1008, reason.slice(0, 120));
      });
    });
    const closed = () => {
      if (this.#link === server) this.#link = undefined;
      server.close();
    };
    server.addEventListener('close', closed);
    server.addEventListener('error', closed);
    return new Response(null, { status: 101, webSocket: client });
  }

  async #linkMessage(socket: WebSocket, channel: string, data: string | ArrayBuffer | Blob): Promise<void> {
    if (data instanceof ArrayBuffer) {
      if (socket === this.#link) this.#arrived(decodePieceFrame(new Uint8Array(data)));
      else if (!this.#link) throw new RangeError('a link begins with hello');
      return;
    }
    if (typeof data !== 'string') throw new RangeError('a link message must be text or binary');
    const message = v.parse(LinkFromOrigin, JSON.parse(data));
    switch (message.type) {
      case 'hello':
        return await this.#hello(socket, channel, message.broadcast);
      case 'missing':
        this.#wants.missing(message.indexes);
        return this.#waiting.poke();
      case 'filled':
        if (socket === this.#link) this.#isFilled = true;
        return this.#waiting.poke();
      case 'end':
        // The Channel object decides when a broadcast is over; the link has no more to say.
        return;
    }
  }

  async #hello(socket: WebSocket, channel: string, broadcast: Broadcast): Promise<void> {
    const settings = await channelOf(this.env, channel).expects(broadcast.id);
    if (!settings) throw new RangeError('this broadcast is not the one that was granted');
    if (this.#kept && this.#kept.broadcast.id !== broadcast.id) this.#forget('another broadcast began');
    this.#keep({ channel, broadcast, settings });
    if (this.#link && this.#link !== socket) this.#link.close(1000, 'a newer link took over');
    this.#link = socket;
    this.#isFilled = false;
    this.#wants.clear();
    send(socket, { type: 'welcome', have: this.#window.indexes() });
  }

  #arrived(frame: PieceFrame): void {
    this.#wants.arrived(frame.record.index);
    if (this.#window.add(frame) !== 'added') return;
    const { index } = frame.record;
    const track = this.#trackOf(index);
    if (track) {
      this.#countSeedBytes(this.#seeds.push(frame, track.substreams, this.#window.newestUs, Date.now()));
      const feed = feedOf(index, track);
      if (feed) this.#lacking.came(feed);
    }
    this.#waiting.poke();
  }

  #trackOf(index: number): Track | undefined {
    return this.#kept?.broadcast.tracks.find((one) => one.track === trackOf(index));
  }

  /** What went into seed streams, help apart. */
  #countSeedBytes(sent: number): void {
    const help = this.#seeds.takeHelpBytes();
    if (sent + help === 0) return;
    this.#budget.take('seed', sent + help, Date.now());
    this.#pace.sent(sent + help);
    countBytes(this.#use, 'seed', sent);
    countBytes(this.#use, 'help', help);
    this.#tellSoon();
  }

  /** Asks the origin, once for everybody. */
  #want(indexes: number[]): void {
    const link = this.#link;
    if (!link) return;
    const asked = this.#wants.ask(indexes, Date.now());
    if (asked.length === 0) return;
    this.#use.originMisses += asked.length;
    this.#tellSoon();
    send(link, { type: 'want', indexes: asked });
  }

  #keep(kept: Kept): void {
    this.#kept = kept;
    this.ctx.storage.kv.put('kept', kept);
    this.#window.windowMs = kept.settings.windowS * 1000;
    this.#setCap(kept.settings.egressCapKbps);
  }

  #setCap(capKbps: number | null): void {
    this.#budget.setCap(capKbps, Date.now());
    this.#pace.setCap(capKbps);
  }

  #forget(reason: string): void {
    this.#link?.close(1000, reason);
    this.#link = undefined;
    this.#kept = undefined;
    this.#window.clear();
    this.#wants.clear();
    this.#seeds.clear();
    this.#sequence.clear();
    this.#silence.clear();
    this.#lacking.clear();
    this.#waiting.poke();
    if (this.#tendTimer !== undefined) clearInterval(this.#tendTimer);
    this.#tendTimer = undefined;
    this.ctx.storage.kv.delete('kept');
    this.ctx.storage.kv.delete('feeds');
  }

  /** While there are seeds: keeps quiet streams alive, ends old ones, takes feeds from seeds that went silent or are lazy. */
  #tend(): void {
    this.#tendTimer ??= setInterval(() => {
      const lost = this.#seeds.tend(Date.now());
      const kept = this.#kept;
      if (lost.length > 0 && kept) {
        this.ctx.storage.kv.put('feeds', this.#seeds.dealt);
        const channel = channelOf(this.env, kept.channel);
        this.ctx.waitUntil(Promise.all(
          lost.map(({ peerId, feeds }) => channel.feedsLost(kept.broadcast.id, peerId, feeds)),
        ));
      }
      const renditions = renditionsOf(kept?.broadcast.tracks ?? []).map(({ track }) => track);
      const lacking = this.#lacking.look(Date.now(), renditions);
      if (lacking.length > 0 && kept) {
        this.ctx.waitUntil(channelOf(this.env, kept.channel).feedsLacking(kept.broadcast.id, lacking));
      }
      if (this.#seeds.dealt.length > 0) return;
      if (this.#tendTimer !== undefined) clearInterval(this.#tendTimer);
      this.#tendTimer = undefined;
      this.#lacking.clear();
    }, TEND_MS);
  }

  #tellSoon(): void {
    this.#tellTimer ??= setTimeout(() => {
      this.#tellTimer = undefined;
      this.ctx.waitUntil(this.#tell());
    }, TELL_MS);
  }

  async #tell(): Promise<void> {
    const channel = this.ctx.id.name;
    const use = this.#use;
    if (channel === undefined || !hasUse(use)) return;
    this.#use = emptyUse();
    try {
      await channelOf(this.env, channel).countUse(use);
    } catch {
      addUse(this.#use, use);
      this.#tellSoon();
    }
  }
}

function isComplete(segment: Segment): boolean {
  return segment.isComplete;
}

function requireHls(settings: ChannelSettings): void {
  if (!(settings.hls ?? settings.egressCapKbps === null)) {
    throw new Failure(404, 'hls-off', 'plain HLS is off for this channel');
  }
}

/** The substream that a piece is of; undefined for init pieces, which are of all. */
function feedOf(index: number, { track, substreams }: Track): Feed | undefined {
  return pieceOf(index) === INIT_PIECE ? undefined : { track, substream: substreamOf(index, substreams) };
}

function gone(message: string): Failure {
  return new Failure(404, 'gone', message);
}

function later(message: string, retryAfterMs = 1000, code = 'later'): Failure {
  return new Failure(503, code, message, { retryAfterS: Math.max(1, Math.ceil(retryAfterMs / 1000)) });
}

function playlist(text: string): Response {
  const headers = headersFor(BRIEF);
  headers.set('content-type', 'application/vnd.apple.mpegurl');
  return new Response(text, { headers });
}

function headersFor(cacheControl: string): Headers {
  return new Headers({ 'cache-control': cacheControl });
}

function send(socket: WebSocket, message: LinkToOrigin): void {
  socket.send(JSON.stringify(message));
}
