/** The Directory's settings of the box: kept, and the egress cap dealt to the channels that are live. */
import * as v from 'valibot';
import { BoxSettings } from '../../protocol/box.ts';
import { channelOf, type Env } from '../env.ts';
import { type Claimant, dealCap } from '../store/box-cap.ts';

/** Changes within this time are dealt together. */
const DEAL_MS = 500;
/** No share is 0. */
const UNSURE = 0;

export class BoxDesk {
  readonly #ctx: DurableObjectState;
  readonly #env: Env;
  readonly #live: () => Claimant[];
  #settings: BoxSettings;
  /** Shares that channels hold, those off air included; UNSURE where the telling failed. Kept. */
  readonly #told: Map<string, number>;
  #isArmed = false;

  constructor(ctx: DurableObjectState, env: Env, live: () => Claimant[]) {
    this.#ctx = ctx;
    this.#env = env;
    this.#live = live;
    this.#settings = v.parse(BoxSettings, ctx.storage.kv.get('box') ?? {});
    this.#told = new Map(ctx.storage.kv.get<[string, number][]>('box-told'));
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

  /** The channel is deleted. */
  forget(name: string): void {
    if (this.#told.delete(name)) this.#keep();
  }

  async #deal(): Promise<void> {
    const shares = dealCap(this.#settings.egressCapKbps, this.#live());
    const news = [...shares].filter(([name, share]) => (this.#told.get(name) ?? null) !== share);
    if (news.length === 0) return;
    await Promise.all(news.map(async ([name, share]) => {
      try {
        await channelOf(this.#env, name).setShare(share);
        if (share === null) this.#told.delete(name);
        else this.#told.set(name, share);
      } catch {
        // The object was just restarted.
        this.#told.set(name, UNSURE);
        this.changed();
      }
    }));
    this.#keep();
  }

  #keep(): void {
    this.#ctx.storage.kv.put('box-told', [...this.#told]);
  }
}
