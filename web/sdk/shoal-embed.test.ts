import assert from 'node:assert/strict';
import { embedAddress } from './shoal-embed.ts';

Deno.test('the options stand in the address, and nothing that was not said', () => {
  const bare = embedAddress({ edge: 'https://live.example/some/page', channel: 'demo' });
  assert.equal(bare.href, 'https://live.example/embed/demo');
  const full = embedAddress({
    edge: 'https://live.example',
    channel: 'demo',
    autoplay: true,
    muted: false,
    p2p: 'relay',
    latencyMs: 2000,
    token: () => 'secret',
  });
  assert.equal(
    full.href,
    'https://live.example/embed/demo?autoplay=true&muted=false&p2p=relay&latency-ms=2000',
  );
});

Deno.test('a channel cannot leave its place in the address', () => {
  const { pathname } = embedAddress({ edge: 'https://live.example', channel: '../admin?x#y' });
  assert.equal(pathname, '/embed/..%2Fadmin%3Fx%23y');
});

Deno.test('what is no web address is refused by name', () => {
  assert.throws(() => embedAddress({ edge: 'javascript:alert(1)', channel: 'demo' }), TypeError);
});
