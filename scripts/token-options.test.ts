import assert from 'node:assert/strict';
import { tokenAsk } from './token-options.ts';

Deno.test('options of a playback token become a request of its channel', () => {
  const args = [
    '--channel',
    'demo',
    '--ttl',
    '2h',
    '--viewer',
    'bob',
    '--devices',
    '2',
    '--sites',
    'a.example, b.example',
  ];
  assert.deepEqual(tokenAsk([...args, '--not-before', '2026-01-01T00:00:00Z']), {
    url: 'http://localhost:8787',
    json: false,
    path: '/api/channels/demo/tokens',
    channel: 'demo',
    body: {
      ttlS: 7200,
      viewer: 'bob',
      devices: 2,
      sites: ['a.example', 'b.example'],
      notBeforeS: 1_767_225_600,
    },
  });
});

Deno.test('options of an admin token become a request for a role', () => {
  const ask = tokenAsk(['--admin', 'reports', '--subject', 'ann', '--url', 'https://shoal.example']);
  assert.deepEqual(ask, {
    url: 'https://shoal.example',
    json: false,
    path: '/api/tokens',
    body: { role: 'reports', subject: 'ann' },
  });
});

Deno.test('an option that cannot be meant is named with its rule', () => {
  assert.throws(() => tokenAsk([]), /--channel NAME/);
  assert.throws(() => tokenAsk(['--channel', 'a', '--admin', 'owner']), /--admin ROLE/);
  assert.throws(() => tokenAsk(['--channel', 'a', '--ttl', 'soon']), /--ttl must be/);
  assert.throws(() => tokenAsk(['--channel', 'a', '--devices', '0']), /--devices must be/);
  assert.throws(() => tokenAsk(['--channel', 'a', '--not-before', 'x']), /--not-before must be/);
});

Deno.test('help is help', () => assert.equal(tokenAsk(['-h']), undefined));
