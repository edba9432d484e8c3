/** Aggregate messages (RTMP 1.0 section 7.1.6): several tags in one message, laid out as in an FLV file. */
import type { Message } from './message.ts';
import { ProtocolError } from './protocol-error.ts';

const tagHeaderBytes = 11;
const backPointerBytes = 4;

/**
 * The messages inside. The first one's time is that of the aggregate, the others keep their distance to it. Some
 * encoders leave out the last back pointer. Throws `ProtocolError` when a tag does not fit.
 */
export function splitAggregate(message: Message): Message[] {
  const { payload } = message;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const messages: Message[] = [];
  let offset: number | undefined;
  for (let at = 0; at < payload.length;) {
    if (payload.length - at < tagHeaderBytes) throw new ProtocolError('aggregate ends within a tag header');
    const type = payload[at]!;
    const length = view.getUint32(at) & 0xffffff;
    const timestamp = ((payload[at + 7]! << 24) | (view.getUint32(at + 4) >>> 8)) >>> 0;
    const from = at + tagHeaderBytes;
    if (length > payload.length - from) {
      throw new ProtocolError(`aggregate tag needs ${length} bytes, ${payload.length - from} are left`);
    }
    offset ??= message.timestamp - timestamp;
    messages.push({
      type,
      streamId: message.streamId,
      timestamp: (timestamp + offset) >>> 0,
      payload: payload.subarray(from, from + length),
    });
    at = from + length + backPointerBytes;
  }
  return messages;
}
