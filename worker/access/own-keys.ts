/** The Directory's public keys, as jose asks for them. */
import { type CryptoKey as JoseKey, importJWK, type JWTHeaderParameters } from 'jose';
import type { KeyMemory } from './key-set.ts';
import type { PublicJwk } from './token-signer.ts';

const imported = new WeakMap<PublicJwk, Promise<JoseKey | Uint8Array>>();

/** A key resolver for jwtVerify. Throws for a token that names no key of ours. */
export function ownKeys(memory: KeyMemory): (header: JWTHeaderParameters) => Promise<JoseKey | Uint8Array> {
  return async ({ kid }) => {
    const jwk = typeof kid === 'string' && kid.length <= 64 ? await memory.key(kid) : undefined;
    if (!jwk) throw new Error('no such key');
    let key = imported.get(jwk);
    if (!key) imported.set(jwk, key = importJWK({ ...jwk }, 'EdDSA'));
    return await key;
  };
}
