import assert from 'node:assert/strict';
import { segmentOf } from '../../../protocol/piece-index.ts';
import { RecordFlag } from '../../../protocol/record.ts';
import type { FlvTag } from '../../rtmp/seam.ts';
import { BroadcastRecorder, EPOCH_MS } from '../testing/broadcast-recorder.ts';
import { encodeFlv } from '../testing/flv-file.ts';
import { testSchedule } from '../testing/key-schedule.ts';
import type { StartTranscoder, TranscoderEvents } from './transcoder.ts';

const RUNGS = [{ height: 720, kbps: 900 }, { height: 96, kbps: 200 }];

/** Gives back what it gets, on every rung: no process, no delay. */
class Echo {
  readonly starts: { heights: number[]; events: TranscoderEvents; written: number; killed: boolean }[] = [];
  isSlow = false;
  isSilent = false;

  readonly start: StartTranscoder = (rungs, events) => {
    const run = { heights: rungs.map(({ height }) => height), events, written: 0, killed: false };
    this.starts.push(run);
    return {
      write: (flv) => {
        run.written++;
        if (!this.isSilent) rungs.forEach((_, rung) => events.output(rung, flv));
        return !this.isSlow;
      },
      end: () => events.ended(),
      kill: () => run.killed = true,
    };
  };
}

const segments = (recorder: BroadcastRecorder, track: number) => [
  ...new Set(recorder.of(track).map(({ record }) => segmentOf(record.index))),
];

async function recorderWith(echo: Echo): Promise<BroadcastRecorder> {
  return await BroadcastRecorder.create({ ladder: { rungs: RUNGS, start: echo.start } });
}

function media(seconds: number): Promise<FlvTag[]> {
  return encodeFlv({ seconds, fps: 10, video: ['-g', '20', '-bf', '2'], size: '192x108' });
}

Deno.test('renditions are tracks of the same broadcast, with the numbers of the source, and audio once', async () => {
  const echo = new Echo();
  const recorder = await recorderWith(echo);
  await recorder.play(await media(7));
  assert.deepEqual(echo.starts.map(({ heights }) => heights), [[96]], 'nothing is made larger than it is');
  const { tracks } = recorder.announced.at(-1)!;
  assert.deepEqual(tracks.map(({ track, kind }) => [track, kind]), [[0, 'video'], [1, 'audio'], [
    3,
    'video',
  ]]);
  assert.equal(tracks[2]!.bitrateKbps, 200, 'what was asked for, not what was measured');
  assert.equal(recorder.announced.length, 1, 'they are in the first announcement');
  assert.deepEqual(segments(recorder, 3), segments(recorder, 0));
  assert.deepEqual(segments(recorder, 2), []);
});

Deno.test('without a ladder nothing is started and nothing is announced beside the source', async () => {
  const recorder = await BroadcastRecorder.create();
  await recorder.play(await media(3));
  assert.deepEqual(recorder.announced.at(-1)!.tracks.map(({ track }) => track), [0, 1]);
});

Deno.test('a transcoder that ends is started again at a later keyframe, later each time, and the source goes on', async () => {
  const echo = new Echo();
  const recorder = await recorderWith(echo);
  const session = recorder.packager.startSession();
  const tags = await media(13);
  const part = (fromS: number, toS: number) =>
    tags.filter(({ timestampMs }) => timestampMs >= fromS * 1000 && timestampMs < toS * 1000);
  recorder.feed(session, part(0, 3));
  echo.starts[0]!.events.ended();
  recorder.feed(session, part(3, 5));
  assert.equal(echo.starts.length, 2, 'again at 4 s, a second after');
  echo.starts[1]!.events.ended();
  recorder.feed(session, part(5, 6.5));
  assert.equal(echo.starts.length, 2, 'not at 6 s: two seconds have not passed');
  recorder.feed(session, part(6.5, 13));
  assert.equal(echo.starts.length, 3);
  session.end();
  await recorder.packager.settled();
  assert.deepEqual(segments(recorder, 0), [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(segments(recorder, 3), [0, 1, 2, 4, 5, 6], 'with a hole where it was away');
});

Deno.test('one that falls behind, or gives what is no FLV, is killed', async () => {
  const echo = new Echo();
  const recorder = await recorderWith(echo);
  const session = recorder.packager.startSession();
  const tags = await media(5);
  echo.isSlow = true;
  recorder.feed(session, tags.filter(({ timestampMs }) => timestampMs < 1000));
  assert.ok(echo.starts[0]!.killed);
  echo.isSlow = false;
  recorder.feed(session, tags.filter(({ timestampMs }) => timestampMs >= 1000));
  assert.equal(echo.starts.length, 2);
  echo.starts[1]!.events.output(0, new Uint8Array([0, 0, 0, 1, 9, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255]));
  session.end();
  await recorder.packager.settled();
  assert.deepEqual(segments(recorder, 0), [0, 1, 2]);
});

Deno.test('the announcement waits for renditions, but not for ever', async () => {
  const echo = new Echo();
  echo.isSilent = true;
  const recorder = await recorderWith(echo);
  const session = recorder.packager.startSession();
  const tags = await media(9);
  recorder.feed(session, tags.filter(({ timestampMs }) => timestampMs < 5000));
  assert.equal(recorder.announced.length, 0);
  recorder.feed(session, tags.filter(({ timestampMs }) => timestampMs >= 5000));
  assert.deepEqual(recorder.announced.map(({ tracks }) => tracks.length), [2]);
  session.end();
});

Deno.test('a new session ends the renditions of the one before', async () => {
  const echo = new Echo();
  const recorder = await recorderWith(echo);
  const tags = await media(3);
  const first = recorder.packager.startSession();
  recorder.feed(first, tags);
  recorder.nowMs += 3000;
  const second = recorder.packager.startSession();
  assert.ok(echo.starts[0]!.killed);
  recorder.feed(second, tags);
  second.end();
  await recorder.packager.settled();
  assert.equal(echo.starts.length, 2);
  assert.deepEqual(segments(recorder, 3), segments(recorder, 0));
});

Deno.test('of a protected channel no rendition comes out in clear', async () => {
  const echo = new Echo();
  const keys = testSchedule('cenc', () => EPOCH_MS);
  const recorder = await BroadcastRecorder.create({ keys, ladder: { rungs: RUNGS, start: echo.start } });
  await recorder.play(await media(5));
  assert.ok(recorder.of(3).length > 10);
  for (const { record } of recorder.of(3)) assert.ok(record.flags & RecordFlag.encrypted);
  assert.equal(recorder.announced.at(-1)!.drm, 'cenc');
});
