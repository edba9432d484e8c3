/** A real encoder: ffmpeg with its test pictures. */
import { leashed } from '../../../scripts/leash.ts';

const source = [
  ...['-f', 'lavfi', '-i', 'testsrc=size=160x90:rate=10'],
  ...['-f', 'lavfi', '-i', 'sine=sample_rate=44100'],
];
const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '10', '-c:a', 'aac'];

export interface FfmpegOptions {
  /** Of the stream, in its own time. */
  seconds: number;
  /** At the pace of the clock, not as fast as can be. */
  live?: boolean;
  /** Before the URL, as `['-rtmp_app', 'live']`. */
  output?: string[];
}

/** Publishes to `url`; disposal ends it. */
export class Ffmpeg implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly finished: Promise<{ code: number; errors: string }>;

  constructor(url: string, { seconds, live, output = [] }: FfmpegOptions) {
    const pace = live ? ['-re'] : [];
    this.#child = leashed('ffmpeg', {
      args: [
        ...['-hide_banner', '-nostdin', '-loglevel', 'warning', ...pace, ...source, '-t', String(seconds)],
        ...[...codecs, '-f', 'flv', ...output, url],
      ],
      stdin: 'null',
      stdout: 'null',
      stderr: 'piped',
    }).spawn();
    this.finished = this.#child.output().then(({ code, stderr }) => ({
      code,
      errors: new TextDecoder().decode(stderr),
    }));
  }

  /** As if the machine had lost its power: no goodbye. */
  kill(): void {
    try {
      this.#child.kill('SIGKILL');
    } catch {
      // it has ended by itself
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await this.finished;
  }
}
