/**
 * A join's answer with the first media behind it, in one body: the answer's length in bytes (u32, big-endian), the
 * answer (join.ts) as JSON in UTF-8, then frames (frame.ts) from the newest keyframe on, of the first tracks. The
 * frames may be missing: the answer waits for no media and fails for none.
 *
 * The same body comes over the signaling socket when that is opened at `/join/:channel`, cut into binary messages
 * wherever it likes; an empty one ends it.
 */

/** Content type of such a body. An answer without media is JSON. */
export const JOIN_BODY_TYPE = 'application/vnd.shoal.join';
/** Longest answer that is read, in bytes. */
export const MAX_JOIN_HEAD_BYTES = 64 * 1024;
/**
 * Subprotocol of a socket that joins. It is offered together with a second one, which is the request (join-request.ts):
 * its JSON in UTF-8, base64url.
 */
export const JOIN_SUBPROTOCOL = 'shoal.join';
const LENGTH_BYTES = 4;

export function encodeJoinHead(answer: string): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(answer);
  if (json.length > MAX_JOIN_HEAD_BYTES) {
    throw new RangeError(`a join answer must be at most ${MAX_JOIN_HEAD_BYTES} bytes, got ${json.length}`);
  }
  const head = new Uint8Array(LENGTH_BYTES + json.length);
  new DataView(head.buffer).setUint32(0, json.length);
  head.set(json, LENGTH_BYTES);
  return head;
}

/** The answer, and where frames begin; undefined while it is not whole yet. Throws RangeError when it is too long. */
export function decodeJoinHead(bytes: Uint8Array): { answer: string; end: number } | undefined {
  if (bytes.length < LENGTH_BYTES) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
  if (length > MAX_JOIN_HEAD_BYTES) {
    throw new RangeError(`a join answer must be at most ${MAX_JOIN_HEAD_BYTES} bytes, got ${length}`);
  }
  const end = LENGTH_BYTES + length;
  if (bytes.length < end) return undefined;
  return { answer: new TextDecoder().decode(bytes.subarray(LENGTH_BYTES, end)), end };
}
