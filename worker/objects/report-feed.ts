/** What the Channel object tells its Report object. Nothing waits for any of it. */
import { boardOf, type Env, reportOf } from '../env.ts';
import { Courier } from '../report/courier.ts';
import { addUse, type EdgeUse, emptyUse } from '../report/edge-use.ts';

/** Workers and the Media object tell every three seconds each: theirs go on together. */
const TELL_MS = 2000;

/** `name` is asked for at the time: the channel may have been deleted. */
export function useCourier(
  ctx: DurableObjectState,
  env: Env,
  name: () => string | undefined,
): Courier<EdgeUse> {
  return new Courier<EdgeUse>({
    empty: emptyUse,
    add: addUse,
    deliver: async (use) => {
      const channel = name();
      if (channel !== undefined) await reportOf(env, channel).tellUse(channel, use);
    },
    everyMs: () => TELL_MS,
    nowMs: () => Date.now(),
    setTimer: (delayMs, run) => void setTimeout(() => ctx.waitUntil(Promise.resolve(run())), delayMs),
  });
}

/** The channel's state is another. */
export function tellReportState(ctx: DurableObjectState, env: Env, channel: string, isOver: boolean): void {
  ctx.waitUntil(reportOf(env, channel).tellState(channel, isOver).catch(() => {}));
}

/** The channel is deleted. */
export async function removeReport(env: Env, channel: string | undefined): Promise<void> {
  if (channel === undefined) return;
  await reportOf(env, channel).remove().catch(() => {});
  await boardOf(env).tellGone(channel);
}
