/**
 * Complaints: peers tell that a neighbour broke a rule. Any of them may lie, so the shard acts only on several that
 * have nothing to do with each other.
 */
import { type Place, witnessGroup } from './place.ts';

/** Independent witnesses that it takes. */
export const WITNESSES = 3;
/** How long a complaint counts. */
export const COMPLAINT_MS = 10 * 60_000;
/**
 * The same of what cannot be proved, that somebody gives nothing: who gives nobody anything is let go by all within
 * seconds, who has a slow line by one now and by another then.
 */
export const VAIN_MS = 30_000;
/** A peer that accuses more than this many others within that time is not believed at all. */
export const MOST_ACCUSED = 3;
/** Complaints remembered, so that nobody can fill the memory. */
const MOST_REMEMBERED = 2000;

interface Complaint {
  by: string;
  about: string;
  group: string;
  atMs: number;
}

export interface Witness {
  /** Ticket identity in hex. */
  identity: string;
  place: Place;
}

export class Complaints {
  readonly #countsMs: number;
  #all: Complaint[] = [];

  constructor(countsMs: number = COMPLAINT_MS) {
    this.#countsMs = countsMs;
  }

  /**
   * Takes a complaint about the ticket identity `about`. True when it is to be believed: WITNESSES identities from as
   * many different networks agree. Who repeats what it has said is not heard. A witness whose whereabouts are unknown,
   * who shares its network with the accused, or who accuses everybody, does not count.
   */
  file(witness: Witness, about: string, accused: Place, nowMs: number): boolean {
    this.#all = this.#all.filter((complaint) => nowMs - complaint.atMs < this.#countsMs);
    const group = witnessGroup(witness.place);
    if (witness.identity === about || group === undefined || group === witnessGroup(accused)) return false;
    if (this.#all.some((one) => one.by === witness.identity && one.about === about)) return false;
    if (this.#all.length >= MOST_REMEMBERED) this.#all.shift();
    this.#all.push({ by: witness.identity, about, group, atMs: nowMs });
    return this.#agreed(about);
  }

  #agreed(about: string): boolean {
    const accusedBy = new Map<string, number>();
    for (const { by } of this.#all) accusedBy.set(by, (accusedBy.get(by) ?? 0) + 1);
    const believed = this.#all.filter((one) =>
      one.about === about && (accusedBy.get(one.by) ?? 0) <= MOST_ACCUSED
    );
    return new Set(believed.map((one) => one.group)).size >= WITNESSES;
  }
}
