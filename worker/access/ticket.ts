/** Tickets, as the edge makes and checks them. Their layout is protocol/ticket.ts. */
import { concatBytes, fromBase64Url, fromHex, toBase64Url } from '../../protocol/bytes.ts';
import {
  decodeTicket,
  encodeTicket,
  peerIdFor,
  type Ticket,
  TICKET_SECONDS,
  TICKET_SIGNED_BYTES,
} from '../../protocol/ticket.ts';
import { deriveBytes, type SigningKey, signingKeyFrom } from './keys.ts';

/** A ticket that was signed by this edge and is not over. */
export interface CheckedTicket extends Ticket {
  /** The id that goes with the peer's key: nobody chooses another's. */
  peerId: string;
}

/** Signs and checks tickets. One an isolate: the key is derived once. */
export class TicketDesk {
  #key: Promise<SigningKey>;
  #salt: Promise<Uint8Array>;
  #verifier: Promise<CryptoKey> | undefined;

  constructor(secret: string) {
    this.#salt = deriveBytes(secret, 'ticket identity');
    this.#key = deriveBytes(secret, 'ticket').then(signingKeyFrom);
  }

  /** The edge's Ed25519 key, base64url. */
  async publicKey(): Promise<string> {
    return toBase64Url((await this.#key).publicKey);
  }

  /**
   * A ticket, base64url, for a peer that joined. The identity follows from its key: who joins again, because its
   * socket or the edge went away, is the same to its neighbours, and who was banned stays so. `untilS`: when its
   * owner's right to watch ends.
   */
  async issue(infoHash: string, peerKey: Uint8Array, nowS: number, untilS = Infinity): Promise<string> {
    const hash = fromHex(infoHash);
    if (!hash) throw new RangeError('ticket.infoHash must be hex');
    // With a secret in it, nobody can search for a key whose identity is another's.
    const digest = await crypto.subtle.digest('SHA-256', concatBytes(await this.#salt, hash, peerKey));
    const identity = new Uint8Array(digest, 0, 8);
    const expiresS = Math.min(nowS + TICKET_SECONDS, untilS);
    return await this.#sign({ infoHash: hash, peerKey, identity, expiresS });
  }

  /** The same peer and identity with a new expiry. */
  async renew(ticket: Ticket, nowS: number, untilS = Infinity): Promise<string> {
    return await this.#sign({ ...ticket, expiresS: Math.min(nowS + TICKET_SECONDS, untilS) });
  }

  /** Undefined when it is malformed, of another swarm, forged, or over. */
  async check(text: string, infoHash: string, nowS: number): Promise<CheckedTicket | undefined> {
    const bytes = fromBase64Url(text);
    const hash = fromHex(infoHash);
    if (!bytes || !hash) return undefined;
    let ticket: Ticket;
    try {
      ticket = decodeTicket(bytes);
    } catch {
      return undefined;
    }
    if (ticket.expiresS < nowS || !ticket.infoHash.every((byte, i) => byte === hash[i])) return undefined;
    return await this.isGenuine(bytes) ? { ...ticket, peerId: await peerIdOf(ticket.peerKey) } : undefined;
  }

  /** Whether this edge signed these bytes of a ticket. */
  async isGenuine(bytes: Uint8Array): Promise<boolean> {
    this.#verifier ??= this.#key.then(({ publicKey }) =>
      crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify'])
    );
    const signature = bytes.slice(TICKET_SIGNED_BYTES);
    return await crypto.subtle.verify(
      'Ed25519',
      await this.#verifier,
      signature,
      bytes.slice(0, TICKET_SIGNED_BYTES),
    );
  }

  async #sign(ticket: Ticket): Promise<string> {
    const body = encodeTicket(ticket);
    return toBase64Url(concatBytes(body, await (await this.#key).sign(body)));
  }
}

/** The peer id of a public key (peerIdFor with its hash). */
export async function peerIdOf(peerKey: Uint8Array): Promise<string> {
  return peerIdFor(new Uint8Array(await crypto.subtle.digest('SHA-256', peerKey.slice())));
}

const desks = new Map<string, TicketDesk>();

/** The desk of this secret, one an isolate. */
export function ticketDesk(secret: string): TicketDesk {
  let desk = desks.get(secret);
  if (!desk) desks.set(secret, desk = new TicketDesk(secret));
  return desk;
}
