/**
 * Plain HLS for stock players, derived from records (protocol/hls.ts has the playlists' text): one media sequence for
 * a whole broadcast.
 */
import type { Broadcast } from '../../protocol/broadcast.ts';
import { mediaPlaylistText } from '../../protocol/hls.ts';
import { segmentDistance, segmentOf } from '../../protocol/piece-index.ts';
import { RecordFlag } from '../../protocol/record.ts';
import { gapBetween } from './gap.ts';
import type { MediaWindow } from './window.ts';

/** One segment of one track. */
export interface Segment {
  number: number;
  /** Its pieces, ascending. */
  indexes: number[];
  isComplete: boolean;
  /** Known holes. */
  missing: number[];
  decodeTimeUs: number;
  durationUs: number;
  initSegment: number;
  isDiscontinuous: boolean;
  /** All of it, where nothing but silence is served (silence.ts): it has no pieces then. */
  silence?: Uint8Array<ArrayBuffer>;
}

/** Where counting stands: a segment and its place in the media and discontinuity sequences. */
export interface SequenceAnchor {
  segment: number;
  sequence: number;
  discontinuities: number;
}

/** Segments of a track as held, oldest first. The oldest is left out unless it is whole. */
export function segmentsOf(window: MediaWindow, track: number): Segment[] {
  const segments: Segment[] = [];
  for (const index of window.media(track)) {
    const { record } = window.get(index)!;
    let segment = segments.at(-1);
    if (segment?.number !== segmentOf(index)) {
      segment = {
        number: segmentOf(index),
        indexes: [],
        isComplete: false,
        missing: [],
        decodeTimeUs: record.decodeTimeUs,
        durationUs: 0,
        initSegment: record.initSegment,
        isDiscontinuous: (record.flags & RecordFlag.discontinuity) !== 0,
      };
      segments.push(segment);
      if ((index & 255) !== 0) segment.missing.push(index & ~255);
    } else {
      segment.missing.push(...gapBetween(window, track, segment.indexes.at(-1)!, index));
    }
    segment.indexes.push(index);
    segment.durationUs += record.durationUs;
    segment.isComplete = (record.flags & RecordFlag.lastOfSegment) !== 0 && segment.missing.length === 0;
  }
  if (segments[0]?.isComplete === false) segments.shift();
  return segments;
}

/** Numbers the segments by the anchor; after a hole in memory no number is ever given twice. */
export function anchorFor(
  segments: Segment[],
  anchor: SequenceAnchor | undefined,
): SequenceAnchor | undefined {
  const first = segments[0];
  if (!first) return anchor;
  const known = anchor ?? { segment: first.number, sequence: 0, discontinuities: 0 };
  const at = segments.findIndex(({ number }) => number === known.segment);
  if (at < 0) {
    const passed = Math.max(1, segmentDistance(known.segment, first.number));
    return {
      segment: first.number,
      sequence: known.sequence + passed,
      discontinuities: known.discontinuities + 1,
    };
  }
  const newest = segments.at(-1)!;
  const discontinuities = segments.slice(at + 1).filter(({ isDiscontinuous }) => isDiscontinuous).length;
  return {
    segment: newest.number,
    sequence: known.sequence + segments.length - 1 - at,
    discontinuities: known.discontinuities + discontinuities,
  };
}

/** Media playlist of one track. `anchor` is of one of the segments. URLs are relative to the playlist. */
export function mediaPlaylist(
  broadcast: Broadcast,
  track: number,
  segments: Segment[],
  anchor: SequenceAnchor,
): string {
  const listed = segments.slice(0, segments.findLastIndex(({ isComplete }) => isComplete) + 1);
  const at = segments.findIndex(({ number }) => number === anchor.segment);
  const before = segments.slice(1, at + 1).filter(({ isDiscontinuous }) => isDiscontinuous).length;
  return mediaPlaylistText(
    listed.map((segment) => ({
      uri: `${broadcast.id}/${track}/${segment.number}.m4s`,
      map: `${broadcast.id}/${track}/${segment.initSegment}.init.mp4`,
      durationUs: segment.durationUs,
      dateMs: broadcast.epochMs + segment.decodeTimeUs / 1000,
      isDiscontinuous: segment.isDiscontinuous,
      isGap: !segment.isComplete,
    })),
    anchor.sequence - at,
    anchor.discontinuities - before,
  );
}
