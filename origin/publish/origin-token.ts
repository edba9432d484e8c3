/** What lets an origin in at the edge: a JWT by the shared origin secret, made anew for each socket (control.ts). */
import { SignJWT } from 'jose';

/** Bearer token, good for a minute. */
export function originToken(secret: string, originId: string): Promise<string> {
  return new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(originId)
    .setAudience('shoal-origin')
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(new TextEncoder().encode(secret));
}
