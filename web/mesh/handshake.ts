/** Who is on the other end: the ticket, and the proof that it is theirs on this very connection. */
import { concatBytes, equalBytes, fromBinaryString, toHex } from '../../protocol/bytes.ts';
import { decodeTicket, peerIdFor, type Ticket, TICKET_SIGNED_BYTES } from '../../protocol/ticket.ts';
import { chain } from './maybe.ts';
import type { MaybePromise, World } from './seams.ts';

export const NONCE_BYTES = 16;
const DOMAIN = new TextEncoder().encode('shoal proof 1\0');
/** Clocks may differ by so much. */
const LEEWAY_S = 30;

/**
 * What a peer signs to prove its ticket: domain, the other's nonce, both peer ids (signer first) and the link's
 * binding. So a proof is good for one connection, one direction and one moment.
 */
export function proofMessage(
  nonce: Uint8Array,
  binding: string,
  signer: string,
  verifier: string,
): Uint8Array<ArrayBuffer> {
  return concatBytes(
    DOMAIN,
    nonce,
    fromBinaryString(signer),
    fromBinaryString(verifier),
    new TextEncoder().encode(binding),
  );
}

export interface TicketRules {
  infoHash: Uint8Array;
  edgeKey: Uint8Array;
  isBanned: (identity: string) => boolean;
}

/** The ticket when it is good for this peer id, else the reason why not. */
export function checkTicket(
  bytes: Uint8Array,
  peerId: string,
  rules: TicketRules,
  world: World,
): MaybePromise<Ticket | string> {
  let ticket: Ticket;
  try {
    ticket = decodeTicket(bytes);
  } catch (error) {
    return (error as Error).message;
  }
  if (!equalBytes(ticket.infoHash, rules.infoHash)) return 'ticket.infoHash is of another broadcast';
  if (isExpired(ticket, world)) return 'ticket.expiresS is over';
  if (rules.isBanned(toHex(ticket.identity))) return 'ticket.identity is banned';
  const signed = bytes.subarray(0, TICKET_SIGNED_BYTES);
  return chain(
    world.verify(rules.edgeKey, signed, bytes.subarray(TICKET_SIGNED_BYTES)),
    (good): MaybePromise<Ticket | string> =>
      !good ? "ticket.signature is not the edge's" : chain(
        world.sha256(ticket.peerKey),
        (hash) => peerIdFor(hash) === peerId ? ticket : 'ticket.peerKey does not belong to this peer id',
      ),
  );
}

export function isExpired(ticket: Ticket, world: World): boolean {
  return ticket.expiresS + LEEWAY_S < world.wallClockS();
}
