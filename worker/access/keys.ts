/** Keys derived from the edge's one secret (HKDF-SHA256, RFC 5869), and comparison in constant time. */
import { fromBase64Url, toHex } from '../../protocol/bytes.ts';

const encoder = new TextEncoder();

/** 32 bytes for one purpose. */
export async function deriveBytes(secret: string, purpose: string): Promise<Uint8Array<ArrayBuffer>> {
  const material = await crypto.subtle.importKey('raw', encoder.encode(secret), 'HKDF', false, [
    'deriveBits',
  ]);
  const bits = await crypto.subtle.deriveBits(
    { name: 'HKDF', hash: 'SHA-256', salt: encoder.encode('shoal edge 1'), info: encoder.encode(purpose) },
    material,
    256,
  );
  return new Uint8Array(bits);
}

/** The edge's Ed25519 key pair (RFC 8032), by its seed. */
export interface SigningKey {
  /** 32 bytes. */
  publicKey: Uint8Array;
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** PKCS #8 (RFC 8410) around a seed: the one private form WebCrypto imports. */
const PKCS8_PREFIX = Uint8Array.from([48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32]);

export async function signingKeyFrom(seed: Uint8Array): Promise<SigningKey> {
  const pkcs8 = new Uint8Array(PKCS8_PREFIX.length + 32);
  pkcs8.set(PKCS8_PREFIX);
  pkcs8.set(seed, PKCS8_PREFIX.length);
  const key = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', true, ['sign']);
  const jwk = await crypto.subtle.exportKey('jwk', key) as JsonWebKey;
  const publicKey = fromBase64Url(jwk.x ?? '');
  if (publicKey?.length !== 32) throw new Error('the edge key has no public part');
  return {
    publicKey,
    sign: async (message) => new Uint8Array(await crypto.subtle.sign('Ed25519', key, message)),
  };
}

/** Whether both are the same text, in a time that does not tell how much of it is. */
export async function equalSecrets(a: string, b: string): Promise<boolean> {
  const [left, right] = await Promise.all(
    [a, b].map((text) => crypto.subtle.digest('SHA-256', encoder.encode(text))),
  );
  const x = new Uint8Array(left!);
  const y = new Uint8Array(right!);
  let difference = 0;
  for (let i = 0; i < x.length; i++) difference |= x[i]! ^ y[i]!;
  return difference === 0;
}

/** SHA-256 of a text, in hex. */
export async function sha256Hex(text: string): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text))));
}
