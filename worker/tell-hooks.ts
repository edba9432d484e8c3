/** Objects tell the Hooks object what happened; that it cannot be told never stands in the way of anything else. */
import type { Happening } from '../protocol/webhook.ts';
import { type Env, hooksOf } from './env.ts';
import { log } from './log.ts';

const RETRY_MS = 200;

export async function tellHooks(env: Env, happenings: Happening[]): Promise<void> {
  for (const happening of happenings) {
    const tell = () => hooksOf(env).happened(happening);
    try {
      await tell().catch(() => new Promise((resolve) => setTimeout(resolve, RETRY_MS)).then(tell));
    } catch (error) {
      log('error', 'webhooks cannot be told', { type: happening.type, why: (error as Error).message });
    }
  }
}
