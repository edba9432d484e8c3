/**
 * Plain HLS playlists (RFC 8216, CMAF), as the edge and the antenna write them from records: one media sequence,
 * EXT-X-DISCONTINUITY where the timeline breaks, complete segments only.
 */
import type { Broadcast, Track } from './broadcast.ts';
import { SEGMENT_MS } from './piece-index.ts';

/** One segment as a playlist names it. */
export interface ListedSegment {
  /** Relative to the playlist. */
  uri: string;
  /** URI of its init segment. */
  map: string;
  durationUs: number;
  /** Wall clock of its first frame, milliseconds since 1970. */
  dateMs: number;
  isDiscontinuous: boolean;
  /** It is known to have a hole and cannot be had (EXT-X-GAP). */
  isGap?: boolean;
}

/** Media playlist of one track. The sequences are those of the first segment. */
export function mediaPlaylistText(
  segments: ListedSegment[],
  mediaSequence: number,
  discontinuitySequence: number,
): string {
  const longestS = Math.max(
    SEGMENT_MS / 1000,
    ...segments.map(({ durationUs }) => Math.round(durationUs / 1e6)),
  );
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:8',
    `#EXT-X-TARGETDURATION:${longestS}`,
    `#EXT-X-MEDIA-SEQUENCE:${mediaSequence}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${discontinuitySequence}`,
  ];
  let map: string | undefined;
  segments.forEach((segment, i) => {
    if (i > 0 && segment.isDiscontinuous) lines.push('#EXT-X-DISCONTINUITY');
    if (segment.map !== map) {
      map = segment.map;
      lines.push(`#EXT-X-MAP:URI="${map}"`);
    }
    lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(segment.dateMs).toISOString()}`);
    if (segment.isGap) lines.push('#EXT-X-GAP');
    lines.push(`#EXTINF:${(segment.durationUs / 1e6).toFixed(6)},`, segment.uri);
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
