/**
 * Credentials made from a secret that is shared with the TURN server (coturn: `use-auth-secret`,
 * `static-auth-secret`), as draft-uberti-behave-turn-rest-00 has them: username = expiry ":" id, credential =
 * base64(HMAC-SHA1(secret, username)). No request to anybody.
 */
import { type IceServers, TURN_SECONDS, type TurnDesk } from './turn.ts';

export interface TurnSecret {
  /** `turn:host:port?transport=udp`, … */
  urls: string[];
  secret: string;
}

export class SecretTurnDesk implements TurnDesk {
  #urls: string[];
  #key: Promise<CryptoKey>;

  constructor({ urls, secret }: TurnSecret) {
    this.#urls = urls;
    this.#key = crypto.subtle.importKey(
      'raw',
      new TextEncoder().encode(secret),
      { name: 'HMAC', hash: 'SHA-1' },
      false,
      ['sign'],
    );
  }

  async issue(id: string, nowS: number): Promise<IceServers> {
    const username = `${nowS + TURN_SECONDS}:${nameOf(id)}`;
    const signed = await crypto.subtle.sign('HMAC', await this.#key, new TextEncoder().encode(username));
    const credential = btoa(String.fromCharCode(...new Uint8Array(signed)));
    return [{ urls: this.#urls, username, credential }];
  }
}

/** A TURN username may hold no colon but the one after the expiry, and is written to logs. */
function nameOf(id: string): string {
  return id.replace(/[^\w-]/g, '').slice(0, 64);
}
