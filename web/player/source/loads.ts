/**
 * What is being played now, by the id that stands in its addresses: Shaka's parsers and schemes are registered once
 * for the page, a page may hold several players.
 */
import type { Broadcast, Track } from '../../../protocol/broadcast.ts';
import type { EmbeddedCaptions } from './embedded-captions.ts';
import type { Feed } from './feed.ts';
import type { PageDecryption, Protection } from './protection.ts';
import type { TrackTimeline } from './track-timeline.ts';

/** One load of one broadcast. */
export interface Load {
  id: number;
  feed: Feed;
  broadcast: Broadcast;
  tracks: { track: Track; timeline: TrackTimeline }[];
  /** Of a protected broadcast. */
  protection?: Protection | undefined;
  /** Where the page opens the media itself. */
  decryption?: PageDecryption | undefined;
  /** Of the picture, where the page sees it unencrypted. */
  captions?: EmbeddedCaptions | undefined;
  /** Called by the source after every update of the timelines; set by the manifest parser. */
  refresh: () => void;
}

const loads = new Map<number, Load>();
let lastId = 0;

export function openLoad(parts: Omit<Load, 'id' | 'refresh'>): Load {
  const load = { ...parts, id: ++lastId, refresh: () => {} };
  loads.set(load.id, load);
  return load;
}

export function closeLoad(load: Load): void {
  for (const { timeline } of load.tracks) timeline.end();
  loads.delete(load.id);
}

/** A load that is not over. */
export function loadOf(id: number): Load | undefined {
  return loads.get(id);
}

/** `shoal:ID`, the address of the manifest; `shoal:ID/TRACK/SEGMENT` of a unit, by its first segment. */
export function manifestAddress(load: Load): string {
  return `shoal:${load.id}`;
}

export function unitAddress(load: Load, track: number, segment: number): string {
  return `shoal:${load.id}/${track}/${segment}`;
}

/** The load an address speaks of, and its track and segment where it names them. */
export function resolveAddress(
  address: string,
): { load: Load; track?: number; segment?: number } | undefined {
  const match = /^shoal:(\d+)(?:\/(\d+)\/(\d+))?$/.exec(address);
  const load = match ? loads.get(Number(match[1])) : undefined;
  if (!load) return undefined;
  return match![2] === undefined ? { load } : { load, track: Number(match![2]), segment: Number(match![3]) };
}
