/** The Directory's settings of the box: kept, and the egress cap dealt to the channels that are live. */
import * as v from 'valibot';
import { BoxSettings } from '../../protocol/box.ts';
import { channelOf, type Env } from '../env.ts';
import { type Claimant, dealCap } from '../store/box-cap.ts';

/** Changes within this time are dealt together. */
const DEAL_MS = 500;

export class BoxDesk {
  readonly #ctx: DurableObjectState;
  readonly #env: Env;
  readonly #live: () => Claimant[];
  #settings: BoxSettings;
  /** As told; forgotten with an eviction, and then told again. */
  readonly #told = new Map<string, number | null>();
  #isArmed = false;

  constructor(ctx: DurableObjectState, env: Env, live: () => Claimant[]) {
    this.#ctx = ctx;
    this.#env = env;
    this.#live = live;
    this.#settings = v.parse(BoxSettings, ctx.storage.kv.get('box') ?? {});
  }

  get settings(): BoxSettings {
    return this.#settings;
  }

  async set(settings: BoxSettings): Promise<void> {
    this.#settings = settings;
    this.#ctx.storage.kv.put('box', settings);
    await this.#deal();
  }

  /** A channel went on or off air, or its own cap is another. */
  changed(): void {
    if (this.#isArmed || (this.#settings.egressCapKbps === null && this.#told.size === 0)) return;
    this.#isArmed = true;
    setTimeout(() => {
      this.#isArmed = false;
      this.#ctx.waitUntil(this.#deal());
    }, DEAL_MS);
  }

  async #deal(): Promise<void> {
    const shares = dealCap(this.#settings.egressCapKbps, this.#live());
    for (const name of this.#told.keys()) if (!shares.has(name)) this.#told.delete(name);
    await Promise.all([...shares].map(async ([name, share]) => {
      if ((this.#told.get(name) ?? null) === share) return;
      try {
        await channelOf(this.#env, name).setShare(share);
        this.#told.set(name, share);
      } catch {
        // The object was just restarted: it is told with the next deal.
        this.#told.delete(name);
      }
    }));
  }
}
