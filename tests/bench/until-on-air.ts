import type { Stack } from '../stack.ts';
import { until } from '../until.ts';

/** Waits until the channel's encoder is taken on; throws when it is not within the limit. */
export async function untilOnAir(stack: Stack, channel: string, limitS = 30): Promise<void> {
  const state = async () => {
    return (await stack.api('GET', `/channels/${channel}`) as { channel: { state: string } }).channel.state;
  };
  await until(`${channel} is live`, state, { withinMs: limitS * 1000, holds: (now) => now === 'live' });
}
