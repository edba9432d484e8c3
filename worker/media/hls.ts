/**
 * Plain HLS (RFC 8216, CMAF) for stock players, derived from records: one media sequence for a whole broadcast,
 * EXT-X-DISCONTINUITY where the encoder came back, complete segments only.
 */
import type { Broadcast, Track } from '../../protocol/broadcast.ts';
import { SEGMENT_MS, segmentDistance, segmentOf } from '../../protocol/piece-index.ts';
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
  const longestS = Math.max(
    SEGMENT_MS / 1000,
    ...listed.map(({ durationUs }) => Math.round(durationUs / 1e6)),
  );
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:8',
    `#EXT-X-TARGETDURATION:${longestS}`,
    `#EXT-X-MEDIA-SEQUENCE:${anchor.sequence - at}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${anchor.discontinuities - before}`,
  ];
  let map: number | undefined;
  listed.forEach((segment, i) => {
    if (i > 0 && segment.isDiscontinuous) lines.push('#EXT-X-DISCONTINUITY');
    if (segment.initSegment !== map) {
      map = segment.initSegment;
      lines.push(`#EXT-X-MAP:URI="${broadcast.id}/${track}/${map}.init.mp4"`);
    }
    const date = new Date(broadcast.epochMs + segment.decodeTimeUs / 1000).toISOString();
    lines.push(`#EXT-X-PROGRAM-DATE-TIME:${date}`);
    if (!segment.isComplete) lines.push('#EXT-X-GAP');
    lines.push(`#EXTINF:${(segment.durationUs / 1e6).toFixed(6)},`);
    lines.push(`${broadcast.id}/${track}/${segment.number}.m4s`);
  });
  return lines.join('\n') + '\n';
}

/** Multivariant playlist: each video track a variant, audio as one group they share. */
export function mainPlaylist(broadcast: Broadcast): string {
  const videos = broadcast.tracks.filter(({ kind }) => kind === 'video');
  const audios = broadcast.tracks.filter(({ kind }) => kind === 'audio');
  const lines = ['#EXTM3U', '#EXT-X-VERSION:8'];
  if (videos.length > 0) {
    audios.forEach(({ track, channels }, i) => {
      const attributes = [
        'TYPE=AUDIO',
        'GROUP-ID="audio"',
        `NAME="audio ${track}"`,
        `DEFAULT=${i === 0 ? 'YES' : 'NO'}`,
        'AUTOSELECT=YES',
        ...(channels ? [`CHANNELS="${channels}"`] : []),
        `URI="${track}.m3u8"`,
      ];
      lines.push(`#EXT-X-MEDIA:${attributes.join(',')}`);
    });
  }
  for (const variant of videos.length > 0 ? videos : audios) {
    lines.push(...variantLines(variant, videos.length > 0 ? audios : []));
  }
  return lines.join('\n') + '\n';
}

function variantLines(variant: Track, audios: Track[]): string[] {
  const audioKbps = Math.max(0, ...audios.map(({ bitrateKbps }) => bitrateKbps));
  const codecs = [variant, ...audios].map(({ codec }) => codec);
  const attributes = [
    // Peaks lie above the average that the track claims.
    `BANDWIDTH=${Math.ceil((variant.bitrateKbps + audioKbps) * 1200)}`,
    `AVERAGE-BANDWIDTH=${Math.ceil((variant.bitrateKbps + audioKbps) * 1000)}`,
    `CODECS="${[...new Set(codecs)].join(',')}"`,
    ...(variant.width && variant.height ? [`RESOLUTION=${variant.width}x${variant.height}`] : []),
    ...(variant.frameRate ? [`FRAME-RATE=${variant.frameRate.toFixed(3)}`] : []),
    ...(audios.length > 0 ? ['AUDIO="audio"'] : []),
  ];
  return [`#EXT-X-STREAM-INF:${attributes.join(',')}`, `${variant.track}.m3u8`];
}
