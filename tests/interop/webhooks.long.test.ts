/** A delivery that fails comes again by the real alarm, after the pause that docs/webhooks.md names. */
import assert from 'node:assert/strict';
import { startFeed } from '../feed.ts';
import { startStack } from '../stack.ts';
import { until } from '../until.ts';
import { startReceiver } from './webhook-receiver.ts';

Deno.test('a broadcast is told to a receiver that is busy at first, by the same id, though the edge restarts', async () => {
  const receiver = startReceiver();
  receiver.busyFor = 1;
  const stack = await startStack({ bindings: { SHOAL_HOOKS_LOCAL: '1' } });
  let feed: ReturnType<typeof startFeed> | undefined;
  try {
    const events = ['channel.live', 'channel.lost', 'channel.ended'];
    receiver.secret = String((await stack.api('POST', '/webhooks', { url: receiver.url, events })).secret);
    await stack.api('PATCH', '/channels/demo', { settings: { reconnectWindowS: 5 } });
    feed = startFeed({ output: ['-f', 'flv', stack.publishUrl()] });
    await until('the first call is refused', () => receiver.refused.length === 1, { withinMs: 30_000 });
    await stack.restartEdge();
    const types = () => receiver.accepted.map(({ payload }) => payload.type);
    await until('it comes again', () => types().includes('channel.live'), { withinMs: 60_000 });
    assert.ok(receiver.accepted.some(({ id }) => id === receiver.refused[0]));
    await feed.stop();
    await until('its end is told', () => types().includes('channel.ended'), { withinMs: 60_000 });
    assert.ok(types().includes('channel.lost'));
  } finally {
    await feed?.stop();
    await stack.stop();
    await receiver.stop();
  }
});
