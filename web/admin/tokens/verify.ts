/** Whether a token's signature is by one of our signing keys (`/.well-known/jwks.json`), checked in the browser. */
import type { DecodedToken } from './decode.ts';

/** ours; forged: names a key of ours but was not signed by it; other: another issuer's; unknown: this browser cannot tell. */
export type Verdict = 'ours' | 'forged' | 'other' | 'unknown';

export interface Jwk {
  kid?: string;
  kty?: string;
  crv?: string;
  x?: string;
}

export async function verdictOn(token: DecodedToken, keys: Jwk[]): Promise<Verdict> {
  const jwk = keys.find(({ kid }) => kid !== undefined && kid === token.header.kid);
  if (!jwk) return 'other';
  try {
    const material = { kty: jwk.kty!, crv: jwk.crv!, x: jwk.x! };
    const key = await crypto.subtle.importKey('jwk', material, 'Ed25519', false, ['verify']);
    const signed = new TextEncoder().encode(token.signed);
    return await crypto.subtle.verify('Ed25519', key, token.signature, signed) ? 'ours' : 'forged';
  } catch {
    return 'unknown';
  }
}
