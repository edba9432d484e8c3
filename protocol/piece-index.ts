/**
 * The piece index: where a piece stands in a broadcast.
 *
 * A u32 `segment:20 | track:4 | piece:8`, held as a signed 32-bit number (`| 0`) because BitTorrent codecs hand
 * indices out that way. Compared by serial-number arithmetic (RFC 1982), since the segment number wraps.
 */

/** Length of one segment slot in milliseconds: segment = floor((t - t0) / SEGMENT_MS). */
export const SEGMENT_MS = 2000;
/** Segment numbers wrap at this count (2^20, a little over 24 days). */
export const SEGMENT_COUNT = 1 << 20;
/** Tracks a broadcast can have. */
export const TRACK_COUNT = 16;
/** A segment of one track is closed by force when it holds this many pieces. */
export const MAX_PIECES_PER_SEGMENT = 240;
/** The piece number of an init segment; it takes effect at the segment it is numbered with. */
export const INIT_PIECE = 255;

/** Packs the three parts; throws RangeError naming the part that is out of range. */
export function packIndex(segment: number, track: number, piece: number): number {
  checkPart('segment', segment, SEGMENT_COUNT);
  checkPart('track', track, TRACK_COUNT);
  checkPart('piece', piece, 256);
  return (segment << 12) | (track << 8) | piece;
}

export function segmentOf(index: number): number {
  return index >>> 12;
}

export function trackOf(index: number): number {
  return (index >>> 8) & 15;
}

export function pieceOf(index: number): number {
  return index & 255;
}

/** Negative when `a` comes before `b`, positive after, 0 when equal (RFC 1982 on 32 bits). */
export function compareIndex(a: number, b: number): number {
  return (a - b) | 0;
}

/** Segments from `from` to `to`, signed, on the 20-bit circle. */
export function segmentDistance(from: number, to: number): number {
  return ((to - from) << 12) >> 12;
}

/** The substream of a piece: (segment + piece) mod K. */
export function substreamOf(index: number, substreams: number): number {
  return (segmentOf(index) + pieceOf(index)) % substreams;
}

/** K = bitrate / 64 kbps, within 1 to 8. */
export function substreamsFor(bitrateKbps: number): number {
  return Math.min(8, Math.max(1, Math.floor(bitrateKbps / 64)));
}

/** `segment-track-piece`, for logs and errors. */
export function describeIndex(index: number): string {
  return `${segmentOf(index)}-${trackOf(index)}-${pieceOf(index)}`;
}

/** The index as it stands in a URL: eight hex digits. */
export function indexToHex(index: number): string {
  return (index >>> 0).toString(16).padStart(8, '0');
}

/** Reads eight hex digits; undefined for anything else. */
export function indexFromHex(text: string): number | undefined {
  return /^[0-9a-f]{8}$/.test(text) ? parseInt(text, 16) | 0 : undefined;
}

function checkPart(name: string, value: number, bound: number): void {
  if (!Number.isInteger(value) || value < 0 || value >= bound) {
    throw new RangeError(`index.${name} must be a whole number from 0 to ${bound - 1}, got ${value}`);
  }
}

const LEAST_AUDIO_MS = 200;
const MOST_AUDIO_MS = 400;

/** Target duration of a piece of audio: it takes little, so that its pieces are twice as long as those of the video. */
export function audioSliceMs(pieceMs: number): number {
  return Math.min(MOST_AUDIO_MS, Math.max(LEAST_AUDIO_MS, 2 * pieceMs));
}
