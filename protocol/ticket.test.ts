import assert from 'node:assert/strict';
import { concatBytes } from './bytes.ts';
import { decodeTicket, encodeTicket, peerIdFor, TICKET_BYTES } from './ticket.ts';

const TICKET = {
  infoHash: new Uint8Array(20).fill(1),
  peerKey: new Uint8Array(32).fill(2),
  identity: new Uint8Array(8).fill(3),
  expiresS: 4_000_000_000,
};

Deno.test('a ticket comes back as it was', () => {
  const signed = concatBytes(encodeTicket(TICKET), new Uint8Array(64));
  assert.equal(signed.length, TICKET_BYTES);
  assert.deepEqual(decodeTicket(signed), TICKET);
  assert.deepEqual(decodeTicket(concatBytes(new Uint8Array(5), signed).subarray(5)), TICKET);
});

Deno.test('a ticket of a wrong length or version is refused with the rule', () => {
  assert.throws(() => decodeTicket(new Uint8Array(65)), /ticket must be 129 bytes, got 65/);
  assert.throws(() => decodeTicket(new Uint8Array(129)), /ticket\.version must be 1, got 0/);
  assert.throws(
    () => encodeTicket({ ...TICKET, identity: new Uint8Array(7) }),
    /ticket\.identity must be 8 bytes/,
  );
});

Deno.test('a peer id is 20 characters made of the key', () => {
  const id = peerIdFor(new Uint8Array(32).fill(255));
  assert.equal(id, '-SH0001-____________');
  assert.equal(id.length, 20);
});
