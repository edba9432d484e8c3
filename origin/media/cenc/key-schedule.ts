/** The keys of one protected channel as the edge told of them, and which of them is in effect. */
import { fromBase64Url, fromHex } from '../../../protocol/bytes.ts';
import type { DrmScheme, KeyPeriods } from '../../../protocol/keys.ts';
import type { ContentKey } from './content-key.ts';

interface Scheduled extends ContentKey {
  startsAtMs: number;
}

export class KeySchedule {
  readonly scheme: DrmScheme;
  readonly #nowMs: () => number;
  #keys: Scheduled[] = [];

  constructor(scheme: DrmScheme, nowMs: () => number) {
    this.scheme = scheme;
    this.#nowMs = nowMs;
  }

  /** Takes what the edge says, in place of what it said before. */
  set(periods: KeyPeriods): void {
    const now = this.#nowMs();
    this.#keys = periods
      .map(({ keyId, key, startsInMs }) => ({
        id: fromHex(keyId)!,
        key: fromBase64Url(key)!,
        startsAtMs: now + startsInMs,
      }))
      .sort((a, b) => a.startsAtMs - b.startsAtMs);
  }

  /**
   * The newest key that has begun, or the first one. It stays in effect past its time when no other comes: what is
   * encrypted with an old key is still encrypted. Throws when there is none at all.
   */
  current(): ContentKey {
    const now = this.#nowMs();
    const found = this.#keys.findLast(({ startsAtMs }) => startsAtMs <= now) ?? this.#keys[0];
    if (!found) throw new Error('a protected channel must have a key');
    return found;
  }

  /** Whether the last key told of is in effect: time to ask for the one after it. */
  get isLast(): boolean {
    const now = this.#nowMs();
    return this.#keys.every(({ startsAtMs }) => startsAtMs <= now);
  }
}
