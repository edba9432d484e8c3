/**
 * The ladder's transcoder: one ffmpeg for all lower renditions of a channel. The source goes in by its stdin, each
 * rendition comes back by a pipe of its own, both as FLV. Times and keyframes are the source's.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Rung } from '../../protocol/ladder.ts';
import type { StartTranscoder, Transcoder, TranscoderEvents } from '../media/ladder/transcoder.ts';
import type { Log } from './log.ts';

/** Waiting in the pipe before the transcoder counts as too slow. */
const MAX_BEHIND_BYTES = 4 * 1024 * 1024;
/** How long it may take to bring out what is under way. */
const END_MS = 3000;
const MAX_COMPLAINTS = 1000;
const FIRST_PIPE = 3;
/** Keyframes come when the source has one, and at no other time. */
const NO_KEYFRAMES = '100000';

const ADVICE =
  'install ffmpeg with libx264, or name it in SHOAL_FFMPEG; until then viewers get the source only';

/** `ffmpeg`: program to run; `channel` is for the log. */
export function ladderProcess(ffmpeg: string, channel: string, log: Log): StartTranscoder {
  return (rungs, events) => new LadderProcess(ffmpeg, channel, rungs, events, log);
}

/** Arguments that make one FLV stream a rung of the one on stdin. */
export function ladderArguments(rungs: readonly Rung[]): string[] {
  return [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin'],
    // Frame threads would hold back a frame each; probing would hold back seconds.
    ...['-threads', '1', '-probesize', '32', '-analyzeduration', '0'],
    ...['-f', 'flv', '-copyts', '-i', 'pipe:0'],
    ...rungs.flatMap(({ height, kbps }, i) => [
      ...['-map', '0:v:0', '-vf', `scale=-2:${height}`, '-pix_fmt', 'yuv420p'],
      ...['-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency', '-threads', '1', '-bf', '0'],
      ...['-b:v', `${kbps}k`, '-maxrate', `${kbps}k`, '-bufsize', `${kbps}k`],
      ...['-force_key_frames', 'source', '-forced-idr', '1', '-g', NO_KEYFRAMES, '-sc_threshold', '0'],
      ...['-fps_mode', 'passthrough', '-enc_time_base', '1:1000'],
      ...['-flush_packets', '1', '-flvflags', 'no_duration_filesize', '-f', 'flv', `pipe:${FIRST_PIPE + i}`],
    ]),
  ];
}

class LadderProcess implements Transcoder {
  readonly #child: ChildProcess;
  readonly #log: (why: string) => void;
  #complaints = '';
  #stopping = false;

  constructor(
    ffmpeg: string,
    channel: string,
    rungs: readonly Rung[],
    events: TranscoderEvents,
    log: Log,
  ) {
    this.#log = (why) => log('warn', 'lower renditions stop for now', { channel, why });
    this.#child = spawn(ffmpeg, ladderArguments(rungs), {
      stdio: ['pipe', 'ignore', 'pipe', ...rungs.map(() => 'pipe' as const)],
    });
    this.#child.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'ENOENT' ? `"${ffmpeg}" was not found: ${ADVICE}` : error.message;
      this.#stopping = true;
      this.#log(why);
      events.ended();
    });
    this.#child.stdin?.on('error', () => {});
    this.#child.stderr?.on('data', (bytes: Uint8Array) => {
      this.#complaints = (this.#complaints + new TextDecoder().decode(bytes)).slice(-MAX_COMPLAINTS);
    });
    rungs.forEach((_, i) => {
      const pipe = this.#child.stdio[FIRST_PIPE + i] as Readable | null | undefined;
      pipe?.on('error', () => {});
      pipe?.on('data', (bytes: Uint8Array) => events.output(i, bytes));
    });
    this.#child.once('close', (code) => {
      if (!this.#stopping) this.#log(`ffmpeg ended with ${code}: ${this.#complaints.trim()}`);
      events.ended();
    });
    const heights = rungs.map(({ height }) => `${height}p`).join(', ');
    log('info', 'lower renditions begin', { channel, heights });
  }

  write(flv: Uint8Array): boolean {
    const { stdin } = this.#child;
    if (!stdin?.writable) return true;
    stdin.write(flv);
    if (stdin.writableLength <= MAX_BEHIND_BYTES) return true;
    if (!this.#stopping) this.#log('ffmpeg is too slow for this machine: use fewer or lower renditions');
    return false;
  }

  end(): void {
    this.#stopping = true;
    this.#child.stdin?.end();
    const timer = setTimeout(() => this.kill(), END_MS);
    this.#child.once('close', () => clearTimeout(timer));
  }

  kill(): void {
    this.#stopping = true;
    this.#child.kill('SIGKILL');
  }
}
