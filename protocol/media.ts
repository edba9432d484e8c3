/**
 * Media over HTTP, below the join answer's `mediaPath` (`/media/:channel/:broadcast`). Bodies are frames (frame.ts),
 * every request carries the grant as the query parameter `grant`.
 *
 * | path | body |
 * |---|---|
 * | `join?tracks=0,1` | init segments and everything from the newest keyframe on, audio to match |
 * | `piece/:index` | one piece, index in eight hex digits; 404 when it is gone or was never cut |
 * | `run/:tracks/:second` | pieces of these tracks whose decode time lies in that second since time zero |
 * | `seed?peer=…`, as pushed in `feeds` | the seed stream: one long response; with `held`, from the index after those on |
 *
 * 503 with Retry-After: the egress cap is spent, later. 401: the grant is over, renew it. A run that is still open
 * is answered with what there is; the header below tells so.
 */
import { indexFromHex, indexToHex } from './piece-index.ts';

/** Length of an aligned run in milliseconds of decode time. */
export const RUN_MS = 1000;
/** Response header of a run: `open` while the encoder may still add to it, else `closed`. */
export const RUN_STATE_HEADER = 'shoal-run';

export function joinMediaPath(mediaPath: string, tracks: number[]): string {
  return `${mediaPath}/join?tracks=${tracks.join(',')}`;
}

export function pieceMediaPath(mediaPath: string, index: number): string {
  return `${mediaPath}/piece/${indexToHex(index)}`;
}

/** `second`: decode time in whole seconds since the broadcast's time zero. Tracks ascending, so that caches agree. */
export function runMediaPath(mediaPath: string, tracks: number[], second: number): string {
  return `${mediaPath}/run/${tracks.toSorted((a, b) => a - b).join(',')}/${second}`;
}

/** The seed stream of one peer: the path that `feeds` pushes. Its grant must be that peer's. */
export function seedMediaPath(mediaPath: string, peerId: string): string {
  return `${mediaPath}/seed?peer=${encodeURIComponent(peerId)}`;
}

/** The seed path with what the peer holds already: the newest index of each feed. The stream begins right after. */
export function seedPathFrom(path: string, held: number[]): string {
  return held.length === 0 ? path : `${path}&held=${held.map(indexToHex).join(',')}`;
}

/** Most feeds a peer can say to hold: all substreams of all tracks. */
const MAX_HELD = 128;

/** Reads the list of `held`; undefined for anything but 1 to 128 indexes of eight hex digits. */
export function parseHeld(text: string): number[] | undefined {
  const indexes = text.split(',').map(indexFromHex);
  return indexes.length <= MAX_HELD && indexes.every((index) => index !== undefined) ? indexes : undefined;
}

/** Reads `0,1` as tracks; undefined for anything that is not an ascending list of track numbers. */
export function parseTracks(text: string): number[] | undefined {
  if (!/^\d{1,2}(,\d{1,2}){0,15}$/.test(text)) return undefined;
  const tracks = text.split(',').map(Number);
  return tracks.every((track, i) => track < 16 && (i === 0 || track > tracks[i - 1]!)) ? tracks : undefined;
}
