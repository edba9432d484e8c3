/**
 * The keys of a protected channel as one player holds them: this period's and the next, asked for when the visit
 * begins and then once a period, at a moment of its own. Nothing is asked when a new key takes effect.
 */
import { fromBase64Url, toHex } from '../../../protocol/bytes.ts';
import type { LicenseAnswer } from '../../../protocol/license.ts';
import { fullJitterMs } from '../../peer/backoff.ts';
import { Emitter } from '../../peer/emitter.ts';
import type { LicenseOutcome } from './license-client.ts';
import { renewalDelayMs } from './renewal.ts';

export interface KeyRingEvents {
  /** The edge gives no keys (any more), and says why. */
  refused: { code: string; message: string };
}

export interface KeyRingSeams {
  /** Asks the edge for these key ids (hex); for all that are in use when there are none. Never rejects. */
  ask: (keyIds: string[]) => Promise<LicenseOutcome>;
  /** 0 to 1. */
  random?: () => number;
  setTimer?: (ms: number, act: () => void) => number;
  clearTimer?: (id: number) => void;
}

/** After a rotation by hand, players ask within this time. */
const ROTATED_SPREAD_MS = 15_000;
/** A key that nobody foresaw: what everybody lacks is not asked for by all at once. */
const UNFORESEEN_SPREAD_MS = 400;
const RETRY_MS = 500;
const LONGEST_RETRY_MS = 8000;
/** Keys remembered: the window may reach back over short periods. */
const MOST_KEYS = 64;
/** setTimeout's own limit. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class KeyRing extends Emitter<KeyRingEvents> {
  readonly #ask: KeyRingSeams['ask'];
  readonly #random: () => number;
  readonly #setTimer: NonNullable<KeyRingSeams['setTimer']>;
  readonly #clearTimer: NonNullable<KeyRingSeams['clearTimer']>;
  readonly #keys = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly #waiting = new Map<string, PromiseWithResolvers<Uint8Array<ArrayBuffer>>>();
  #timer: number | undefined;
  #asking = false;
  #failures = 0;
  /** Not started: nothing is protected. */
  #stopped = true;
  #isRefused = false;

  constructor(seams: KeyRingSeams) {
    super();
    this.#ask = seams.ask;
    this.#random = seams.random ?? Math.random;
    this.#setTimer = seams.setTimer ?? ((ms, act) => setTimeout(act, ms) as unknown as number);
    this.#clearTimer = seams.clearTimer ?? ((id) => clearTimeout(id));
  }

  /** Fetches the first keys at once: they are here before the media that needs them. */
  start(): void {
    this.#stopped = false;
    this.#askIn(0);
  }

  stop(): void {
    this.#stopped = true;
    this.#clearTimer(this.#timer ?? 0);
    for (const { reject } of this.#waiting.values()) reject(new Error('the player has stopped'));
    this.#waiting.clear();
  }

  /** The edge says that keys were rotated by hand: those to come are others now. */
  rotated(): void {
    this.#askIn(this.#random() * ROTATED_SPREAD_MS);
  }

  /** Asks again where it was refused or waits: the token is another one. */
  retry(): void {
    if (this.#waiting.size > 0 || this.#isRefused) this.#askIn(0);
  }

  /** All keys that are here, by key id in hex. */
  get held(): ReadonlyMap<string, Uint8Array<ArrayBuffer>> {
    return this.#keys;
  }

  /** The key with this id (hex), as soon as it is here. Rejects when the ring stops. */
  key(keyId: string): Promise<Uint8Array<ArrayBuffer>> {
    const held = this.#keys.get(keyId);
    if (held) return Promise.resolve(held);
    let waiting = this.#waiting.get(keyId);
    if (!waiting) {
      this.#waiting.set(keyId, waiting = Promise.withResolvers());
      // Whoever drops the promise, because the media was unloaded, has not failed.
      waiting.promise.catch(() => {});
      if (this.#keys.size > 0) this.#askIn(this.#random() * UNFORESEEN_SPREAD_MS);
    }
    return waiting.promise;
  }

  #askIn(ms: number): void {
    if (this.#stopped) return;
    this.#clearTimer(this.#timer ?? 0);
    this.#timer = this.#setTimer(Math.min(ms, LONGEST_TIMER_MS), () => void this.#renew());
  }

  async #renew(): Promise<void> {
    if (this.#asking || this.#stopped) return;
    this.#asking = true;
    let outcome = await this.#ask([]);
    if (outcome.kind === 'answered') {
      this.#take(outcome.answer);
      const missing = [...this.#waiting.keys()];
      // Older than what is in use now: asked for by name.
      if (missing.length > 0 && !this.#stopped) {
        const named = await this.#ask(missing.slice(0, 32));
        if (named.kind === 'answered') this.#take(named.answer);
        else outcome = named;
      }
    }
    this.#asking = false;
    if (!this.#stopped) this.#next(outcome);
  }

  #next(outcome: LicenseOutcome): void {
    this.#isRefused = outcome.kind === 'refused';
    if (outcome.kind === 'refused') {
      const { code, message } = outcome;
      return this.emit('refused', { code, message });
    }
    if (outcome.kind === 'unreachable' || this.#waiting.size > 0) {
      return this.#askIn(fullJitterMs(this.#random, this.#failures++, RETRY_MS, LONGEST_RETRY_MS));
    }
    this.#failures = 0;
    this.#askIn(renewalDelayMs(outcome.answer, this.#random()));
  }

  #take({ keys }: LicenseAnswer): void {
    for (const { kid, k } of keys) {
      const id = toHex(fromBase64Url(kid)!);
      const key = fromBase64Url(k)!;
      this.#keys.delete(id);
      this.#keys.set(id, key);
      this.#waiting.get(id)?.resolve(key);
      this.#waiting.delete(id);
    }
    while (this.#keys.size > MOST_KEYS) this.#keys.delete(this.#keys.keys().next().value!);
  }
}
