/**
 * Tickets of the dashboard's socket: a browser cannot put a bearer on a socket, and a bearer in a URL would stand in
 * logs. HS256 by a secret derived from the edge's, 30 s, used once (the Board remembers).
 */
import { jwtVerify, SignJWT } from 'jose';
import * as v from 'valibot';
import { Role, Subject, TenantName } from '../../protocol/claims.ts';
import type { Caller } from './allow.ts';

export const LIVE_TICKET_S = 30;
const AUDIENCE = 'shoal-live';

const Claims = v.object({
  sub: Subject,
  role: Role,
  tenant: v.optional(TenantName),
  jti: v.pipe(v.string(), v.maxLength(64)),
  exp: v.number(),
});
export type LiveClaims = v.InferOutput<typeof Claims>;

export async function issueLiveTicket(secret: string, caller: Caller, nowS: number): Promise<string> {
  const { subject, role, tenant } = caller;
  return await new SignJWT({ role, ...(tenant === undefined ? {} : { tenant }) })
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience(AUDIENCE)
    .setSubject(subject)
    .setJti(crypto.randomUUID())
    .setExpirationTime(nowS + LIVE_TICKET_S)
    .sign(await keyOf(secret));
}

/** Undefined for a ticket that is forged, over, or for something else. */
export async function readLiveTicket(
  secret: string,
  ticket: string,
  nowS: number,
): Promise<LiveClaims | undefined> {
  try {
    const options = { algorithms: ['HS256'], audience: AUDIENCE, currentDate: new Date(nowS * 1000) };
    const { payload } = await jwtVerify(ticket, await keyOf(secret), options);
    return v.parse(Claims, payload);
  } catch {
    return undefined;
  }
}

async function keyOf(secret: string): Promise<Uint8Array> {
  const bytes = new TextEncoder().encode(`shoal live ticket\0${secret}`);
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}
