import assert from 'node:assert/strict';
import { CHANNEL_VIEWS, channelPath, routeOf } from './route.ts';

Deno.test('every view of a channel has an address that leads back to it', () => {
  for (const view of CHANNEL_VIEWS) {
    assert.deepEqual(routeOf(channelPath('demo', view)), { page: 'channel', name: 'demo', view });
  }
});

Deno.test('the dashboard begins with the channels', () => {
  for (const path of ['/admin', '/admin/', '/admin/channels']) {
    assert.deepEqual(routeOf(path), { page: 'channels' });
  }
  assert.deepEqual(routeOf('/admin/new'), { page: 'new-channel' });
  assert.deepEqual(routeOf('/admin/audit'), { page: 'audit' });
});

Deno.test('an address that means nothing leads nowhere', () => {
  const odd = ['/', '/admin/x', '/admin/new/x', '/admin/channels/A', '/admin/channels/demo/x'];
  for (const path of [...odd, '/admin/channels/demo/live/x', '/admin/tokens/x']) {
    assert.deepEqual(routeOf(path), { page: 'nowhere' }, path);
  }
});
