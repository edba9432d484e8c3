import assert from 'node:assert/strict';
import { concatBytes } from '../../protocol/bytes.ts';
import { encodeTicket, peerIdFor } from '../../protocol/ticket.ts';
import { checkTicket, proofMessage, type TicketRules } from './handshake.ts';
import type { World } from './seams.ts';
import { makeKeyPair, sha256, verify } from './testing/real-crypto.ts';

const INFO_HASH = new Uint8Array(20).fill(5);
const world = { sha256, verify, wallClockS: () => 1000 } as unknown as World;

async function setting() {
  const [edge, peer] = [await makeKeyPair(), await makeKeyPair()];
  const rules: TicketRules = { infoHash: INFO_HASH, edgeKey: edge.publicKey, isBanned: () => false };
  const issue = async (change: Partial<Parameters<typeof encodeTicket>[0]> = {}) => {
    const identity = new Uint8Array(8).fill(1);
    const ticket = { infoHash: INFO_HASH, peerKey: peer.publicKey, identity, expiresS: 1600, ...change };
    const encoded = encodeTicket(ticket);
    return concatBytes(encoded, await edge.sign(encoded));
  };
  return { rules, issue, peer, peerId: peerIdFor(await sha256(peer.publicKey)) };
}

Deno.test('a ticket of the edge for this broadcast and this peer id is taken', async () => {
  const { rules, issue, peer, peerId } = await setting();
  const ticket = await checkTicket(await issue(), peerId, rules, world);
  assert.ok(typeof ticket !== 'string');
  assert.deepEqual(ticket.peerKey, peer.publicKey);
});

Deno.test('a ticket is refused with the field at fault', async () => {
  const { rules, issue, peerId } = await setting();
  const bent = await issue();
  bent[60]! ^= 1;
  const cases: [Uint8Array, RegExp, string?, Partial<TicketRules>?][] = [
    [await issue({ infoHash: new Uint8Array(20) }), /infoHash/],
    [await issue({ expiresS: 900 }), /expiresS/],
    [await issue(), /peerKey/, '-SH0001-abcdefghijkl'],
    [await issue(), /identity is banned/, peerId, {
      isBanned: (identity) => identity === '0101010101010101',
    }],
    [bent, /signature/],
    [new Uint8Array(129), /version/],
    [new Uint8Array(3), /129 bytes/],
  ];
  for (const [bytes, reason, id, change] of cases) {
    assert.match(String(await checkTicket(bytes, id ?? peerId, { ...rules, ...change }, world)), reason);
  }
});

Deno.test('a proof is good for one nonce, one connection and one direction', async () => {
  const { peer } = await setting();
  const [a, b] = ['-SH0001-aaaaaaaaaaaa', '-SH0001-bbbbbbbbbbbb'];
  const nonce = new Uint8Array(16).fill(1);
  const signature = await peer.sign(proofMessage(nonce, 'binding 1', a, b));
  assert.equal(await verify(peer.publicKey, proofMessage(nonce, 'binding 1', a, b), signature), true);
  for (
    const other of [
      proofMessage(new Uint8Array(16).fill(2), 'binding 1', a, b),
      proofMessage(nonce, 'binding 2', a, b),
      proofMessage(nonce, 'binding 1', b, a),
      proofMessage(nonce, 'binding 1', a, '-SH0001-cccccccccccc'),
    ]
  ) assert.equal(await verify(peer.publicKey, other, signature), false);
});
