/**
 * Silence in plain HLS for an encoder that came back without its sound: players that were told of the sound wait for
 * its playlist to grow, picture or not. What was served as silence stays it, whatever comes late.
 */
import type { Broadcast, Track } from '../../protocol/broadcast.ts';
import type { PieceFrame } from '../../protocol/frame.ts';
import { pieceOf, segmentDistance, segmentOf } from '../../protocol/piece-index.ts';
import { RecordFlag } from '../../protocol/record.ts';
import { silentSoundOnGrid } from '../../protocol/silent-sound.ts';
import { type Segment, segmentsOf } from './hls.ts';
import type { MediaWindow } from './window.ts';

/** Sound is away once others have gone on for so long, and what is this late is not waited for. */
const LATE_US = 3_000_000;
/** Sound that misses less of a segment is whole enough. */
const SLIVER_US = 100_000;

interface Filler {
  segment: Segment;
  /** The init segment that it goes by. */
  init: PieceFrame;
}

export class Silence {
  /** By track. */
  #fillers = new Map<number, Filler[]>();

  /** Segments of a track, those of silence among them. `isFilled`: what is not held here does not come any more. */
  segments(window: MediaWindow, broadcast: Broadcast, track: number, isFilled: boolean): Segment[] {
    const held = segmentsOf(window, track);
    const sound = broadcast.tracks.find((one) => one.track === track);
    const video = broadcast.tracks.find(({ kind }) => kind === 'video');
    if (sound?.kind !== 'audio' || !video) return held;
    const fillers = (this.#fillers.get(track) ?? []).filter(({ segment: { number } }) =>
      [window.media(track), window.media(video.track)].some((order) =>
        order.some((index) => segmentOf(index) === number)
      )
    );
    for (const picture of isFilled ? segmentsOf(window, video.track) : []) {
      if (!picture.isComplete || fillers.some(({ segment }) => segment.number === picture.number)) continue;
      const filler = fillerFor(window, sound, held, picture);
      if (filler) fillers.push(filler);
    }
    this.#fillers.set(track, fillers);
    const silent = fillers.map(({ segment }) => segment);
    const numbers = new Set(silent.map(({ number }) => number));
    return [...held.filter(({ number }) => !numbers.has(number)), ...silent]
      .sort((a, b) => segmentDistance(b.number, a.number));
  }

  /** An init segment that silence goes by, though the window may have forgotten it. */
  init(track: number, index: number): PieceFrame | undefined {
    return this.#fillers.get(track)?.find(({ init }) => init.record.index === index)?.init;
  }

  clear(): void {
    this.#fillers.clear();
  }
}

/** Silence for as long as that segment of video; undefined while there is sound, or may be, or can be none. */
function fillerFor(
  window: MediaWindow,
  track: Track,
  held: Segment[],
  { number, decodeTimeUs, durationUs, isDiscontinuous }: Segment,
): Filler | undefined {
  const endUs = decodeTimeUs + durationUs;
  // The newest init segment is what the track's description is of.
  const lastInit = window.inits(track.track).at(-1);
  const init = lastInit === undefined ? undefined : window.get(lastInit)!;
  if (!init || (init.record.flags & RecordFlag.encrypted) !== 0) return undefined;
  const initSegment = segmentOf(init.record.index);
  if (segmentDistance(initSegment, number) < 0) return undefined;
  const last = (window.newest(track.track) ?? init).record;
  const soundEndUs = last.decodeTimeUs + last.durationUs;
  if (window.newestUs - Math.min(endUs, soundEndUs) < LATE_US) return undefined;
  // Of what leaves the window the beginning goes first: it was there.
  const first = window.media(track.track).find((index) => segmentOf(index) === number);
  if (first !== undefined && pieceOf(first) !== 0) return undefined;

  const span = { startUs: decodeTimeUs, endUs };
  for (const { isComplete, ...one } of held) {
    // A hole that is known is asked for.
    if (one.number === number && (isComplete || one.missing.length > 0)) return undefined;
    if (!isComplete) continue;
    if (one.decodeTimeUs <= decodeTimeUs) {
      span.startUs = Math.max(span.startUs, one.decodeTimeUs + one.durationUs);
    } else span.endUs = Math.min(span.endUs, one.decodeTimeUs);
  }
  if (span.endUs - span.startUs < SLIVER_US) return undefined;
  const sound = silentSoundOnGrid(track, span.startUs, span.endUs);
  return sound && {
    init,
    segment: {
      number,
      indexes: [],
      isComplete: true,
      missing: [],
      decodeTimeUs: sound.startUs,
      durationUs: sound.durationUs,
      initSegment,
      isDiscontinuous,
      silence: sound.bytes,
    },
  };
}
