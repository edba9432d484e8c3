/** Messages to chunks (RTMP 1.0 section 5.3): what the server says is little, so every message has a full header. */
import type { Message } from './message.ts';

/**
 * One message as chunks of chunk stream `csid` (2 to 63) with at most `chunkBytes` of payload each. The extended
 * timestamp is repeated in continuing chunks, as section 5.3.1.3 asks.
 */
export function writeChunks(message: Message, csid: number, chunkBytes: number): Uint8Array<ArrayBuffer> {
  const { payload, timestamp } = message;
  const extended = timestamp >= 0xffffff;
  const chunks = Math.max(1, Math.ceil(payload.length / chunkBytes));
  const size = 12 + payload.length + (chunks - 1) + (extended ? 4 * chunks : 0);
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  out[0] = csid;
  view.setUint32(1, (extended ? 0xffffff : timestamp) << 8);
  view.setUint32(4, (payload.length << 8) | message.type);
  view.setUint32(8, message.streamId, true);
  let at = 12;
  for (let from = 0, i = 0; i < chunks; i++, from += chunkBytes) {
    if (i > 0) out[at++] = 0xc0 | csid;
    if (extended) {
      view.setUint32(at, timestamp);
      at += 4;
    }
    const part = payload.subarray(from, from + chunkBytes);
    out.set(part, at);
    at += part.length;
  }
  return out;
}
