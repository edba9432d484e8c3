import assert from 'node:assert/strict';
import { makePeerCrypto, type PeerCrypto } from './crypto.ts';

const message = new TextEncoder().encode('a record');

/** WebCrypto as an older browser has it. */
function withoutEd25519(): Crypto {
  const { subtle } = crypto;
  return {
    getRandomValues: crypto.getRandomValues.bind(crypto),
    subtle: {
      digest: subtle.digest.bind(subtle),
      generateKey: () => Promise.reject(new DOMException('no', 'NotSupportedError')),
    },
  } as unknown as Crypto;
}

async function both(): Promise<[PeerCrypto, PeerCrypto]> {
  return [(await makePeerCrypto(crypto))!, (await makePeerCrypto(withoutEd25519()))!];
}

Deno.test('what the native and the loaded implementation sign, each of them verifies', async () => {
  const peers = await both();
  for (const signer of peers) {
    const signature = await signer.sign(message);
    for (const verifier of peers) {
      assert.equal(await verifier.verify(signer.publicKey, message, signature), true);
      const wrong = signature.with(3, signature[3]! ^ 1);
      assert.equal(await verifier.verify(signer.publicKey, message, wrong), false);
    }
  }
});

Deno.test('a malformed key or signature is a wrong one, never an error', async () => {
  for (const peer of await both()) {
    const signature = await peer.sign(message);
    assert.equal(await peer.verify(new Uint8Array(31), message, signature), false);
    assert.equal(await peer.verify(peer.publicKey, message, new Uint8Array(3)), false);
  }
});

Deno.test('more keys than are kept imported still verify', async () => {
  const peer = (await makePeerCrypto(crypto))!;
  const others = await Promise.all(Array.from({ length: 70 }, () => makePeerCrypto(crypto)));
  for (const other of [...others, ...others]) {
    assert.equal(await peer.verify(other!.publicKey, message, await other!.sign(message)), true);
  }
});

Deno.test('each visit has a key of its own, and the peer id that goes with it', async () => {
  const [a, b] = await both();
  assert.notDeepEqual(a.publicKey, b.publicKey);
  assert.match(a.peerId, /^-SH0001-[A-Za-z0-9_-]{12}$/);
  assert.notEqual(a.peerId, b.peerId);
});

Deno.test('there is no peer without WebCrypto', async () => {
  assert.equal(await makePeerCrypto({ getRandomValues: (bytes) => bytes }), undefined);
});
