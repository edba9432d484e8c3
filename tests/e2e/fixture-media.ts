/**
 * Real CMAF for tests of the player without an origin: ffmpeg encodes, the fragments become pieces and records.
 * Hashes and signatures are empty, for what lies behind the mesh looks at neither.
 */
import { concatBytes } from '../../protocol/bytes.ts';
import type { Track } from '../../protocol/broadcast.ts';
import { INIT_PIECE, packIndex, SEGMENT_MS } from '../../protocol/piece-index.ts';
import { type PieceRecord, RecordFlag } from '../../protocol/record.ts';
import { boxesOf, childOf, isSyncChunk, readTfdt, shiftTfdt } from './fixture-boxes.ts';

export interface FixturePiece {
  record: PieceRecord;
  bytes: Uint8Array<ArrayBuffer>;
}

export interface FixturePart {
  seconds: number;
  size: string;
  /** Distance of keyframes, seconds. */
  gopS: number;
  /** Time that passes before this part, seconds: an encoder that was away. */
  gapS?: number;
}

export interface FixtureMedia {
  tracks: Track[];
  /** In the order of decode times. */
  pieces: FixturePiece[];
}

const VIDEO_TIMESCALE = 90_000;
const AUDIO_RATE = 48_000;

const tracks: Track[] = [
  {
    track: 0,
    kind: 'video',
    codec: 'avc1.42c01e',
    timescale: VIDEO_TIMESCALE,
    bitrateKbps: 300,
    substreams: 4,
    sliceMs: 100,
    width: 320,
    height: 180,
    frameRate: 25,
  },
  {
    track: 1,
    kind: 'audio',
    codec: 'mp4a.40.2',
    timescale: AUDIO_RATE,
    bitrateKbps: 64,
    substreams: 1,
    sliceMs: 200,
    sampleRate: AUDIO_RATE,
    channels: 2,
  },
];

/** Encodes the parts one after the other into one broadcast. */
export async function fixtureMedia(parts: FixturePart[]): Promise<FixtureMedia> {
  const pieces: FixturePiece[] = [];
  let offsetUs = 0;
  for (const [at, part] of parts.entries()) {
    offsetUs += (part.gapS ?? 0) * 1e6;
    const video = cut(await encodeVideo(part), 0, VIDEO_TIMESCALE, offsetUs, at > 0);
    const audio = cut(await encodeAudio(part), 1, AUDIO_RATE, offsetUs, at > 0);
    pieces.push(...video, ...audio);
    offsetUs += part.seconds * 1e6;
  }
  pieces.sort((a, b) => a.record.decodeTimeUs - b.record.decodeTimeUs);
  return { tracks, pieces };
}

function cut(
  file: Uint8Array,
  track: number,
  timescale: number,
  offsetUs: number,
  breaks: boolean,
): FixturePiece[] {
  const boxes = boxesOf(file);
  const init = concatBytes(
    ...boxes.filter((box) => box.type === 'ftyp' || box.type === 'moov').map((box) => box.bytes),
  );
  const pieces: FixturePiece[] = [];
  const moofs = boxes.filter((box) => box.type === 'moof');
  const shift = Math.round(offsetUs / 1e6 * timescale);
  const starts = moofs.map((moof) => readTfdt(moof.bytes) / timescale * 1e6 + offsetUs);
  let segment = -1;
  let piece = 0;
  let initSegment = -1;
  for (const [at, moof] of moofs.entries()) {
    const mdat = boxes[boxes.indexOf(moof) + 1]!;
    const bytes = concatBytes(shiftTfdt(moof.bytes, shift), mdat.bytes);
    const startUs = Math.round(starts[at]!);
    const endUs = Math.round(starts[at + 1] ?? startUs + 100_000);
    const slot = Math.floor(startUs / (SEGMENT_MS * 1000));
    const sync = track === 1 || isSyncChunk(childOf(moof.bytes, 'traf'));
    let flags = sync && slot > segment ? RecordFlag.keyframe : 0;
    if (flags) {
      const last = pieces.at(-1);
      if (last && segment >= 0) last.record.flags |= RecordFlag.lastOfSegment;
      segment = slot;
      piece = 0;
      if (initSegment < 0) {
        initSegment = slot;
        pieces.push(made(packIndex(slot, track, INIT_PIECE), init, startUs, 0, RecordFlag.init, slot));
        if (breaks) flags |= RecordFlag.discontinuity;
      }
    }
    pieces.push(
      made(packIndex(segment, track, piece++), bytes, startUs, endUs - startUs, flags, initSegment),
    );
  }
  pieces.at(-1)!.record.flags |= RecordFlag.lastOfSegment;
  return pieces;
}

function made(
  index: number,
  bytes: Uint8Array<ArrayBuffer>,
  decodeTimeUs: number,
  durationUs: number,
  flags: number,
  initSegment: number,
): FixturePiece {
  const hash = new Uint8Array(32);
  return {
    bytes,
    record: { index, byteLength: bytes.length, decodeTimeUs, durationUs, flags, initSegment, hash },
  };
}

function encodeVideo({ seconds, size, gopS }: FixturePart): Promise<Uint8Array> {
  const frames = String(Math.round(gopS * 25));
  return ffmpeg([
    ...['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=25:duration=${seconds}`],
    ...[
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-tune',
      'zerolatency',
      '-profile:v',
      'baseline',
      '-bf',
      '0',
    ],
    ...['-pix_fmt', 'yuv420p', '-g', frames, '-keyint_min', frames, '-sc_threshold', '0', '-b:v', '300k'],
    ...['-video_track_timescale', String(VIDEO_TIMESCALE), '-frag_duration', '100000'],
    ...['-movflags', 'frag_keyframe+empty_moov+default_base_moof'],
  ]);
}

function encodeAudio({ seconds }: FixturePart): Promise<Uint8Array> {
  return ffmpeg([
    ...['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=${AUDIO_RATE}:duration=${seconds}`],
    ...['-c:a', 'aac', '-b:a', '64k', '-ac', '2', '-use_editlist', '0', '-frag_duration', '200000'],
    ...['-movflags', 'empty_moov+default_base_moof'],
  ]);
}

async function ffmpeg(args: string[]): Promise<Uint8Array> {
  const command = new Deno.Command('ffmpeg', {
    args: ['-loglevel', 'error', '-nostdin', ...args, '-f', 'mp4', 'pipe:1'],
    stdout: 'piped',
    stderr: 'piped',
  });
  const { code, stdout, stderr } = await command.output();
  if (code !== 0) throw new Error(`ffmpeg failed: ${new TextDecoder().decode(stderr)}`);
  return stdout;
}
