/**
 * The backbone: Swarm objects in which the bridges of all shards meet. It begins as one; a region with bridges enough
 * gets an object of its own, near it, and links across join them. Bridges stay where they sat down: a region that
 * comes or goes moves nobody. Pure; part of the steward.
 */

/** Where bridges meet whose region has no object of its own. */
export const BACKBONE = 'b0';
/** Most sockets of one object: the bridges of over a thousand shards. */
export const BACKBONE_LIMIT = 10_000;
/** Bridges from which a region has an object of its own, and below which it takes no more. */
const OPEN_AT = 64;
const CLOSE_BELOW = 24;
/** Bridges of each object that are named in the others. */
const NAMED = 16;

/** A bridge that sits in another object of the backbone. */
export interface Beyond {
  id: string;
  shard: string;
}

export interface BackboneSnapshot {
  /** Regions with an object that takes bridges. */
  regions: string[];
  objects: [string, { count: number; regions: Record<string, number>; best: string[] }][];
}

/** `b0`, or `b` and a region. */
export function isBackbone(shard: string): boolean {
  return shard.startsWith('b');
}

export class Backbone {
  readonly #regions: Set<string>;
  readonly #objects: Map<string, { count: number; regions: Record<string, number>; best: string[] }>;

  constructor(snapshot?: BackboneSnapshot) {
    this.#regions = new Set(snapshot?.regions);
    this.#objects = new Map(snapshot?.objects);
  }

  snapshot(): BackboneSnapshot {
    return { regions: [...this.#regions], objects: [...this.#objects] };
  }

  /** Where a bridge of a region is sent; the empty one stands for all that are not named. */
  get homes(): Record<string, string> {
    return Object.fromEntries([
      ['', BACKBONE],
      ...[...this.#regions].map((region) => [region, `b${region}`]),
    ]);
  }

  /** Every object in use, those that take no more bridges included. */
  get shards(): string[] {
    return [...new Set([...Object.values(this.homes), ...this.#objects.keys()])];
  }

  /** Whom an object names of the others. */
  beyond(shard: string): Beyond[] {
    return [...this.#objects].flatMap(([other, { best }]) =>
      other === shard ? [] : best.map((id) => ({ id, shard: other }))
    );
  }

  /**
   * One object tells who sits in it, by region, and its best bridges first. Answers whether `homes` or `shards` are
   * others now, and whether `beyond` is.
   */
  count(
    shard: string,
    count: number,
    regions: Record<string, number>,
    best: string[],
  ): { arranged: boolean; named: boolean } {
    const before = this.#objects.get(shard)?.best.join();
    const arrangement = () => [...this.#regions, ...this.shards].join();
    const arranged = arrangement();
    const names = best.slice(0, NAMED);
    if (count > 0) this.#objects.set(shard, { count, regions, best: names });
    else this.#objects.delete(shard);
    this.#arrange();
    return { arranged: arrangement() !== arranged, named: this.shards.length > 1 && before !== names.join() };
  }

  #arrange(): void {
    const bridges = new Map<string, number>();
    let all = 0;
    for (const { count, regions } of this.#objects.values()) {
      all += count;
      for (const [region, some] of Object.entries(regions)) {
        bridges.set(region, (bridges.get(region) ?? 0) + some);
      }
    }
    for (const region of this.#regions) {
      if ((bridges.get(region) ?? 0) < CLOSE_BELOW) this.#regions.delete(region);
    }
    for (const [region, some] of bridges) {
      // Where nearly all are of one region, one object is what they need.
      const isAlone = all - some < CLOSE_BELOW;
      if (some >= OPEN_AT && !isAlone && isRegion(region)) this.#regions.add(region);
    }
  }
}

/** Two characters, as whereabouts() has them: they become part of an address. */
function isRegion(region: string): boolean {
  return /^[A-Z][A-Z0-9]$/.test(region);
}
