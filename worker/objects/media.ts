/**
 * Media object: the edge's copy of one channel's window, in memory, fed by the origin's link. It answers pieces,
 * runs, joins, seed streams and plain HLS, counts every byte it sends, and holds the egress cap.
 */
import { DurableObject } from 'cloudflare:workers';
import type { Broadcast } from '../../protocol/broadcast.ts';
import type { ChannelSettings } from '../../protocol/channel.ts';
import type { PieceFrame } from '../../protocol/frame.ts';
import type { Feed } from '../../protocol/tracker.ts';
import { channelOf, type Env } from '../env.ts';
import { Failure } from '../failure.ts';
import { type MediaAsk, parseMediaAsk } from '../media/ask.ts';
import { Lacking } from '../media/lacking.ts';
import { Waiting } from '../media/waiting.ts';
import { MediaWindow } from '../media/window.ts';
import { MediaEgress } from './media-egress.ts';
import { MediaHls } from './media-hls.ts';
import { MediaLink } from './media-link.ts';
import { MediaPieces } from './media-pieces.ts';
import { gone } from './media-response.ts';
import { type FeedAck, MediaSeeds } from './media-seeds.ts';
import { MediaUse } from './media-use.ts';

/** All that is kept over an eviction; media is not. */
interface Kept {
  channel: string;
  broadcast: Broadcast;
  settings: ChannelSettings;
}

export class Media extends DurableObject<Env> {
  #kept: Kept | undefined;
  readonly #window: MediaWindow;
  readonly #waiting = new Waiting();
  readonly #use: MediaUse;
  readonly #egress: MediaEgress;
  readonly #link: MediaLink;
  readonly #seeds: MediaSeeds;
  readonly #pieces: MediaPieces;
  readonly #hls: MediaHls;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const lacking = new Lacking();
    this.#window = new MediaWindow(30_000);
    this.#use = new MediaUse(ctx, env);
    this.#egress = new MediaEgress(this.#use, lacking);
    this.#link = new MediaLink(this.#waiting, this.#use, {
      greeted: (channel, broadcast) => this.#greeted(channel, broadcast),
      arrived: (frame) => this.#arrived(frame),
    });
    this.#seeds = new MediaSeeds(ctx, env, this.#window, this.#egress, lacking);
    this.#pieces = new MediaPieces(this.#window, this.#waiting, this.#link, this.#egress, lacking);
    this.#hls = new MediaHls(this.#window, this.#waiting, this.#link, this.#egress, ctx.storage.kv);
    const kept = ctx.storage.kv.get<Kept>('kept');
    if (kept) this.#take(kept);
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
    await this.#use.tell();
  }

  /**
   * The whole set of feeds this peer holds from now on; empty: none. Its seed stream changes at once, and is opened
   * by the peer at `/media/:channel/:broadcast/seed?peer=…`. `help`: given by supply control, and counted so.
   */
  async setFeeds(peerId: string, feeds: Feed[], help = false): Promise<void> {
    this.#seeds.setFeeds(peerId, feeds, help);
  }

  /**
   * A seed told its newest indexes. Answers the feeds that it is more than a second behind on: they are taken away
   * from it here, and the Channel object may deal them to somebody else; and whether it is late time after time.
   */
  async acknowledge(peerId: string, acks: FeedAck[]): Promise<{ lost: Feed[]; isLate: boolean }> {
    return this.#seeds.acknowledge(peerId, acks);
  }

  /** Draws on the egress cap for a replay: 0 when its bytes may go now, else in how many milliseconds to ask again. */
  async drawReplay(capKbps: number, bytes: number): Promise<number> {
    // While something is on air its settings hold: the caller's may be a second old, and would stay.
    if (!this.#kept) this.#egress.setCap(capKbps);
    return this.#egress.drawReplay(bytes);
  }

  /** From the Worker, which has checked who asks: `/link` or one of the asks of media/ask.ts. */
  override async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    if (url.pathname === '/link') return this.#link.open(url.searchParams.get('channel') ?? '');
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
    if (ask.what !== 'seed') this.#use.missedCache();
    if (!this.#kept) throw gone('nothing is on air');
    const { broadcast, settings } = this.#kept;
    if (ask.broadcastId !== undefined && ask.broadcastId !== broadcast.id) {
      throw gone('this broadcast is over');
    }
    switch (ask.what) {
      case 'piece':
        return await this.#pieces.piece(broadcast, ask.index, from);
      case 'run':
        return await this.#pieces.run(ask.tracks, ask.second);
      case 'join':
        return await this.#pieces.join(broadcast, ask.tracks);
      case 'seed':
        return this.#seeds.open(broadcast, ask.peerId, ask.held);
      default:
        return await this.#hls.answer(broadcast, settings, ask);
    }
  }

  /** The link's origin names its broadcast. */
  async #greeted(channel: string, broadcast: Broadcast): Promise<number[]> {
    const settings = await channelOf(this.env, channel).expects(broadcast.id);
    if (!settings) throw new RangeError('this broadcast is not the one that was granted');
    if (this.#kept && this.#kept.broadcast.id !== broadcast.id) this.#forget('another broadcast began');
    this.#keep({ channel, broadcast, settings });
    return this.#window.indexes();
  }

  #arrived(frame: PieceFrame): void {
    if (this.#window.add(frame) !== 'added') return;
    this.#seeds.push(frame);
    this.#waiting.poke();
  }

  #keep(kept: Kept): void {
    this.ctx.storage.kv.put('kept', kept);
    this.#take(kept);
  }

  #take(kept: Kept): void {
    this.#kept = kept;
    this.#seeds.about(kept);
    this.#window.windowMs = kept.settings.windowS * 1000;
    this.#egress.setCap(kept.settings.egressCapKbps);
  }

  #forget(reason: string): void {
    this.#kept = undefined;
    this.#link.close(reason);
    this.#window.clear();
    this.#seeds.clear();
    this.#hls.clear();
    this.#waiting.poke();
    this.ctx.storage.kv.delete('kept');
  }
}
