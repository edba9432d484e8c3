/** Keys object: one a channel. Makes the key periods, keeps them sealed, hands them to the origin and to licenses. */
import { DurableObject } from 'cloudflare:workers';
import { newPeriod, openKey } from '../access/content-key.ts';
import type { Env } from '../env.ts';
import { KeyBook, type PeriodPlan, type PeriodRow } from '../store/key-book.ts';

/** A period with its key in plain: in memory and on the way to whom it is for, nowhere else. */
export interface OpenPeriod {
  keyId: string;
  /** base64url. */
  key: string;
  startsAtMs: number;
}

/** A period as an admin sees it. */
export interface PeriodFacts {
  number: number;
  keyId: string;
  startsAtMs: number;
}

export interface KeyUse {
  channel: string;
  periodS: number;
  /** How long after its end a key may still be needed: what is in the window was encrypted with it. */
  graceS: number;
}

export class Keys extends DurableObject<Env> {
  readonly #book: KeyBook;
  #line: Promise<unknown> = Promise.resolve();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#book = new KeyBook(ctx.storage.sql);
  }

  /** All that may be needed now, the one in effect and the one to come included, in order. */
  async inUse({ channel, periodS, graceS }: KeyUse): Promise<OpenPeriod[]> {
    return await this.#inLine(async () => {
      await this.#make(channel, this.#book.missing(Date.now(), periodS * 1000));
      const used = () => this.#openKnown(channel, this.#book.inUse(Date.now(), graceS * 1000));
      const periods = await used();
      const [next, current] = this.#book.list(2);
      if ([current, next].every((row) => periods.some(({ keyId }) => keyId === row!.keyId))) return periods;
      // The master secret was changed: what was sealed with the other one is of no use, so a new period begins.
      await this.#make(channel, [this.#book.revoke(Date.now(), 0)]);
      await this.#make(channel, this.#book.missing(Date.now(), periodS * 1000));
      return await used();
    });
  }

  /** Keys of any time, by their ids: recordings outlive the periods. Unknown ids are left out. */
  async find(channel: string, keyIds: string[]): Promise<OpenPeriod[]> {
    return await this.#openKnown(channel, this.#book.find(keyIds));
  }

  /**
   * Ends the period. Without `revoke` the key to come takes its place at once: viewers hold it. With it that key is
   * thrown away too, and one that nobody holds takes effect after REVOKE_LEAD_MS.
   */
  async rotate(use: KeyUse, revoke: boolean): Promise<void> {
    const { channel, periodS } = use;
    await this.#inLine(async () => {
      await this.#make(channel, this.#book.missing(Date.now(), periodS * 1000));
      if (revoke) await this.#make(channel, [this.#book.revoke(Date.now())]);
      else this.#book.advance(Date.now());
      await this.#make(channel, this.#book.missing(Date.now(), periodS * 1000));
    });
  }

  /** Newest first, without keys. */
  async list(): Promise<PeriodFacts[]> {
    return this.#book.list(50).map(({ number, keyId, startsAtMs }) => ({ number, keyId, startsAtMs }));
  }

  /** The channel was deleted. */
  async remove(): Promise<void> {
    await this.#inLine(async () => this.#book.clear());
  }

  async #make(channel: string, plans: PeriodPlan[]): Promise<void> {
    for (const plan of plans) this.#book.add(await newPeriod(this.env, channel, plan));
  }

  /** Those that can be opened with the master secret of now. */
  async #openKnown(channel: string, rows: PeriodRow[]): Promise<OpenPeriod[]> {
    const opened = await Promise.all(rows.map(async (row) => {
      const key = await openKey(this.env, channel, row);
      return key === undefined ? [] : [{ keyId: row.keyId, key, startsAtMs: row.startsAtMs }];
    }));
    return opened.flat();
  }

  /** Two who find that a period is missing shall not both make it. */
  #inLine<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#line.then(act);
    this.#line = done.catch(() => {});
    return done;
  }
}
