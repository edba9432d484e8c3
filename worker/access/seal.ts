/**
 * Secrets that have to be kept and read again (unlike stream keys, of which a hash is enough): AES-256-GCM
 * (NIST SP 800-38D) by a key derived from the edge's secret, so that storage and backups hold no plain text.
 */
import { concatBytes, fromBase64Url, toBase64Url } from '../../protocol/bytes.ts';
import { deriveBytes } from './keys.ts';

const NONCE_BYTES = 12;
const text = new TextEncoder();

/** `purpose` parts the keys: what was sealed for one thing is not opened as another. */
export async function seal(secret: string, purpose: string, plain: string): Promise<string> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: nonce },
    await keyFor(secret, purpose),
    text.encode(plain),
  );
  return toBase64Url(concatBytes(nonce, new Uint8Array(sealed)));
}

/** Undefined for anything that was not sealed with this secret for this purpose. */
export async function unseal(secret: string, purpose: string, sealed: string): Promise<string | undefined> {
  const bytes = fromBase64Url(sealed);
  if (!bytes || bytes.length <= NONCE_BYTES) return undefined;
  try {
    const plain = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: bytes.slice(0, NONCE_BYTES) },
      await keyFor(secret, purpose),
      bytes.slice(NONCE_BYTES),
    );
    return new TextDecoder().decode(plain);
  } catch {
    return undefined;
  }
}

async function keyFor(secret: string, purpose: string): Promise<CryptoKey> {
  const bytes = await deriveBytes(secret, `seal ${purpose}`);
  return await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
}
