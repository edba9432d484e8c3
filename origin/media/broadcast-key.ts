/**
 * The key pair of a broadcast: Ed25519, its seed HKDF-SHA256 of the origin's secret, the channel and the broadcast
 * id, so that a restarted origin signs on with the same key and nobody has to keep it.
 */
import { fromBase64Url } from '../../protocol/bytes.ts';

/** PrivateKeyInfo up to the 32 bytes of the seed (RFC 8410 section 7). */
const PKCS8_PREFIX = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

export interface BroadcastKey {
  /** 32 bytes in base64url. */
  publicKey: string;
  /** Ed25519 signature, 64 bytes. */
  sign(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}

export async function deriveBroadcastKey(
  secret: string,
  channel: string,
  broadcastId: string,
): Promise<BroadcastKey> {
  const text = new TextEncoder();
  const base = await crypto.subtle.importKey('raw', text.encode(secret), 'HKDF', false, ['deriveBits']);
  const info = text.encode(`shoal broadcast key|${channel}|${broadcastId}`);
  const seed = await crypto.subtle.deriveBits(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(32), info },
    base,
    256,
  );
  const pkcs8 = Uint8Array.from([...PKCS8_PREFIX, ...new Uint8Array(seed)]);
  // Extractable for a moment, since WebCrypto tells the public half only in an exported key.
  const exported = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', true, ['sign']);
  const publicKey = (await crypto.subtle.exportKey('jwk', exported)).x;
  if (!publicKey || fromBase64Url(publicKey)?.length !== 32) {
    throw new Error('the derived key has no public half');
  }
  const key = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign']);
  return {
    publicKey,
    sign: async (message) => new Uint8Array(await crypto.subtle.sign('Ed25519', key, message)),
  };
}
