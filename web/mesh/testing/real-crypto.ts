/** Ed25519 and SHA-256 as a browser has them: by promise. */
const ED25519 = 'Ed25519';

export interface KeyPair {
  publicKey: Uint8Array<ArrayBuffer>;
  sign(message: Uint8Array): Promise<Uint8Array<ArrayBuffer>>;
}

export async function makeKeyPair(): Promise<KeyPair> {
  const pair = await crypto.subtle.generateKey(ED25519, true, ['sign', 'verify']) as CryptoKeyPair;
  return {
    publicKey: new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)),
    sign: async (message) =>
      new Uint8Array(await crypto.subtle.sign(ED25519, pair.privateKey, new Uint8Array(message))),
  };
}

export async function verify(key: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const publicKey = await crypto.subtle.importKey('raw', new Uint8Array(key), ED25519, false, ['verify']);
  return await crypto.subtle.verify(ED25519, publicKey, new Uint8Array(signature), new Uint8Array(message));
}

export async function sha256(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)));
}
