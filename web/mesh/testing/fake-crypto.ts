/**
 * Hash and signature that are quick and deterministic, for worlds of many peers. A "signature" is a hash over the
 * public key and the message: anybody could make it, so test attackers simply use wrong bytes. handshake.test.ts and
 * trust.test.ts use real Ed25519.
 */
export function fakeHash(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(32);
  const view = new DataView(out.buffer);
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) {
      a = Math.imul(a ^ part[i]!, 0x01000193);
      b = Math.imul(b + part[i]! + (a >>> 7), 0x85ebca6b);
    }
    a ^= part.length;
  }
  for (let i = 0; i < 8; i++) {
    a = Math.imul(a ^ (b >>> 13), 0xc2b2ae35);
    b = Math.imul(b ^ (a >>> 16), 0x27d4eb2f);
    view.setInt32(4 * i, a ^ b);
  }
  return out;
}

export function fakeSign(publicKey: Uint8Array, message: Uint8Array): Uint8Array<ArrayBuffer> {
  const half = fakeHash(publicKey, message);
  const signature = new Uint8Array(64);
  signature.set(half);
  signature.set(fakeHash(half), 32);
  return signature;
}

export function fakeVerify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const expected = fakeSign(publicKey, message);
  return signature.length === 64 && expected.every((byte, i) => byte === signature[i]);
}
