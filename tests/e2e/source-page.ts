/** The page of source.test.ts: plays a fixture feed and tells what it sees in `globalThis.seen`. */
import { FrameReader, type PieceFrame } from '../../protocol/frame.ts';
import type { SourceFigures } from '../../web/player/source/source.ts';
import { Source } from '../../web/player/source/source.ts';
import { FixtureFeed, type FixtureFeedOptions } from './fixture-feed.ts';

export interface Seen {
  figures?: SourceFigures;
  troubles: { code: string; message: string }[];
  waits: number;
  /** Ranges that could be sought in when somebody first sought; a seek is dropped where there is none. */
  rangesAtFirstSeek?: number;
  firstPictureMs?: number;
  currentTime: number;
  decodedFrames: number;
  droppedFrames: number;
  width: number;
  captions: { text: string; startS: number; endS: number }[];
}

async function run(): Promise<void> {
  const query: Omit<FixtureFeedOptions, 'frames'> = await (await fetch('options.json')).json();
  const frames: PieceFrame[] = new FrameReader().push(
    new Uint8Array(await (await fetch('media.bin')).arrayBuffer()),
  );
  const video = document.querySelector('video')!;
  const feed = new FixtureFeed({ ...query, frames });
  const source = new Source(video, feed);
  const troubles: Seen['troubles'] = [];
  let figures: SourceFigures | undefined;
  let waits = 0;
  let rangesAtFirstSeek: number | undefined;
  const clock = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'currentTime')!;
  Object.defineProperty(video, 'currentTime', {
    get: () => clock.get!.call(video),
    set(to: number) {
      rangesAtFirstSeek ??= video.seekable.length;
      clock.set!.call(video, to);
    },
  });
  let firstPictureMs: number | undefined;
  const startedAt = performance.now();
  video.requestVideoFrameCallback(() => firstPictureMs = performance.now() - startedAt);
  video.addEventListener('waiting', () => firstPictureMs !== undefined && waits++);
  source.on('trouble', (trouble) => troubles.push(trouble));
  source.on('figures', (seen) => figures = seen);
  source.on('loaded', () => void video.play());
  Object.assign(globalThis, { source, feed });
  Object.defineProperty(globalThis, 'seen', {
    get(): Seen {
      const { totalVideoFrames, droppedVideoFrames } = video.getVideoPlaybackQuality();
      return {
        figures,
        troubles,
        waits,
        rangesAtFirstSeek,
        firstPictureMs,
        currentTime: video.currentTime,
        decodedFrames: totalVideoFrames,
        droppedFrames: droppedVideoFrames,
        width: video.videoWidth,
        captions: [...video.textTracks].flatMap((track) => [...track.cues ?? []]).map((cue) => ({
          text: (cue as VTTCue).text,
          startS: cue.startTime,
          endS: cue.endTime,
        })),
      };
    },
  });
  await source.start();
  feed.start();
}

void run();
