/**
 * The seed stream: the one long response through which a seed gets its feeds, held open while it has any, and
 * acknowledged every 2 s on the socket, because nobody else can tell how far it has really been read.
 */
import type { PieceFrame } from '../../protocol/frame.ts';
import { seedPathFrom } from '../../protocol/media.ts';
import type { FromPeer } from '../../protocol/from-peer.ts';
import type { Feed } from '../../protocol/tracker.ts';
import { EdgeBusy } from '../mesh/seams.ts';
import { fullJitterMs } from './backoff.ts';
import type { EdgeMedia } from './edge-media.ts';
import type { PeerEnvironment } from './environment.ts';

export interface SeedStreamOptions {
  environment: PeerEnvironment;
  media: EdgeMedia;
  take(frame: PieceFrame): void;
  acknowledge(): { track: number; substream: number; index: number }[];
  /** Piece bytes given to peers so far. */
  uploaded(): number;
  tell(message: FromPeer): boolean;
}

const ACK_MS = 2000;
const RETRY_MS = 250;
const LONGEST_RETRY_MS = 500;

export class SeedStream {
  #options: SeedStreamOptions;
  #feeds: Feed[] = [];
  #path = '';
  #abort: AbortController | undefined;
  #ackTimer: number | undefined;
  #retryTimer: number | undefined;
  #failures = 0;
  #uploadedAtAck = 0;

  constructor(options: SeedStreamOptions) {
    this.#options = options;
  }

  get feeds(): Feed[] {
    return this.#feeds;
  }

  /** The whole set from now on. The edge changes the set inside a response; another path means another response. */
  set(feeds: Feed[], path: string): void {
    this.#feeds = feeds;
    if (feeds.length === 0) return this.close();
    if (this.#ackTimer === undefined) this.#acknowledgeLater();
    if (path === this.#path) return;
    this.#path = path;
    this.#failures = 0;
    this.#open();
  }

  close(): void {
    const { environment } = this.#options;
    this.#feeds = [];
    this.#path = '';
    this.#abort?.abort();
    this.#abort = undefined;
    environment.clearTimer(this.#ackTimer ?? 0);
    environment.clearTimer(this.#retryTimer ?? 0);
    this.#ackTimer = this.#retryTimer = undefined;
  }

  /** The new response takes over from the old one, which is then let go. */
  #open(): void {
    const { environment, media, take } = this.#options;
    environment.clearTimer(this.#retryTimer ?? 0);
    const old = this.#abort;
    const abort = this.#abort = new AbortController();
    let began = false;
    const ended = (error?: unknown) => {
      if (this.#abort !== abort) return;
      if (began && error === undefined) this.#failures = 0;
      const busy = error instanceof EdgeBusy ? error.retryAfterMs : 0;
      const delay = busy +
        (began && this.#failures === 0
          ? 0
          : fullJitterMs(environment.random, this.#failures, RETRY_MS, LONGEST_RETRY_MS));
      this.#failures++;
      this.#retryTimer = environment.setTimer(delay, () => this.#open());
    };
    const held = this.#options.acknowledge().map(({ index }) => index);
    media.frames(seedPathFrom(this.#path, held), abort.signal, (frame) => {
      if (!began) this.#failures = 0;
      began = true;
      take(frame);
    }).then(() => ended(), ended);
    old?.abort();
  }

  #acknowledgeLater(): void {
    this.#ackTimer = this.#options.environment.setTimer(ACK_MS, () => {
      const uploaded = this.#options.uploaded();
      const acks = this.#options.acknowledge().slice(0, 128);
      const given = Math.max(0, uploaded - this.#uploadedAtAck);
      if (this.#options.tell({ action: 'ack', acks, given })) this.#uploadedAtAck = uploaded;
      this.#acknowledgeLater();
    });
  }
}
