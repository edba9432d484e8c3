/** A live broadcast for tests and benchmarks: a real ffmpeg that encodes a test picture with its wall clock in it. */
import { leashed } from '../scripts/leash.ts';
import { STRIP_HEIGHT, STRIP_WIDTH, stripOf } from './bar-code.ts';

export interface FeedOptions {
  /** What ffmpeg writes to, as `['-f', 'flv', 'rtmp://…']`. */
  output: string[];
  videoKbps?: number;
  audioKbps?: number;
  fps?: number;
  /** Frames between keyframes. */
  gop?: number;
  /** Further encoder options, as `['-bf', '2']`. */
  encoder?: string[];
}

export interface Feed {
  readonly pid: number;
  /** Settles when ffmpeg is gone, with what it said. */
  readonly ended: Promise<{ code: number; log: string }>;
  /** SIGKILL: an encoder that loses its power. */
  kill(): void;
  /** Lets ffmpeg finish politely (unpublish). */
  stop(): Promise<void>;
}

/**
 * Starts the encoder; frames are paced by this process's clock. 640x360, about 512 kbps by default. Sound is paced by
 * the frames beside it: with a clock of its own (`-re`) it would start late, and the muxer would hold the picture back
 * by as much.
 */
export function startFeed(options: FeedOptions): Feed {
  const { output, videoKbps = 440, audioKbps = 64, fps = 25, gop = 2 * fps, encoder = [] } = options;
  const child = leashed('ffmpeg', {
    args: [
      ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'],
      ...['-f', 'lavfi', '-i', `testsrc2=size=${STRIP_WIDTH}x${360 - STRIP_HEIGHT}:rate=${fps}`],
      ...['-f', 'rawvideo', '-pixel_format', 'gray', '-video_size', `${STRIP_WIDTH}x${STRIP_HEIGHT}`],
      ...['-framerate', String(fps), '-i', 'pipe:0'],
      ...['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'],
      ...['-filter_complex', '[1]format=yuv420p[clock];[0]format=yuv420p[picture];[picture][clock]vstack[v]'],
      ...['-map', '[v]', '-map', '2:a', '-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency'],
      ...[
        '-b:v',
        `${videoKbps}k`,
        '-maxrate',
        `${videoKbps}k`,
        '-bufsize',
        `${videoKbps}k`,
        '-g',
        String(gop),
      ],
      ...[
        '-keyint_min',
        String(gop),
        '-sc_threshold',
        '0',
        '-c:a',
        'aac',
        '-b:a',
        `${audioKbps}k`,
        '-ac',
        '2',
      ],
      ...encoder,
      ...output,
    ],
    stdin: 'piped',
    stdout: 'null',
    stderr: 'piped',
  }).spawn();
  const writer = child.stdin.getWriter();
  let running = true;
  const paced = pace(writer, fps, () => running);
  const log = new Response(child.stderr).text();
  const ended = child.status.then(async ({ code }) => {
    running = false;
    await paced;
    return { code, log: (await log).slice(-4000) };
  });
  return {
    pid: child.pid,
    ended,
    kill() {
      running = false;
      try {
        child.kill('SIGKILL');
      } catch { /* it is gone already */ }
    },
    async stop() {
      running = false;
      try {
        child.kill('SIGINT');
      } catch { /* it is gone already */ }
      await writer.close().catch(() => {});
      const timer = setTimeout(() => this.kill(), 5000);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Writes one strip a frame, on time. */
async function pace(writer: WritableStreamDefaultWriter<Uint8Array>, fps: number, running: () => boolean) {
  const started = performance.now();
  for (let frame = 0; running(); frame++) {
    const waitMs = started + frame * 1000 / fps - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    try {
      if (running()) await writer.write(stripOf(Date.now()));
    } catch {
      return;
    }
  }
}
