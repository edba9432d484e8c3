/** Webhooks over real HTTP, checked by the library that receivers use. */
import assert from 'node:assert/strict';
import { startStack } from '../stack.ts';
import { until } from '../until.ts';
import { startReceiver } from './webhook-receiver.ts';

Deno.test('a receiver that checks signatures takes what Shoal sends, and nothing once the secret is another one', async () => {
  const receiver = startReceiver();
  const stack = await startStack({ bindings: { SHOAL_HOOKS_LOCAL: '1' }, channels: [{ name: 'rented' }] });
  const { api } = stack;
  try {
    const made = await api('POST', '/webhooks', { url: receiver.url, events: ['lease.ended'] });
    const { id } = made.webhook as { id: string };
    receiver.secret = String(made.secret);
    const tried = () => api('POST', `/webhooks/${id}/test`);
    assert.deepEqual(await tried(), { test: { delivered: true, result: '204' } });

    await api('POST', '/tenants', { name: 'acme' });
    const [from, to] = [-60_000, 60_000].map((ms) => new Date(Date.now() + ms).toISOString());
    const lease = await api('POST', '/leases', { channel: 'rented', tenant: 'acme', from, until: to });
    await api('POST', `/leases/${(lease.lease as { id: string }).id}/revoke`);
    await until('the end of the lease is told', () => receiver.accepted.length === 2);
    assert.deepEqual(receiver.accepted.map(({ payload }) => payload.type), ['webhook.test', 'lease.ended']);

    await api('POST', `/webhooks/${id}/secret`);
    assert.deepEqual(await tried(), { test: { delivered: false, result: '503' } });
  } finally {
    await stack.stop();
    await receiver.stop();
  }
});
