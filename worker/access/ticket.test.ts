import { expect, test } from 'vitest';
import { fromBase64Url, toBase64Url, toHex } from '../../protocol/bytes.ts';
import { decodeTicket, TICKET_SECONDS, TICKET_SIGNED_BYTES } from '../../protocol/ticket.ts';
import { peerIdOf, TicketDesk } from './ticket.ts';

const desk = new TicketDesk('secret');
const INFO_HASH = 'ab'.repeat(20);
const PEER_KEY = new Uint8Array(32).fill(7);

test('a ticket is signed by the key that the edge tells everybody', async () => {
  const bytes = fromBase64Url(await desk.issue(INFO_HASH, PEER_KEY, 1000))!;
  const raw = fromBase64Url(await desk.publicKey())!;
  const key = await crypto.subtle.importKey('raw', raw, 'Ed25519', false, ['verify']);
  const signature = bytes.slice(TICKET_SIGNED_BYTES);
  expect(await crypto.subtle.verify('Ed25519', key, signature, bytes.slice(0, TICKET_SIGNED_BYTES))).toBe(
    true,
  );
  expect(decodeTicket(bytes)).toMatchObject({ peerKey: PEER_KEY, expiresS: 1000 + TICKET_SECONDS });
});

test('the key of the edge is the same in every isolate, and another for another secret', async () => {
  expect(await new TicketDesk('secret').publicKey()).toBe(await desk.publicKey());
  expect(await new TicketDesk('other').publicKey()).not.toBe(await desk.publicKey());
});

test('a good ticket is known until it is over, with the id that goes with its key', async () => {
  const ticket = await desk.issue(INFO_HASH, PEER_KEY, 1000);
  expect(await desk.check(ticket, INFO_HASH, 1000 + TICKET_SECONDS)).toMatchObject({
    peerId: await peerIdOf(PEER_KEY),
  });
  expect(await desk.check(ticket, INFO_HASH, 1001 + TICKET_SECONDS)).toBeUndefined();
});

test('two keys have two identities; joining again and renewing keep the one there was', async () => {
  const other = PEER_KEY.map((byte) => byte ^ 1);
  const [first, second, again] = await Promise.all(
    [PEER_KEY, other, PEER_KEY].map(async (key) =>
      (await desk.check(await desk.issue(INFO_HASH, key, 1000), INFO_HASH, 1000))!
    ),
  );
  expect(toHex(first!.identity)).not.toBe(toHex(second!.identity));
  expect(toHex(first!.identity)).toBe(toHex(again!.identity));
  const renewed = await desk.check(await desk.renew(first!, 1500), INFO_HASH, 1500);
  expect(toHex(renewed!.identity)).toBe(toHex(first!.identity));
  expect(renewed!.expiresS).toBe(1500 + TICKET_SECONDS);
});

test('a ticket of another swarm, a forged and a malformed one are refused', async () => {
  const ticket = await desk.issue(INFO_HASH, PEER_KEY, 1000);
  expect(await desk.check(ticket, 'cd'.repeat(20), 1000)).toBeUndefined();
  const bytes = fromBase64Url(ticket)!;
  for (const at of [0, 25, 55, 63, 70, 128]) {
    const forged = bytes.slice();
    forged[at]! ^= 1;
    expect(await desk.check(toBase64Url(forged), INFO_HASH, 1000)).toBeUndefined();
  }
  for (const text of ['', '%%%', 'AAAA', ticket + 'AAAA']) {
    expect(await desk.check(text, INFO_HASH, 1000)).toBeUndefined();
  }
  const foreign = await new TicketDesk('other').issue(INFO_HASH, PEER_KEY, 1000);
  expect(await desk.check(foreign, INFO_HASH, 1000)).toBeUndefined();
});

test('the peer id of a key is twenty characters that only this key has', async () => {
  const id = await peerIdOf(PEER_KEY);
  expect(id).toMatch(/^-SH0001-[A-Za-z0-9_-]{12}$/);
  expect(await peerIdOf(new Uint8Array(32).fill(8))).not.toBe(id);
});
