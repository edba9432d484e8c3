/** What viewers with a mesh ask of a Media object: single pieces, runs of a second, and the media of a join. */
import type { Broadcast } from '../../protocol/broadcast.ts';
import type { PieceFrame } from '../../protocol/frame.ts';
import { RUN_STATE_HEADER } from '../../protocol/media.ts';
import { compareIndex, trackOf } from '../../protocol/piece-index.ts';
import { frameBody } from '../media/body.ts';
import type { Lacking } from '../media/lacking.ts';
import { joinOf, type Run, runOf } from '../media/run.ts';
import type { Waiting } from '../media/waiting.ts';
import type { MediaWindow } from '../media/window.ts';
import { feedIn, trackIn } from './media-feed.ts';
import type { MediaEgress } from './media-egress.ts';
import type { MediaLink } from './media-link.ts';
import { BRIEF, gone, IMMUTABLE, later } from './media-response.ts';

/** Longest that a piece is waited for: the origin's round trip, or its reconnection. */
export const PIECE_WAIT_MS = 1500;
/** Longest that an open run is held. */
const RUN_WAIT_MS = 1500;
/** A run may be asked for this much before it begins. */
const RUN_AHEAD_US = 2_000_000;

export class MediaPieces {
  readonly #window: MediaWindow;
  readonly #waiting: Waiting;
  readonly #link: MediaLink;
  readonly #egress: MediaEgress;
  readonly #lacking: Pick<Lacking, 'asked'>;

  constructor(
    window: MediaWindow,
    waiting: Waiting,
    link: MediaLink,
    egress: MediaEgress,
    lacking: Pick<Lacking, 'asked'>,
  ) {
    this.#window = window;
    this.#waiting = waiting;
    this.#link = link;
    this.#egress = egress;
    this.#lacking = lacking;
  }

  /** `from`: where who asks is, as far as that is known (witnessGroup). */
  async piece(broadcast: Broadcast, index: number, from: string | undefined): Promise<Response> {
    let frame = this.#window.get(index);
    if (frame) {
      const track = trackIn(broadcast, index);
      const feed = track && feedIn(track, index);
      if (feed) this.#lacking.asked(feed, index, from);
    } else {
      const newest = this.#window.newest(trackOf(index));
      const isAhead = newest !== undefined && compareIndex(index, newest.record.index) > 0;
      if (!isAhead) this.#link.want([index]);
      await this.#waiting.until(
        () => this.#window.get(index) !== undefined || this.#link.isMissing(index),
        PIECE_WAIT_MS,
      );
      frame = this.#window.get(index);
    }
    if (!frame) {
      if (!this.#link.isUp && !this.#link.isMissing(index)) throw later('the origin is not connected');
      throw gone('the window does not hold this piece');
    }
    return this.#egress.send('repair', frameBody([frame]), IMMUTABLE);
  }

  async run(tracks: number[], second: number): Promise<Response> {
    const isClosed = (run: Run) => this.#link.isFilled ? run.isClosed : run.isSure;
    const settled = () => {
      const run = runOf(this.#window, tracks, second);
      return (run.isGone && this.#link.isFilled) || (isClosed(run) && this.#link.areSettled(run.missing));
    };
    if (second * 1_000_000 > this.#window.newestUs + RUN_AHEAD_US && this.#window.size > 0) {
      throw later('this second is not on air yet');
    }
    await this.#waiting.share(`run ${tracks}/${second}`, async () => {
      this.#link.want(runOf(this.#window, tracks, second).missing);
      await this.#waiting.until(settled, RUN_WAIT_MS);
    });
    const run = runOf(this.#window, tracks, second);
    if (run.isGone && this.#link.isFilled) throw gone('this second has left the window');
    if (run.frames.length === 0 && !isClosed(run)) throw later('nothing of this second has arrived yet');
    const isFinal = isClosed(run) && run.isWhole;
    const response = this.#egress.send('run', frameBody(run.frames), isFinal ? IMMUTABLE : 'no-store');
    response.headers.set(RUN_STATE_HEADER, isClosed(run) ? 'closed' : 'open');
    return response;
  }

  async join(broadcast: Broadcast, tracks: number[]): Promise<Response> {
    const wanted = broadcast.tracks.filter(({ track }) => tracks.length === 0 || tracks.includes(track));
    let frames: PieceFrame[] = [];
    await this.#waiting.until(() => (frames = joinOf(this.#window, wanted)).length > 0, PIECE_WAIT_MS);
    if (frames.length === 0) throw later('nothing has arrived from the origin yet');
    return this.#egress.send('join', frameBody(frames), BRIEF);
  }
}
