import assert from 'node:assert/strict';
import { deviceOf, standardEnvironment } from './environment.ts';

Deno.test('devices are told by their user agent', () => {
  assert.equal(deviceOf('Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0'), 'computer');
  assert.equal(deviceOf('Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Mobile/15E148'), 'phone');
  assert.equal(deviceOf('Mozilla/5.0 (Linux; Android 16) Mobile'), 'phone');
  assert.equal(deviceOf('Mozilla/5.0 (SMART-TV; Linux; Tizen 9.0)'), 'tv');
  assert.equal(deviceOf(''), 'computer');
});

Deno.test('what is given goes over what the surroundings have', () => {
  const environment = standardEnvironment({ device: 'antenna', savesData: true });
  assert.deepEqual([environment.device, environment.savesData], ['antenna', true]);
  assert.equal(environment.RTCPeerConnection, undefined, 'Deno has none of its own');
  assert.ok(environment.crypto.subtle && environment.now() >= 0);
});
