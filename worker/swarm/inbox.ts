/**
 * What one socket may say in a time, and in what order it is heard: one message after the other, however long the
 * checking of one takes. Forgotten with an eviction, and may be.
 */
import { MAX_SIGNAL_LENGTH } from '../../protocol/tracker.ts';
import { Budget } from './budget.ts';

/** Messages of one socket that may wait for one that is being checked. */
const MAX_WAITING = 64;
/** Refused tickets on one socket before it is closed. */
const MAX_REFUSALS = 5;

/** Why a socket is closed: a WebSocket close code, and the reason that its owner is told. */
export interface Offence {
  code: number;
  reason: string;
}

export const TOO_MANY: Offence = { code: 1008, reason: 'too many messages' };
export const TOO_MANY_REFUSED: Offence = { code: 1008, reason: 'too many refused tickets' };
const TOO_LONG: Offence = { code: 1009, reason: `a message must be at most ${MAX_SIGNAL_LENGTH} characters` };

export class Inbox {
  /** The socket is closed: nothing more is heard of it. */
  isClosed = false;
  readonly #messages: Budget;
  readonly #characters: Budget;
  readonly #asks: Budget;
  #refusals = 0;
  #waiting = 0;
  #pending: Promise<void> | undefined;

  constructor(nowMs: number) {
    this.#messages = new Budget(150, 20, nowMs);
    this.#characters = new Budget(8 * MAX_SIGNAL_LENGTH, MAX_SIGNAL_LENGTH, nowMs);
    this.#asks = new Budget(8, 0.2, nowMs);
  }

  /** What is wrong with a text of `length` characters that comes now, before it is read. */
  offenceOf(length: number, nowMs: number): Offence | undefined {
    if (this.isTooLong(length)) return TOO_LONG;
    return this.takeMessage(nowMs) && this.#characters.take(length, nowMs) ? undefined : TOO_MANY;
  }

  isTooLong(length: number): boolean {
    return length > MAX_SIGNAL_LENGTH;
  }

  /** False when there were too many messages of late. */
  takeMessage(nowMs: number): boolean {
    return this.#messages.take(1, nowMs);
  }

  /** The same of what costs more than to be read: more neighbours, another ticket. */
  takeAsk(nowMs: number): boolean {
    return this.#asks.take(1, nowMs);
  }

  /** A ticket was refused; false when there will be no further try. */
  refused(): boolean {
    return ++this.#refusals < MAX_REFUSALS;
  }

  /** As many wait as may. */
  get isFull(): boolean {
    return this.#pending !== undefined && this.#waiting >= MAX_WAITING;
  }

  /** Does this after all that came before it, failed or not; at once where nothing is under way. */
  inTurn(act: () => void | Promise<void>): void | Promise<void> {
    if (this.#pending) {
      this.#waiting++;
      const next = () => {
        this.#waiting--;
        return act();
      };
      return this.#hold(this.#pending.then(next, next));
    }
    const done = act();
    return done ? this.#hold(done) : undefined;
  }

  async #hold(work: Promise<void>): Promise<void> {
    this.#pending = work;
    try {
      await work;
    } finally {
      if (this.#pending === work) this.#pending = undefined;
    }
  }
}
