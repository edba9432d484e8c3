/**
 * The pass: what the join found out about a viewer, carried by the viewer to its shard, which therefore checks no
 * token. Base64url of JSON, a dot, and an HMAC-SHA256 (RFC 2104) over channel, peer id and that text.
 */
import * as v from 'valibot';
import { fromBase64Url, toBase64Url } from '../../protocol/bytes.ts';
import { Right } from '../swarm/right.ts';
import { deriveBytes } from './keys.ts';

const encoder = new TextEncoder();

/** Makes and checks passes. One an isolate. */
export class PassDesk {
  #key: Promise<CryptoKey>;

  constructor(secret: string) {
    this.#key = deriveBytes(secret, 'pass').then((bytes) =>
      crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
    );
  }

  async issue(channel: string, peerId: string, right: Right): Promise<string> {
    const body = toBase64Url(encoder.encode(JSON.stringify(right)));
    const mac = await crypto.subtle.sign('HMAC', await this.#key, signedText(channel, peerId, body));
    return `${body}.${toBase64Url(new Uint8Array(mac))}`;
  }

  /** Undefined when it is forged, or of another channel or peer. Whether it is over is the caller's to see. */
  async check(pass: string, channel: string, peerId: string): Promise<Right | undefined> {
    const [, body = '', mac = ''] = /^([A-Za-z0-9_-]{1,2000})\.([A-Za-z0-9_-]{43})$/.exec(pass) ?? [];
    const bytes = fromBase64Url(mac);
    if (body === '' || !bytes) return undefined;
    const text = signedText(channel, peerId, body);
    if (!await crypto.subtle.verify('HMAC', await this.#key, bytes, text)) return undefined;
    const parsed = v.safeParse(Right, JSON.parse(new TextDecoder().decode(fromBase64Url(body))));
    return parsed.success ? parsed.output : undefined;
  }
}

function signedText(channel: string, peerId: string, body: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(`${channel}\n${peerId}\n${body}`) as Uint8Array<ArrayBuffer>;
}

const desks = new Map<string, PassDesk>();

/** The desk of this secret, one an isolate. */
export function passDesk(secret: string): PassDesk {
  let desk = desks.get(secret);
  if (!desk) desks.set(secret, desk = new PassDesk(secret));
  return desk;
}
