/**
 * Who sits in the other objects of the backbone: some of them are named to those who sit down here, and what is said
 * to them goes through the object that they sit in. Pure; part of a shard.
 */
import type { Introduction } from '../../protocol/tracker.ts';
import type { Beyond } from './backbone.ts';

/** Peers of other objects whose offers came here are remembered for their answers, so many at a time. */
const MOST_MET = 1000;

export class Across {
  /** Told by the Channel object. */
  named: Beyond[] = [];
  readonly #met = new Map<string, string>();

  get size(): number {
    return this.named.length;
  }

  /** The object in which this peer sits, as far as is known. */
  shardOf(id: string): string | undefined {
    return this.#met.get(id) ?? this.named.find((one) => one.id === id)?.shard;
  }

  /** This peer spoke from another object. */
  met(id: string, shard: string): void {
    this.#met.delete(id);
    this.#met.set(id, shard);
    if (this.#met.size > MOST_MET) this.#met.delete(this.#met.keys().next().value!);
  }

  /** Up to `want` of those that are not known, by chance. */
  choose(want: number, known: Iterable<string>, random: () => number): Introduction[] {
    const taken = new Set(known);
    const rest = this.named.filter(({ id }) => !taken.has(id));
    const chosen: Introduction[] = [];
    while (chosen.length < want && rest.length > 0) {
      const [one] = rest.splice(Math.floor(random() * rest.length), 1);
      chosen.push({ peer_id: one!.id, near: 'far' });
    }
    return chosen;
  }
}
