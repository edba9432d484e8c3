/**
 * Upload budget: what is promised to children, what is on its way out, and politeness. What was sent counts as
 * leaving at the budget's rate, whatever the network would take; when links queue all the same, the real uplink is
 * smaller than the budget and the budget shrinks until they do not.
 */
import type { Tuning } from './tuning.ts';

const SHRINK = 0.92;
/** A queue that becomes shorter at this pace, from one second to the next, is on its way out: nothing has to change. */
const DRAINING = 0.95;
const GROW = 1.02;
/** Upload that may be made up for after a pause. */
const CATCH_UP_MS = 1500;

export class UploadBudget {
  tuning: Tuning;
  #kbps: number;
  #effective: number;
  #freeAt = 0;
  #creditMs = 0;
  #queuedBefore = 0;
  /** Given to children outside the LAN, kbps with overhead. */
  promisedKbps = 0;
  promisedLanKbps = 0;

  constructor(kbps: number, tuning: Tuning) {
    this.#kbps = kbps;
    this.#effective = kbps;
    this.tuning = tuning;
  }

  /** What the owner allows. */
  get kbps(): number {
    return this.#kbps;
  }

  set kbps(kbps: number) {
    this.#kbps = kbps;
    this.#effective = kbps;
  }

  /** What the uplink proves to carry of it. */
  get effectiveKbps(): number {
    return this.#effective;
  }

  /** What may be promised in all. */
  get slotsKbps(): number {
    return this.#effective * this.tuning.budgetShare;
  }

  /** Milliseconds of upload that are queued. */
  behindMs(now: number): number {
    return this.#freeAt > now ? this.#freeAt - now : 0;
  }

  /** Counts bytes that were handed to a link outside the LAN. */
  charge(bytes: number, now: number): void {
    if (this.#effective <= 0) return;
    this.#freeAt = Math.max(this.#freeAt, now - this.#creditMs) + bytes * 8 / this.#effective;
    if (this.#freeAt >= now) this.#creditMs = 0;
  }

  /** Nothing went out for long, and now everybody wants what was missed at once: some of what was saved may follow. */
  catchUp(): void {
    this.#creditMs = CATCH_UP_MS;
  }

  /** Once a second: the bytes that all links hold back. */
  adapt(queuedBytes: number): void {
    if (this.#kbps <= 0) return;
    const isDraining = queuedBytes < this.#queuedBefore * DRAINING;
    this.#queuedBefore = queuedBytes;
    if (queuedBytes * 8 / this.#effective > this.tuning.queueLimitMs) {
      if (isDraining) return;
      this.#effective = Math.max(this.#kbps / 10, this.#effective * SHRINK);
    } else if (this.#effective < this.#kbps) this.#effective = Math.min(this.#kbps, this.#effective * GROW);
  }
}
