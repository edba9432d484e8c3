/** Puts together the numbers that the player tells, from viewer, source and stall counter. */
import type { PlayerViewer } from './viewer-for.ts';
import type { PlaybackDetails, PlayerStats } from './player-state.ts';
import type { SourceFigures } from './source/source.ts';
import type { StallCounter } from './stall-counter.ts';

export function statsOf(
  viewer: Pick<PlayerViewer, 'stats'> | undefined,
  figures: Pick<SourceFigures, 'latencyMs' | 'bufferMs'> | undefined,
  stalls: Pick<StallCounter, 'count'>,
  startupMs: number,
): PlayerStats {
  const bytes = viewer?.stats();
  return {
    peerBytes: bytes?.peerBytes ?? 0,
    edgeBytes: bytes?.edgeBytes ?? 0,
    uploadBytes: bytes?.uploadBytes ?? 0,
    peers: bytes?.peers ?? 0,
    latencySeconds: thousandths((figures?.latencyMs ?? 0) / 1000),
    stalls: stalls.count,
    startupMs,
    bufferSeconds: thousandths((figures?.bufferMs ?? 0) / 1000),
  };
}

export function detailsOf(
  viewer: Pick<PlayerViewer, 'stats' | 'broadcast'>,
  video: HTMLVideoElement,
  lastTrouble: string,
  thread: PlaybackDetails['thread'],
): PlaybackDetails {
  const stats = viewer.stats();
  const quality = video.getVideoPlaybackQuality?.();
  return {
    size: video.videoWidth > 0 ? `${video.videoWidth} × ${video.videoHeight}` : '',
    codecs: viewer.broadcast?.tracks.map((track) => track.codec).join(', ') ?? '',
    decodedFrames: quality?.totalVideoFrames ?? 0,
    droppedFrames: quality?.droppedVideoFrames ?? 0,
    lanBytes: stats.lanBytes,
    turnBytes: stats.turnBytes,
    repairs: stats.repairs,
    duplicateBytes: stats.duplicateBytes,
    substreams: `${stats.parented}/${stats.substreams}`,
    lagP50Ms: stats.lagP50Ms,
    lagP95Ms: stats.lagP95Ms,
    thread,
    lastTrouble,
  };
}

function thousandths(value: number): number {
  return Math.round(value * 1000) / 1000;
}
