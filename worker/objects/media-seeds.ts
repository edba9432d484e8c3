/**
 * Seeds of a Media object: who is dealt which feeds, the long responses that carry them, and what the Channel object
 * is told of seeds that are behind, gone, or lacking below.
 */
import type { Broadcast } from '../../protocol/broadcast.ts';
import type { PieceFrame } from '../../protocol/frame.ts';
import type { Feed } from '../../protocol/tracker.ts';
import { channelOf, type Env } from '../env.ts';
import { Failure } from '../failure.ts';
import type { Lacking } from '../media/lacking.ts';
import { missedOf } from '../media/missed.ts';
import { SeedStreams } from '../media/seed-streams.ts';
import type { MediaWindow } from '../media/window.ts';
import { renditionsOf } from '../swarm/feeds.ts';
import { feedIn, trackIn } from './media-feed.ts';
import type { MediaEgress } from './media-egress.ts';
import { headersFor } from './media-response.ts';

/** Seed streams are looked after this often. */
const TEND_MS = 1000;

/** Newest index held of a feed. */
export interface FeedAck extends Feed {
  index: number;
}

/** What is on air. */
interface OnAir {
  channel: string;
  broadcast: Broadcast;
}

export class MediaSeeds {
  readonly #ctx: DurableObjectState;
  readonly #env: Env;
  readonly #window: MediaWindow;
  readonly #egress: MediaEgress;
  readonly #lacking: Lacking;
  readonly #streams: SeedStreams;
  #onAir: OnAir | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    ctx: DurableObjectState,
    env: Env,
    window: MediaWindow,
    egress: MediaEgress,
    lacking: Lacking,
  ) {
    this.#ctx = ctx;
    this.#env = env;
    this.#window = window;
    this.#egress = egress;
    this.#lacking = lacking;
    this.#streams = new SeedStreams(ctx.storage.kv.get<[string, Feed[]][]>('feeds') ?? []);
  }

  /** This is on air now. */
  about(onAir: OnAir): void {
    this.#onAir = onAir;
  }

  /** Media.setFeeds. */
  setFeeds(peerId: string, feeds: Feed[], help: boolean): void {
    this.#streams.setFeeds(peerId, feeds, help);
    this.#keep();
    this.#tend();
  }

  /** Media.acknowledge. */
  acknowledge(peerId: string, acks: FeedAck[]): { lost: Feed[]; isLate: boolean } {
    const answer = this.#streams.acknowledge(peerId, acks, Date.now());
    if (answer.lost.length > 0) this.#keep();
    return answer;
  }

  /** The seed stream of a peer. Throws Failure 404 when it holds no feeds. */
  open(broadcast: Broadcast, peerId: string, held: number[]): Response {
    const body = this.#streams.open(peerId, Date.now());
    if (!body) throw new Failure(404, 'no-feeds', 'this peer holds no feeds');
    const missed = missedOf(this.#window, broadcast.tracks, held);
    this.#count(this.#streams.fill(peerId, missed, Date.now()));
    this.#tend();
    const headers = headersFor('no-store, no-transform');
    // Without a type it would be compressed on the way, and a piece would wait until the compressor's block is full.
    headers.set('content-type', 'application/octet-stream');
    return new Response(body, { headers });
  }

  /** A piece came into the window: it goes to the seeds of its substream. */
  push(frame: PieceFrame): void {
    const { index } = frame.record;
    const track = this.#onAir && trackIn(this.#onAir.broadcast, index);
    if (!track) return;
    this.#count(this.#streams.push(frame, track.substreams, this.#window.newestUs, Date.now()));
    const feed = feedIn(track, index);
    if (feed) this.#lacking.came(feed);
  }

  /** The broadcast is over: all streams end. */
  clear(): void {
    this.#onAir = undefined;
    this.#streams.clear();
    this.#lacking.clear();
    this.#rest();
    this.#ctx.storage.kv.delete('feeds');
  }

  /** Feeds outlive an eviction. */
  #keep(): void {
    this.#ctx.storage.kv.put('feeds', this.#streams.dealt);
  }

  /** What went into seed streams, help apart. */
  #count(sent: number): void {
    this.#egress.seeded(sent, this.#streams.takeHelpBytes());
  }

  /** While there are seeds: keeps quiet streams alive, ends old ones, takes feeds from seeds that went silent or are lazy. */
  #tend(): void {
    this.#timer ??= setInterval(() => {
      const lost = this.#streams.tend(Date.now());
      const onAir = this.#onAir;
      if (lost.length > 0 && onAir) {
        this.#keep();
        const channel = channelOf(this.#env, onAir.channel);
        this.#ctx.waitUntil(Promise.all(
          lost.map(({ peerId, feeds }) => channel.feedsLost(onAir.broadcast.id, peerId, feeds)),
        ));
      }
      const renditions = renditionsOf(onAir?.broadcast.tracks ?? []).map(({ track }) => track);
      const lacking = this.#lacking.look(Date.now(), renditions);
      if (lacking.length > 0 && onAir) {
        this.#ctx.waitUntil(channelOf(this.#env, onAir.channel).feedsLacking(onAir.broadcast.id, lacking));
      }
      if (this.#streams.dealt.length > 0) return;
      this.#rest();
      this.#lacking.clear();
    }, TEND_MS);
  }

  #rest(): void {
    if (this.#timer !== undefined) clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
