import type { Stack } from '../stack.ts';

/** Waits until the channel's encoder is taken on; throws when it is not within the limit. */
export async function untilOnAir(stack: Stack, channel: string, limitS = 30): Promise<void> {
  const end = performance.now() + limitS * 1000;
  while (performance.now() < end) {
    const answer = await stack.api('GET', `/channels/${channel}`) as { channel: { state: string } };
    if (answer.channel.state === 'live') return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${channel} is not live after ${limitS} s`);
}
