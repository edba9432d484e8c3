/** Keeps a channel's keys ahead of time: asks the edge once the last one told of is in effect, until another comes. */
import type { DrmScheme, KeyPeriods } from '../../protocol/keys.ts';
import { KeySchedule } from '../media/cenc/key-schedule.ts';

export interface KeyWatchOptions {
  scheme: DrmScheme;
  nowMs: () => number;
  /** Asks the edge; what it answers comes back through `set`. */
  ask: () => void;
  /** How often it is looked whether to ask (again). */
  everyMs?: number;
}

const EVERY_MS = 1000;

export class KeyWatch {
  readonly schedule: KeySchedule;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor({ scheme, nowMs, ask, everyMs = EVERY_MS }: KeyWatchOptions) {
    this.schedule = new KeySchedule(scheme, nowMs);
    this.#timer = setInterval(() => this.schedule.isLast && ask(), everyMs);
  }

  set(periods: KeyPeriods): void {
    this.schedule.set(periods);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
