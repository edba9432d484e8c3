/** Playback tokens: read, checked against our own keys or those of a registered issuer. */
import { decodeJwt, errors, jwtVerify } from 'jose';
import * as v from 'valibot';
import {
  OWN_ISSUER,
  PLAYBACK_AUDIENCE,
  PlaybackClaims,
  type PlaybackRefusal,
} from '../../protocol/claims.ts';
import type { Env } from '../env.ts';
import { issuerKeys } from './issuer-keys.ts';
import { keyMemory } from './key-set.ts';
import { ownKeys } from './own-keys.ts';

/** Clocks of issuers and edge may differ by this; it forgives `nbf`, while the end is the end. */
const TOLERANCE_S = 5;
/** What other issuers may sign with: nothing symmetric, no `none`. */
const FOREIGN_ALGORITHMS = ['EdDSA', 'Ed25519', 'ES256', 'ES384', 'RS256', 'PS256'];

export type PlaybackTokenEnv = Pick<Env, 'DIRECTORY' | 'SHOAL_PRIVATE_ISSUERS'>;

/** A token that may be believed. `subject` is unlike that of any other issuer's viewer. */
export type CheckedToken = Omit<PlaybackClaims, 'sub'> & { subject?: string };

/** The claims, or why they are not believed. */
export async function readPlaybackToken(
  token: string,
  channel: string,
  env: PlaybackTokenEnv,
): Promise<CheckedToken | PlaybackRefusal> {
  try {
    const issuer = decodeJwt(token).iss;
    return issuer === OWN_ISSUER
      ? await readOwn(token, channel, env)
      : await readForeign(token, channel, issuer, env);
  } catch (error) {
    if (error instanceof errors.JWTExpired) return 'token-expired';
    if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf') return 'token-not-yet';
    return 'token-invalid';
  }
}

const RULES = {
  audience: PLAYBACK_AUDIENCE,
  requiredClaims: ['exp'],
  clockTolerance: TOLERANCE_S,
};

async function readOwn(token: string, channel: string, env: PlaybackTokenEnv) {
  const { payload } = await jwtVerify(token, ownKeys(keyMemory(env)), {
    ...RULES,
    issuer: OWN_ISSUER,
    algorithms: ['EdDSA', 'Ed25519'],
  });
  return forChannel(payload, channel, '');
}

async function readForeign(
  token: string,
  channel: string,
  issuer: string | undefined,
  env: PlaybackTokenEnv,
) {
  const { issuers } = await keyMemory(env).get();
  const known = issuers.find((one) => one.issuer === issuer);
  if (!known) return 'token-invalid';
  if (known.channels.length > 0 && !known.channels.includes(channel)) return 'token-not-for-channel';
  const keys = issuerKeys(env.SHOAL_PRIVATE_ISSUERS === '1');
  const { payload } = await jwtVerify(token, (...header) => keys.key(known.jwksUrl, ...header), {
    ...RULES,
    issuer: known.issuer,
    algorithms: FOREIGN_ALGORITHMS,
  });
  return forChannel(payload, channel, `@${known.issuer}`);
}

function forChannel(payload: unknown, channel: string, suffix: string): CheckedToken | PlaybackRefusal {
  const parsed = v.safeParse(PlaybackClaims, payload);
  if (!parsed.success) return 'token-invalid';
  const { sub, ...claims } = parsed.output;
  if (claims.exp <= Date.now() / 1000) return 'token-expired';
  if (claims.channel !== channel) return 'token-not-for-channel';
  if (claims.devices !== undefined && sub === undefined) return 'token-invalid';
  return { ...claims, ...(sub === undefined ? {} : { subject: sub + suffix }) };
}
