import assert from 'node:assert/strict';
import type { Message } from '../message.ts';
import { ALICE, BOB, everyMessage, INFO_HASH } from './fixtures.ts';
import { Wire } from './wire.ts';

/** Two wires whose bytes wait in queues until `deliver`. */
function pair() {
  const sides = [ALICE, BOB].map((peerId) => {
    const written: Uint8Array[] = [];
    const received: Message[] = [];
    const wire = new Wire({ infoHash: INFO_HASH, peerId }, {
      write: (chunk) => void written.push(chunk),
      message: (message) => void received.push(message),
      stock: () => assert.fail('not a stock client'),
    });
    return { wire, written, received };
  });
  const [alice, bob] = sides as [typeof sides[0], typeof sides[0]];
  const deliver = () => {
    while (alice.written.length + bob.written.length > 0) {
      for (const chunk of alice.written.splice(0)) bob.wire.receive(chunk);
      for (const chunk of bob.written.splice(0)) alice.wire.receive(chunk);
    }
  };
  return { alice, bob, deliver };
}

Deno.test('messages that are sent before the handshake arrive after it, in order', () => {
  const { alice, bob, deliver } = pair();
  const early = everyMessage().slice(0, 3);
  for (const message of early) alice.wire.send(message);
  alice.wire.open();
  bob.wire.open();
  deliver();
  alice.wire.send({ type: 'goodbye' });
  deliver();
  assert.deepEqual(bob.received, [...early, { type: 'goodbye' }]);
  assert.equal(bob.wire.remotePeerId, ALICE);
});

Deno.test('what waits for the handshake is bounded', () => {
  const { alice } = pair();
  assert.throws(() => {
    for (let i = 0; i < 100; i++) alice.wire.send({ type: 'goodbye' });
  }, /wire\.waiting/);
});

Deno.test('a stock client on the other side is told once, and gets nothing but the handshakes', () => {
  let stock = 0;
  const written: Uint8Array[] = [];
  const wire = new Wire({ infoHash: INFO_HASH, peerId: ALICE }, {
    write: (chunk) => void written.push(chunk),
    message: () => assert.fail('no message of ours'),
    stock: () => stock++,
  });
  wire.open();
  wire.send({ type: 'goodbye' });
  const handshake = written[0]!.slice(0, 68);
  handshake.fill(0, 20, 28);
  wire.receive(handshake);
  wire.send({ type: 'goodbye' });
  wire.receive(Uint8Array.of(0, 0, 0, 0));
  assert.deepEqual([stock, written.length], [1, 1]);
});
