/** Bytes that a message takes on the wire (wire/), so that control traffic can be counted above the typed seam. */
import { SIGNED_RECORD_BYTES } from '../../protocol/record.ts';
import type { Message } from './message.ts';

/** Length prefix, message id, extension id, our type byte. */
const EXTENSION = 7;
/** Length prefix, message id. */
const NATIVE = 5;

/** Everything but piece payload. */
export function controlBytesOf(message: Message): number {
  switch (message.type) {
    case 'piece':
      return NATIVE + 8 + EXTENSION + SIGNED_RECORD_BYTES;
    case 'state': {
      let bytes = EXTENSION + 9;
      for (const track of message.tracks) bytes += 8 + track.bits.length + track.lags.length;
      return bytes;
    }
    case 'request':
    case 'cancel':
    case 'reject':
      return NATIVE + 12;
    case 'have':
      return NATIVE + 4;
    case 'subscribe':
      return EXTENSION + 7;
    case 'unsubscribe':
      return EXTENSION + 2;
    case 'subscribed':
      return EXTENSION + 3;
    case 'path':
      return EXTENSION + 3 + 4 * message.path.length;
    case 'hello':
      return EXTENSION + 5 + message.ticket.length + message.nonce.length + message.tracks.length;
    case 'proof':
      return EXTENSION + message.signature.length;
    case 'ticket':
      return EXTENSION + message.ticket.length;
    case 'peers':
      return EXTENSION + 1 + 20 * message.peerIds.length;
    case 'relay':
      return EXTENSION + 40 + message.payload.length;
    case 'goodbye':
      return EXTENSION;
  }
}
