/** Whether an announce with a ticket comes from whom the ticket was given to. */
import { fromBase64Url, toBase64Url, toBinaryString, toHex } from '../../protocol/bytes.ts';
import { decodeTicket, type Ticket } from '../../protocol/ticket.ts';
import type { SwarmWorld } from './world.ts';

export interface TicketHolder {
  id: string;
  identity: string;
  key: string;
  expiresS: number;
}

/** `refusal` is the reason, for the peer. */
export async function checkTicket(
  world: Pick<SwarmWorld, 'nowMs' | 'peerIdOf' | 'verify'>,
  infoHash: string,
  announce: { peer_id: string; ticket?: string; proof?: string },
): Promise<TicketHolder | { refusal: string }> {
  const signed = fromBase64Url(announce.ticket ?? '');
  if (!signed) return { refusal: 'ticket must be base64url' };
  let ticket: Ticket;
  try {
    ticket = decodeTicket(signed);
  } catch (error) {
    return { refusal: (error as RangeError).message };
  }
  if (toBinaryString(ticket.infoHash) !== infoHash) return { refusal: 'ticket.infoHash must be this swarm' };
  if (ticket.expiresS <= world.nowMs() / 1000) return { refusal: 'ticket has expired' };
  const proof = fromBase64Url(announce.proof ?? '');
  if (proof?.length !== 64) return { refusal: 'proof must be a signature, 64 bytes in base64url' };
  if (await world.peerIdOf(ticket.peerKey) !== announce.peer_id) {
    return { refusal: 'peer_id must be the one of the ticket' };
  }
  if (!await world.verify(signed, ticket, proof)) return { refusal: 'ticket or proof has a bad signature' };
  return {
    id: announce.peer_id,
    identity: toHex(ticket.identity),
    key: toBase64Url(ticket.peerKey),
    expiresS: ticket.expiresS,
  };
}
