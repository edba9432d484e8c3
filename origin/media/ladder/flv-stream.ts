/** FLV as a stream of bytes (Adobe FLV 10.1 annex E), for the pipes to and from a transcoder: video only. */

const HEADER_BYTES = 9;
const TAG_BYTES = 11;
const PREVIOUS_SIZE_BYTES = 4;
const VIDEO_TAG = 9;
const AVC = 7;
/** A tag that claims more is not one. */
const MAX_TAG_BYTES = 8 * 1024 * 1024;

/** What every FLV file begins with: version 1, video only, no previous tag. */
export function flvHeader(): Uint8Array<ArrayBuffer> {
  return new Uint8Array([0x46, 0x4c, 0x56, 1, 1, 0, 0, 0, HEADER_BYTES, 0, 0, 0, 0]);
}

export interface FlvVideoTag {
  /** Decode time in whole milliseconds, 0 to 2^31. */
  timestampMs: number;
  /** E.4.3.1: frame type, codec, AVC packet type, composition time and what follows. */
  body: Uint8Array;
}

/** An AVC frame (or, with `config`, the AVC decoder configuration) as a tag. */
export function avcTag(
  { timestampMs, compositionMs, keyframe, config, bytes }: {
    timestampMs: number;
    compositionMs: number;
    keyframe: boolean;
    config?: boolean;
    bytes: Uint8Array;
  },
): Uint8Array<ArrayBuffer> {
  const size = 5 + bytes.length;
  const tag = new Uint8Array(TAG_BYTES + size + PREVIOUS_SIZE_BYTES);
  const view = new DataView(tag.buffer);
  view.setUint32(0, (VIDEO_TAG << 24) | size);
  // 24 bits of milliseconds, then the upper 8.
  view.setUint32(4, ((timestampMs & 0xffffff) << 8) | ((timestampMs >>> 24) & 255));
  tag[TAG_BYTES] = ((keyframe ? 1 : 2) << 4) | AVC;
  view.setUint32(TAG_BYTES + 1, ((config ? 0 : 1) << 24) | (compositionMs & 0xffffff));
  tag.set(bytes, TAG_BYTES + 5);
  view.setUint32(TAG_BYTES + size, TAG_BYTES + size);
  return tag;
}

/** Takes FLV in chunks of any size; answers the video tags that have become whole. */
export class FlvReader {
  #held = new Uint8Array(0);
  #begun = false;

  /** Throws RangeError when it is not FLV. */
  take(chunk: Uint8Array): FlvVideoTag[] {
    const bytes = new Uint8Array(this.#held.length + chunk.length);
    bytes.set(this.#held);
    bytes.set(chunk, this.#held.length);
    const view = new DataView(bytes.buffer);
    const tags: FlvVideoTag[] = [];
    let at = 0;
    if (!this.#begun) {
      if (bytes.length < HEADER_BYTES + PREVIOUS_SIZE_BYTES) return this.#keep(bytes, tags);
      if (view.getUint32(0) >>> 8 !== 0x464c56) throw new RangeError('an FLV stream must begin with "FLV"');
      at = view.getUint32(5) + PREVIOUS_SIZE_BYTES;
      this.#begun = true;
    }
    while (at + TAG_BYTES <= bytes.length) {
      const size = view.getUint32(at) & 0xffffff;
      if (size > MAX_TAG_BYTES) {
        throw new RangeError(`an FLV tag must be at most ${MAX_TAG_BYTES} bytes, got ${size}`);
      }
      const next = at + TAG_BYTES + size + PREVIOUS_SIZE_BYTES;
      if (next > bytes.length) break;
      const stamp = view.getUint32(at + 4);
      const timestampMs = (stamp >>> 8) | ((stamp & 255) << 24);
      if ((bytes[at]! & 31) === VIDEO_TAG) {
        tags.push({ timestampMs, body: bytes.slice(at + TAG_BYTES, at + TAG_BYTES + size) });
      }
      at = next;
    }
    return this.#keep(bytes.subarray(at), tags);
  }

  #keep(rest: Uint8Array, tags: FlvVideoTag[]): FlvVideoTag[] {
    this.#held = rest.slice();
    return tags;
  }
}
