/**
 * Tells a viewer who waits because there is no upload for it from one who waits for another reason: its picture has
 * waited for a while, substreams have no source, and the edge put off what it was asked for.
 */
import type { ViewerReason } from '../peer/viewer.ts';

/** What is said while it is so; `state` stays `live`. */
export const NO_PLACE: ViewerReason = {
  code: 'upload-short',
  message: 'more viewers than upload: waiting for a place',
};

/** Most starts and pauses are over by then. */
const SAID_AFTER_MS = 2500;
/** Who waits asks the edge now and then only: what it last answered holds for so long. */
const REFUSED_MS = 20_000;

export interface SupplyFigures {
  /** Requests that the edge put off so far. */
  refused: number;
  parented: number;
  substreams: number;
}

export class SupplyWait {
  #sinceMs: number | undefined;
  #refused = 0;
  #refusedAtMs = -Infinity;
  #isShort = false;

  /** To be called a few times a second; `waits`: a picture is wanted and does not come. True while that is for want of upload. */
  look(waits: boolean, { refused, parented, substreams }: SupplyFigures, nowMs: number): boolean {
    if (refused > this.#refused) this.#refusedAtMs = nowMs;
    this.#refused = refused;
    if (!waits) {
      this.#sinceMs = undefined;
      return this.#isShort = false;
    }
    this.#sinceMs ??= nowMs;
    const isLong = nowMs - this.#sinceMs >= SAID_AFTER_MS;
    // Once said it stays until the picture goes on: a substream that comes and goes is no news.
    return this.#isShort ||= isLong && parented < substreams && nowMs - this.#refusedAtMs < REFUSED_MS;
  }
}
