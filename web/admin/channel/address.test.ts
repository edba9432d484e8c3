import assert from 'node:assert/strict';
import { kindOfAddress, noAddress } from './address.ts';

Deno.test('private, link-local and loopback addresses are of a local network, masked or whole', () => {
  const local = ['10.1.2.0', '172.16.0.9', '172.31.255.0', '192.168.1.0', '127.0.0.0', '169.254.1.1'];
  const local6 = ['::1', '0::', 'fd12:3456:789a::', 'fe80::', '::ffff:192.168.1.7'];
  for (const address of [...local, ...local6]) assert.equal(kindOfAddress(address), 'local network', address);
  for (const address of ['172.32.0.0', '203.0.113.0', '2001:db8:1::', '100.10.0.1', 'AS64500', '']) {
    assert.equal(kindOfAddress(address), '', address);
  }
});

Deno.test('an address that the channel does not keep is not called unknown', () => {
  assert.deepEqual([noAddress('none').word, noAddress('masked').word], ['not kept', 'not known']);
  assert.match(noAddress('none').why, /settings of this channel/);
  assert.match(noAddress('full').why, /behind Cloudflare/);
});
