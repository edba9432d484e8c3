/** What a Media object's edge is used for, told to its Channel object every few seconds while there is something. */
import { channelOf, type Env } from '../env.ts';
import { addUse, countBytes, type EdgeUse, emptyUse, hasUse, type MediaKind } from '../report/edge-use.ts';

/** Use is told this often. */
const TELL_MS = 5000;

export class MediaUse {
  readonly #ctx: DurableObjectState;
  readonly #env: Env;
  #use: EdgeUse = emptyUse();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    this.#ctx = ctx;
    this.#env = env;
  }

  /** So many bytes of this kind are on their way to a viewer. */
  went(kind: MediaKind, bytes: number): void {
    countBytes(this.#use, kind, bytes);
    this.#tellSoon();
  }

  /** A request came that no cache could answer. It is told with what is sent for it. */
  missedCache(): void {
    this.#use.cacheMisses++;
  }

  /** So many pieces were asked of the origin. */
  askedOrigin(pieces: number): void {
    this.#use.originMisses += pieces;
    this.#tellSoon();
  }

  /** A body of this size was refused: the egress cap is spent. */
  refused(kind: MediaKind, bytes: number): void {
    this.#use.refused++;
    if (kind === 'repair') this.#use.refusedRepairBytes += bytes;
    this.#tellSoon();
  }

  /** Tells what there is now; what could not be told is told later. */
  async tell(): Promise<void> {
    const channel = this.#ctx.id.name;
    const use = this.#use;
    if (channel === undefined || !hasUse(use)) return;
    this.#use = emptyUse();
    try {
      await channelOf(this.#env, channel).countUse(use);
    } catch {
      addUse(this.#use, use);
      this.#tellSoon();
    }
  }

  #tellSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#ctx.waitUntil(this.tell());
    }, TELL_MS);
  }
}
