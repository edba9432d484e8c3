/**
 * Pieces on their way from the worker to the page. Each message wakes the page, and each piece that comes alone is
 * appended alone: where the picture is well ahead of its need, what comes within a moment goes over together.
 */
import type { PieceRecord } from '../../../protocol/record.ts';
import type { PieceSource, Playhead } from '../../mesh/seams.ts';
import type { PeerEnvironment } from '../environment.ts';

export interface CarriedPiece {
  record: PieceRecord;
  /** A copy of its own: the mesh passes the original on to others. */
  bytes: Uint8Array<ArrayBuffer>;
  source: PieceSource;
}

/** How long a piece waits for others at most ... */
export const BATCH_MS = 1000;
/** ... and so much the picture has left when it comes. */
export const LEFT_MS = 550;
/** What comes at one time, as from a run, goes over at one time, as long as the picture has so much left. */
export const MOMENT_MS = 30;
export const MOMENT_LEFT_MS = 200;
/** Until there is a picture: what the join brought comes out of the checks one by one, within a few of these. */
export const FIRST_MS = 8;

export class PieceBatch {
  #environment: Pick<PeerEnvironment, 'now' | 'setTimer' | 'clearTimer'>;
  #post: (pieces: CarriedPiece[]) => void;
  #waiting: CarriedPiece[] = [];
  #timer: number | undefined;
  #dueAt = Infinity;
  #playhead: Playhead | undefined;
  #playheadAt = 0;

  constructor(
    environment: Pick<PeerEnvironment, 'now' | 'setTimer' | 'clearTimer'>,
    post: (pieces: CarriedPiece[]) => void,
  ) {
    this.#environment = environment;
    this.#post = post;
  }

  /** Where the picture is. After a jump it may have less left than what waits was to wait for. */
  setPlayhead(playhead: Playhead): void {
    this.#playhead = playhead;
    this.#playheadAt = this.#environment.now();
    if (this.#waiting.length > 0) this.#wait();
  }

  add(piece: CarriedPiece): void {
    this.#waiting.push(piece);
    this.#wait();
  }

  #wait(): void {
    const spareMs = this.#spareMs();
    if (spareMs !== undefined && spareMs < MOMENT_LEFT_MS) return this.flush();
    const waitMs = spareMs === undefined
      ? FIRST_MS
      : Math.min(BATCH_MS, Math.max(MOMENT_MS, spareMs - LEFT_MS));
    const dueAt = this.#environment.now() + waitMs;
    if (dueAt >= this.#dueAt) return;
    this.#stopWaiting();
    this.#dueAt = dueAt;
    this.#timer = this.#environment.setTimer(waitMs, () => this.flush());
  }

  /** What waits goes over now, as before any other news. */
  flush(): void {
    this.#stopWaiting();
    if (this.#waiting.length > 0) this.#post(this.#waiting.splice(0));
  }

  /** Another broadcast begins: its first pieces are waited for. */
  restart(): void {
    this.flush();
    this.#playhead = undefined;
  }

  #stopWaiting(): void {
    if (this.#timer !== undefined) this.#environment.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#dueAt = Infinity;
  }

  #spareMs(): number | undefined {
    if (this.#playhead === undefined) return undefined;
    const { decodeTimeUs, bufferedUntilUs, playing } = this.#playhead;
    const played = playing ? this.#environment.now() - this.#playheadAt : 0;
    return (bufferedUntilUs - decodeTimeUs) / 1000 - played;
  }
}
