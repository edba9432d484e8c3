/** FLV video tags (Adobe FLV 10.1 section E.4.3.1; Enhanced RTMP v1 for the `avc1` fourCC). */
import { UnsupportedMedia } from '../rtmp/seam.ts';

export type FlvVideo =
  /** The AVC decoder configuration (avcC). */
  | { kind: 'config'; bytes: Uint8Array }
  /** AVCC NAL units; `compositionMs` is signed. */
  | { kind: 'frame'; keyframe: boolean; compositionMs: number; bytes: Uint8Array }
  /** End of sequence, metadata, commands: nothing to carry. */
  | { kind: 'nothing' };

/** Codecs by their number in the first byte, for a refusal that says what came. */
const CODEC_NAMES: Record<number, string> = {
  1: 'JPEG',
  2: 'Sorenson H.263',
  3: 'Screen video',
  4: 'On2 VP6',
  5: 'On2 VP6 with alpha',
  6: 'Screen video 2',
  12: 'H.265 (HEVC)',
  13: 'AV1',
};
const FOURCC_NAMES: Record<string, string> = {
  hvc1: 'H.265 (HEVC)',
  av01: 'AV1',
  vp09: 'VP9',
  vp08: 'VP8',
  vvc1: 'H.266 (VVC)',
};
const NOTHING = { kind: 'nothing' } as const;

/** Reads the body of a video tag. Throws UnsupportedMedia for another codec than H.264; a stump is nothing. */
export function parseFlvVideo(body: Uint8Array): FlvVideo {
  const first = body[0];
  if (first === undefined) return NOTHING;
  if (first & 0x80) return parseEnhanced(first, body);
  const codec = first & 15;
  const frameType = first >> 4;
  if (frameType === 5) return NOTHING;
  if (codec !== 7) throw unsupported(CODEC_NAMES[codec] ?? `number ${codec}`);
  if (body.length < 5) return NOTHING;
  return payload(body[1]!, frameType === 1 || frameType === 4, signed24(body, 2), body.subarray(5));
}

function parseEnhanced(first: number, body: Uint8Array): FlvVideo {
  const packetType = first & 15;
  const frameType = (first >> 4) & 7;
  if (packetType === 4 || frameType === 5) return NOTHING;
  if (packetType > 5) throw unsupported('Enhanced RTMP with several tracks');
  if (body.length < 5) return NOTHING;
  const fourCC = String.fromCharCode(...body.subarray(1, 5));
  if (fourCC !== 'avc1') throw unsupported(FOURCC_NAMES[fourCC] ?? printable(fourCC));
  const keyframe = frameType === 1 || frameType === 4;
  if (packetType === 1) {
    return body.length < 8 ? NOTHING : payload(1, keyframe, signed24(body, 5), body.subarray(8));
  }
  return packetType === 3
    ? payload(1, keyframe, 0, body.subarray(5))
    : payload(packetType, keyframe, 0, body.subarray(5));
}

/** `type`: 0 sequence header, 1 NAL units, 2 end of sequence. */
function payload(type: number, keyframe: boolean, compositionMs: number, bytes: Uint8Array): FlvVideo {
  if (bytes.length === 0) return NOTHING;
  if (type === 0) return { kind: 'config', bytes };
  return type === 1 ? { kind: 'frame', keyframe, compositionMs, bytes } : NOTHING;
}

function signed24(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8)) >> 8;
}

function unsupported(name: string): UnsupportedMedia {
  return new UnsupportedMedia(`video codec ${name} is not supported: send H.264`);
}

function printable(fourCC: string): string {
  return fourCC.replace(/[^\x20-\x7e]/g, '?');
}

/** Whether the four-byte lengths of the NAL units add up to the whole frame. */
export function isWholeAccessUnit(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + 4 <= bytes.length) {
    at += 4 + view.getUint32(at);
  }
  return at === bytes.length && at > 0;
}
