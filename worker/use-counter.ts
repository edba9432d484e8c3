/** What this isolate answered from the cache, told to the Channel objects now and then. */
import { channelOf, type Env } from './env.ts';
import { addUse, type EdgeUse, emptyUse } from './report/edge-use.ts';

const TELL_MS = 3000;

export class UseCounter {
  #open = new Map<string, EdgeUse>();

  /** Adds to what is told of a channel within three seconds. */
  count(env: Env, ctx: Pick<ExecutionContext, 'waitUntil'>, channel: string, use: Partial<EdgeUse>): void {
    let total = this.#open.get(channel);
    if (!total) {
      this.#open.set(channel, total = emptyUse());
      ctx.waitUntil(this.#tellLater(env, channel));
    }
    addUse(total, { ...emptyUse(), ...use });
  }

  async #tellLater(env: Env, channel: string): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, TELL_MS));
    const use = this.#open.get(channel);
    this.#open.delete(channel);
    if (use) await channelOf(env, channel).countUse(use);
  }
}

/** One an isolate. */
export const useCounter = new UseCounter();
