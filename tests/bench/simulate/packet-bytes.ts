/** What a message costs on the network: its bytes, and the headers of the packets that carry it. */
import { controlBytesOf } from '../../../web/mesh/message-size.ts';
import type { Message } from '../../../web/mesh/message.ts';

/** IP, UDP, DTLS and SCTP headers of one packet of a data channel, and its share of acknowledgements. */
export const PACKET_HEADER_BYTES = 85;
export const PACKET_PAYLOAD_BYTES = 1150;
/** A session description with its candidates: the simulator's stand-in is shorter. */
export const DESCRIPTION_BYTES = 1200;

export function payloadBytesOf(message: Message): number {
  return message.type === 'piece' ? message.frame.record.byteLength : 0;
}

/** Message bytes that are not piece payload. */
export function overheadBytesOf(message: Message): number {
  return controlBytesOf(message) + (message.type === 'relay' ? DESCRIPTION_BYTES : 0);
}

export function packetsFor(bytes: number): number {
  return Math.ceil(bytes / PACKET_PAYLOAD_BYTES);
}
