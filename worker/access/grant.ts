/**
 * Media grants: leave to fetch media of one broadcast for half a minute, as the query parameter `grant`.
 *
 * `expiry.peerId.mac`: expiry in seconds (base 36), the peer it was given to, HMAC-SHA256 (RFC 2104) over
 * channel, broadcast and both. A grant says nothing about what it may be used for: every viewer may have all media.
 */
import { fromBase64Url, toBase64Url } from '../../protocol/bytes.ts';
import type { Grant } from '../../protocol/join.ts';
import { deriveBytes } from './keys.ts';

/** How long a grant is good for, in seconds. */
export const GRANT_SECONDS = 30;
const encoder = new TextEncoder();

/** Makes and checks grants. One an isolate: the key is derived once. */
export class GrantDesk {
  #key: Promise<CryptoKey>;

  constructor(secret: string) {
    this.#key = deriveBytes(secret, 'grant').then((bytes) =>
      crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
    );
  }

  /** `untilS`: when its owner's right to watch ends. */
  async issue(
    channel: string,
    broadcastId: string,
    peerId: string,
    nowS: number,
    untilS = Infinity,
  ): Promise<Grant> {
    const expiresS = Math.min(Math.floor(nowS) + GRANT_SECONDS, untilS);
    const head = `${expiresS.toString(36)}.${peerId}`;
    const mac = await crypto.subtle.sign('HMAC', await this.#key, signedText(channel, broadcastId, head));
    return { value: `${head}.${toBase64Url(new Uint8Array(mac))}`, expiresS };
  }

  /** The peer it was given to; undefined when it is forged, over, or of another broadcast. */
  async check(
    value: string,
    channel: string,
    broadcastId: string,
    nowS: number,
  ): Promise<string | undefined> {
    const match = /^([0-9a-z]{1,8})\.([A-Za-z0-9_-]{20})\.([A-Za-z0-9_-]{43})$/.exec(value);
    if (!match) return undefined;
    const [, expiry, peerId, mac] = match;
    if (parseInt(expiry!, 36) < nowS) return undefined;
    const bytes = fromBase64Url(mac!);
    const text = signedText(channel, broadcastId, `${expiry}.${peerId}`);
    if (!bytes || !await crypto.subtle.verify('HMAC', await this.#key, bytes, text)) return undefined;
    return peerId;
  }
}

function signedText(channel: string, broadcastId: string, head: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(`${channel}\n${broadcastId}\n${head}`) as Uint8Array<ArrayBuffer>;
}

const desks = new Map<string, GrantDesk>();

/** The desk of this secret, one an isolate. */
export function grantDesk(secret: string): GrantDesk {
  let desk = desks.get(secret);
  if (!desk) desks.set(secret, desk = new GrantDesk(secret));
  return desk;
}
