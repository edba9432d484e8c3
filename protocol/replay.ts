/**
 * Recordings and replays: what the origin says while it records, and how the API and the pages speak of them.
 *
 * The origin sends a recording up as it is made, in chunks of 2 MiB by `PUT /origin/replay/:channel/:id/…`: `start`
 * (JSON), `chunk/N` (bytes; the first one last, since it begins with the header), `end` (JSON). Chunks may be sent
 * again. A finished recording is a torrent of one file (torrent.ts): a replay.
 */
import * as v from 'valibot';
import { BroadcastId, InfoHash } from './broadcast.ts';

/** Bytes of a torrent piece. The file's header (ftyp, moov, sidx, free) fills the first one. */
export const REPLAY_PIECE_BYTES = 512 * 1024;
/** Bytes of a stored chunk: a whole number of pieces. */
export const REPLAY_CHUNK_BYTES = 4 * REPLAY_PIECE_BYTES;
/** Longest recording: its piece hashes must fit into one message. */
export const MAX_REPLAY_BYTES = 64 * 1024 ** 3;

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const reason = v.pipe(v.string(), v.maxLength(300));

export const RecordingId = v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/, 'must be 16 hex digits'));

export const RecordingStart = v.object({
  broadcastId: BroadcastId,
  /** Wall clock of the first frame, milliseconds since 1970. */
  startedAtMs: whole,
  /** The media is encrypted as it was on air. */
  isEncrypted: v.boolean(),
});
export type RecordingStart = v.InferOutput<typeof RecordingStart>;

export const RecordingEnd = v.object({
  /** Bytes of the whole file. */
  length: v.pipe(whole, v.minValue(REPLAY_PIECE_BYTES), v.maxValue(MAX_REPLAY_BYTES)),
  durationMs: whole,
  /** RFC 6381, as MSE wants it: `avc1.64001f,mp4a.40.2`. */
  codecs: v.pipe(v.string(), v.regex(/^[A-Za-z0-9.,]{1,100}$/)),
  /** SHA-1 of each piece, base64 (RFC 4648 section 4). */
  pieces: v.pipe(v.string(), v.base64(), v.maxLength(4_000_000)),
  /** Why it ended before the broadcast did; absent: it did not. */
  cutShort: v.optional(reason),
});
export type RecordingEnd = v.InferOutput<typeof RecordingEnd>;

/** recording → ready, or incomplete: the origin went away before it could send the end. */
export type RecordingState = 'recording' | 'ready' | 'incomplete';

/** `/api/channels/:name/recordings/:id`. */
export interface RecordingResource {
  id: string;
  channel: string;
  state: RecordingState;
  /** Why it is incomplete, or was cut short; for a person. */
  reason: string;
  broadcastId: string;
  startedAt: string;
  durationMs: number;
  /** Bytes at the edge. */
  bytes: number;
  isEncrypted: boolean;
  /** Once ready. */
  replay?: Replay;
}

/** A replay as pages see it. */
export interface Replay {
  infoHash: string;
  title: string;
  channel: string;
  startedAt: string;
  durationMs: number;
  bytes: number;
  isEncrypted: boolean;
  codecs: string;
  /** It ends before the broadcast did. */
  cutShort: boolean;
  /** Paths on the edge. */
  page: string;
  torrent: string;
  file: string;
}

/** What the edge keeps beside the bytes of a replay. */
export const ReplayCard = v.object({
  infoHash: InfoHash,
  channel: v.string(),
  recording: RecordingId,
  title: v.string(),
  /** File name, as the torrent has it. */
  name: v.string(),
  startedAtMs: whole,
  durationMs: whole,
  length: whole,
  codecs: v.string(),
  isEncrypted: v.boolean(),
  cutShort: v.boolean(),
});
export type ReplayCard = v.InferOutput<typeof ReplayCard>;

export function replayOf(card: ReplayCard): Replay {
  const { infoHash, title, channel, durationMs, length, isEncrypted, codecs, cutShort, name } = card;
  return {
    infoHash,
    title,
    channel,
    startedAt: new Date(card.startedAtMs).toISOString(),
    durationMs,
    bytes: length,
    isEncrypted,
    codecs,
    cutShort,
    page: `/replay/${infoHash}`,
    torrent: `/replay/${infoHash}.torrent`,
    file: `/replay/${infoHash}/${name}`,
  };
}
