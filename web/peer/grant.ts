/** The media grant: kept, and renewed when it is about to expire and somebody needs it, never before. */
import type { Grant } from '../../protocol/join.ts';

/** A grant with less than this left is renewed before it is used. */
const MARGIN_MS = 3000;

export class GrantKeeper {
  #grant: Grant;
  #renewing: Promise<Grant> | undefined;

  /** `renew` asks the edge, on the socket or by joining again. `edgeNowMs` is the edge's clock. */
  constructor(grant: Grant, readonly edgeNowMs: () => number, readonly renew: () => Promise<Grant>) {
    this.#grant = grant;
  }

  set(grant: Grant): void {
    this.#grant = grant;
  }

  /** The grant's value, fresh enough to be used. Rejects when it cannot be renewed. */
  async value(): Promise<string> {
    if (this.#grant.expiresS * 1000 - this.edgeNowMs() < MARGIN_MS) await this.refresh(this.#grant.value);
    return this.#grant.value;
  }

  /** The edge refused `value`: get another, once for all who ask at the same time. */
  async refresh(value: string): Promise<void> {
    if (this.#grant.value !== value) return;
    this.#renewing ??= this.renew().finally(() => this.#renewing = undefined);
    this.#grant = await this.#renewing;
  }
}
