/** Pieces asked of the origin: each once, however many viewers need it, until it came or is known to be lost. */

/** An unanswered question may be asked again after this. */
export const ASK_AGAIN_MS = 1000;
/** Most indexes of one question (protocol/link.ts). */
export const MAX_ASKED = 500;
/** Most answers and open questions remembered. */
const MAX_REMEMBERED = 5000;

export class Wants {
  #askedAt = new Map<number, number>();
  #missing = new Set<number>();

  /** Which of these to ask for now. */
  ask(indexes: number[], nowMs: number): number[] {
    const asked: number[] = [];
    for (const index of indexes) {
      if (asked.length >= MAX_ASKED) break;
      if (this.#missing.has(index)) continue;
      const at = this.#askedAt.get(index);
      if (at !== undefined && nowMs - at < ASK_AGAIN_MS) continue;
      forgetOldest(this.#askedAt);
      this.#askedAt.set(index, nowMs);
      asked.push(index);
    }
    return asked;
  }

  arrived(index: number): void {
    this.#askedAt.delete(index);
    this.#missing.delete(index);
  }

  /** The origin does not have these either. */
  missing(indexes: number[]): void {
    for (const index of indexes) {
      this.#askedAt.delete(index);
      forgetOldest(this.#missing);
      this.#missing.add(index);
    }
  }

  /** Whether the origin said that it does not have it. */
  isMissing(index: number): boolean {
    return this.#missing.has(index);
  }

  /** Whether nothing more can be hoped for these. */
  areSettled(indexes: number[]): boolean {
    return indexes.every((index) => this.#missing.has(index));
  }

  /** Another link: what the last one did not have, this one may. */
  clear(): void {
    this.#askedAt.clear();
    this.#missing.clear();
  }
}

function forgetOldest(held: Map<number, unknown> | Set<number>): void {
  if (held.size >= MAX_REMEMBERED) held.delete(held.keys().next().value!);
}
