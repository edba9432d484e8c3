/** A token read without its key, and what its claims mean. Pure: whether it is believed, only the edge can tell. */
import { fromBase64Url } from '../../../protocol/bytes.ts';
import { ADMIN_AUDIENCE, PLAYBACK_AUDIENCE } from '../../../protocol/claims.ts';

export interface DecodedToken {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
}

/** A claim in words; `wrong`: this is why the token would be refused. */
export interface ClaimLine {
  claim: string;
  says: string;
  wrong: boolean;
}

/** Throws an Error that says what is wrong with the text. */
export function decodeToken(text: string): DecodedToken {
  const parts = text.trim().split('.');
  if (parts.length !== 3) {
    throw new Error(`A token has three parts with dots between them, this has ${parts.length}.`);
  }
  const [header, claims] = parts as [string, string, string];
  return {
    header: jsonOf(header, 'header'),
    claims: jsonOf(claims, 'claims'),
  };
}

function jsonOf(part: string, what: string): Record<string, unknown> {
  try {
    const value = JSON.parse(new TextDecoder().decode(fromBase64Url(part))) as unknown;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // Falls through to the message.
  }
  throw new Error(`The ${what} of this token must be a JSON object in base64url.`);
}

/** @param nowMs The reader's clock; the edge allows it no more than its own tolerance. */
export function explainClaims(
  { claims }: DecodedToken,
  nowMs: number,
  show: (ms: number) => string,
): ClaimLine[] {
  const lines: ClaimLine[] = [];
  const say = (claim: string, says: string, wrong = false) => lines.push({ claim, says, wrong });
  const seconds = (name: string) => typeof claims[name] === 'number' ? claims[name] * 1000 : undefined;
  const { aud, iss, sub, channel, devices, sites, tenant, role } = claims;

  if (aud === PLAYBACK_AUDIENCE) say('aud', 'A playback token: it lets somebody watch.');
  else if (aud === ADMIN_AUDIENCE) say('aud', `An admin token with the role “${String(role)}”.`);
  else say('aud', `Must be “${PLAYBACK_AUDIENCE}” or “${ADMIN_AUDIENCE}”.`, true);
  if (iss !== undefined) say('iss', `Signed by ${String(iss)}.`);
  if (aud === PLAYBACK_AUDIENCE) {
    if (typeof channel === 'string') say('channel', `For the channel ${channel} alone.`);
    else say('channel', 'Names no channel: it opens none.', true);
  }
  if (typeof sub === 'string') {
    say('sub', aud === ADMIN_AUDIENCE ? `Made for ${sub}.` : `For the viewer ${sub}.`);
  } else if (aud === PLAYBACK_AUDIENCE) say('sub', 'For anybody who holds it: it cannot be banned by name.');
  if (typeof devices === 'number') {
    say('devices', `On at most ${devices} ${devices === 1 ? 'device' : 'devices'} at a time.`);
  }
  if (Array.isArray(sites) && sites.length > 0) say('sites', `Only on ${sites.join(', ')}.`);
  if (typeof tenant === 'string') say('tenant', `Counted for the tenant ${tenant}.`);

  const [from, until] = [seconds('nbf'), seconds('exp')];
  if (from !== undefined) {
    say('nbf', `Good from ${show(from)}.${from > nowMs ? ' Not yet.' : ''}`, from > nowMs);
  }
  if (until === undefined) say('exp', 'Has no end: it is refused.', true);
  else if (until <= nowMs) say('exp', `Ended at ${show(until)}.`, true);
  else say('exp', `Good until ${show(until)}.`);
  return lines;
}
