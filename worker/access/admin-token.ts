/** Admin tokens: JWTs of the Directory's own keys, audience `shoal-admin`. No other issuer is believed here. */
import { jwtVerify } from 'jose';
import * as v from 'valibot';
import { ADMIN_AUDIENCE, AdminClaims, OWN_ISSUER, type Role } from '../../protocol/claims.ts';
import type { Env } from '../env.ts';
import { keyMemory } from './key-set.ts';
import { ownKeys } from './own-keys.ts';

/** What an admin token says. */
export interface AdminToken {
  subject: string;
  role: Role;
  /** Sees the channels that this tenant leases, and no others. */
  tenant?: string;
}

/** Undefined for anything that is not an admin token of ours, or is over. */
export async function readAdminToken(
  token: string,
  env: Partial<Pick<Env, 'DIRECTORY'>>,
): Promise<AdminToken | undefined> {
  // Whatever is no JWT at all costs the Directory nothing.
  if (!env.DIRECTORY || token.split('.').length !== 3) return undefined;
  try {
    const { payload } = await jwtVerify(token, ownKeys(keyMemory({ DIRECTORY: env.DIRECTORY })), {
      algorithms: ['EdDSA', 'Ed25519'],
      audience: ADMIN_AUDIENCE,
      issuer: OWN_ISSUER,
      requiredClaims: ['exp', 'sub'],
    });
    const { sub, role, tenant } = v.parse(AdminClaims, payload);
    return { subject: sub, role, ...(tenant === undefined ? {} : { tenant }) };
  } catch {
    return undefined;
  }
}
