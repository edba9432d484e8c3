/**
 * The ticket: the edge's word that a peer may watch a broadcast. Neighbours check it before they feed anybody.
 *
 * It names the peer's own Ed25519 public key; the peer proves that it holds the private one (see web/mesh), so a
 * ticket that was overheard is of no use. Layout, big-endian, TICKET_BYTES long:
 *
 * | offset | bytes | field |
 * |---|---|---|
 * | 0 | 1 | version, 1 |
 * | 1 | 20 | info-hash |
 * | 21 | 32 | the peer's public key |
 * | 53 | 8 | ticket identity: what bans name; the same for a key whether renewed or joined again |
 * | 61 | 4 | expiry, seconds since 1970 |
 * | 65 | 64 | Ed25519 signature of all before it by the edge's key |
 */
import { concatBytes, toBase64Url } from './bytes.ts';

export const TICKET_BYTES = 129;
export const TICKET_SIGNED_BYTES = 65;
/** How long a ticket is good for, in seconds; renewed on the socket. */
export const TICKET_SECONDS = 600;
const VERSION = 1;

export interface Ticket {
  /** 20 bytes. */
  infoHash: Uint8Array;
  /** The peer's Ed25519 public key, 32 bytes. */
  peerKey: Uint8Array;
  /** 8 bytes. */
  identity: Uint8Array;
  /** Seconds since 1970. */
  expiresS: number;
}

/** The part that the edge signs. */
export function encodeTicket(ticket: Ticket): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(TICKET_SIGNED_BYTES);
  bytes[0] = VERSION;
  requireLength('infoHash', ticket.infoHash, 20);
  requireLength('peerKey', ticket.peerKey, 32);
  requireLength('identity', ticket.identity, 8);
  bytes.set(ticket.infoHash, 1);
  bytes.set(ticket.peerKey, 21);
  bytes.set(ticket.identity, 53);
  new DataView(bytes.buffer).setUint32(61, ticket.expiresS);
  return bytes;
}

/** Reads a signed ticket; the signature is the caller's to check. Throws RangeError. */
export function decodeTicket(bytes: Uint8Array): Ticket {
  if (bytes.length !== TICKET_BYTES) {
    throw new RangeError(`ticket must be ${TICKET_BYTES} bytes, got ${bytes.length}`);
  }
  if (bytes[0] !== VERSION) throw new RangeError(`ticket.version must be ${VERSION}, got ${bytes[0]}`);
  return {
    infoHash: bytes.slice(1, 21),
    peerKey: bytes.slice(21, 53),
    identity: bytes.slice(53, 61),
    expiresS: new DataView(bytes.buffer, bytes.byteOffset).getUint32(61),
  };
}

/**
 * The peer id that goes with a peer's public key: `-SH0001-` and 12 characters of the key's SHA-256 in base64url
 * (BEP 20 style). So nobody chooses another's id.
 */
export function peerIdFor(peerKeySha256: Uint8Array): string {
  return `-SH0001-${toBase64Url(peerKeySha256).slice(0, 12)}`;
}

/**
 * What a peer signs with its own key when it announces: the edge alone sees the signature, so a neighbour that was
 * shown the ticket can neither take its owner's place nor draw media grants on it.
 */
export function announceProof(ticket: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes(new TextEncoder().encode('shoal announce 1\0'), ticket);
}

function requireLength(field: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) {
    throw new RangeError(`ticket.${field} must be ${length} bytes, got ${bytes.length}`);
  }
}
