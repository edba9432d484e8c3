/** Signing keys by their ids: derived from the edge's secret, so that nothing private is stored. JWTs made of them. */
import { importJWK, SignJWT } from 'jose';
import { toBase64Url } from '../../protocol/bytes.ts';
import { OWN_ISSUER } from '../../protocol/claims.ts';
import { deriveBytes, signingKeyFrom } from './keys.ts';

/** A public key as JWKS has it (RFC 8037). */
export interface PublicJwk {
  kty: 'OKP';
  crv: 'Ed25519';
  alg: 'EdDSA';
  use: 'sig';
  kid: string;
  x: string;
}

const seedOf = (secret: string, id: string) => deriveBytes(secret, `signing key ${id}`);

export async function publicJwk(secret: string, id: string): Promise<PublicJwk> {
  const { publicKey } = await signingKeyFrom(await seedOf(secret, id));
  return { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig', kid: id, x: toBase64Url(publicKey) };
}

/** A token signed by the key with this id. `claims` holds `exp`; times are seconds since 1970. */
export async function signToken(
  { secret, id, audience, nowS, claims }: {
    secret: string;
    id: string;
    audience: string;
    nowS: number;
    claims: Record<string, unknown> & { exp: number };
  },
): Promise<string> {
  const { x } = await publicJwk(secret, id);
  const d = toBase64Url(await seedOf(secret, id));
  const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x, d }, 'EdDSA');
  return await new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', kid: id, typ: 'JWT' })
    .setIssuer(OWN_ISSUER).setAudience(audience).setIssuedAt(Math.floor(nowS)).sign(key);
}
