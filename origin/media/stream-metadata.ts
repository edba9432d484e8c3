/** What an encoder says of its stream in onMetaData. All of it is a claim, and all of it may be missing. */
export interface StreamMetadata {
  hasVideo?: boolean;
  hasAudio?: boolean;
  videoKbps?: number;
  audioKbps?: number;
  frameRate?: number;
}

/** Reads the decoded values of a data tag; undefined when it is not onMetaData. */
export function parseMetadata(values: unknown[] | undefined): StreamMetadata | undefined {
  if (values?.[0] !== 'onMetaData') return undefined;
  const claims = values[1];
  if (typeof claims !== 'object' || claims === null) return undefined;
  const fields = claims as Record<string, unknown>;
  const tells = fields.videocodecid !== undefined || fields.audiocodecid !== undefined;
  return {
    hasVideo: tells ? isCodec(fields.videocodecid) : undefined,
    hasAudio: tells ? isCodec(fields.audiocodecid) : undefined,
    videoKbps: within(fields.videodatarate, 8, 100_000),
    audioKbps: within(fields.audiodatarate, 4, 2_000),
    frameRate: within(fields.framerate, 1, 1000),
  };
}

function isCodec(value: unknown): boolean {
  return (typeof value === 'number' && value > 0) || (typeof value === 'string' && value !== '');
}

function within(value: unknown, least: number, most: number): number | undefined {
  return typeof value === 'number' && value >= least && value <= most ? value : undefined;
}
