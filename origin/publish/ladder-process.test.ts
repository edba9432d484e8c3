import assert from 'node:assert/strict';
import { segmentOf } from '../../protocol/piece-index.ts';
import { RecordFlag } from '../../protocol/record.ts';
import { BroadcastRecorder } from '../media/testing/broadcast-recorder.ts';
import { encodeFlv } from '../media/testing/flv-file.ts';
import { decodedFrames, packetsOf } from '../media/testing/probe.ts';
import { ladderProcess } from './ladder-process.ts';

const RUNGS = [{ height: 180, kbps: 150 }, { height: 96, kbps: 60 }];

async function until(what: string, holds: () => boolean): Promise<void> {
  const end = performance.now() + 30_000;
  while (!holds()) {
    if (performance.now() > end) assert.fail(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function recorderFor(ffmpeg: string, lines: string[]): Promise<BroadcastRecorder> {
  const log = (_level: string, text: string, fields?: object) => {
    lines.push(`${text} ${JSON.stringify(fields)}`);
  };
  return BroadcastRecorder.create({
    ladder: { rungs: RUNGS, start: ladderProcess(ffmpeg, 'demo', log) },
  });
}

Deno.test('a real ffmpeg makes every rendition whole, with the keyframes and segments of the source', async () => {
  const lines: string[] = [];
  const recorder = await recorderFor('ffmpeg', lines);
  const tags = await encodeFlv({ seconds: 6, fps: 25, video: ['-g', '50', '-bf', '2'], size: '320x240' });
  const ofLast = (track: number) => recorder.of(track).at(-1)?.record;
  await recorder.play(tags);
  for (const track of [2, 3]) {
    await until(
      `the end of track ${track}`,
      () =>
        segmentOf(ofLast(track)?.index ?? 0) === 2 && (ofLast(track)!.flags & RecordFlag.lastOfSegment) !== 0,
    );
  }
  const shown = async (track: number) => {
    const packets = await packetsOf(recorder.file(track));
    const keys = packets.filter(({ key }) => key).map(({ ptsMs }) => Math.round(ptsMs));
    return { frames: packets.length, keys };
  };
  const source = await shown(0);
  assert.equal(source.frames, 150);
  assert.equal(source.keys.length, 3);
  for (const track of [2, 3]) {
    assert.deepEqual(await shown(track), source);
    assert.equal(await decodedFrames(recorder.file(track)), 150);
    const first = recorder.of(track).find(({ record }) => segmentOf(record.index) === 1)!;
    assert.ok(first.record.flags & RecordFlag.keyframe);
  }
  recorder.packager.considerAnnouncing({ video: true, audio: true, renditions: false });
  const { tracks } = recorder.announced.at(-1)!;
  assert.deepEqual(tracks.map(({ height }) => height), [240, undefined, 180, 96]);
  assert.ok(lines.every((line) => !line.startsWith('lower renditions stop')), lines.join('\n'));
});

Deno.test('where there is no ffmpeg the log says what to do, and viewers get the source', async () => {
  const lines: string[] = [];
  const recorder = await recorderFor('ffmpeg-that-is-not-there', lines);
  const tags = await encodeFlv({ seconds: 3, fps: 25, size: '320x240' });
  const session = recorder.packager.startSession();
  recorder.feed(session, tags.slice(0, 20));
  await until('the log line', () => lines.some((line) => line.includes('install ffmpeg')));
  recorder.feed(session, tags.slice(20));
  session.end();
  await recorder.packager.settled();
  assert.deepEqual(recorder.announced.at(-1)!.tracks.map(({ track }) => track), [0, 1]);
  assert.deepEqual([...new Set(recorder.of(0).map(({ record }) => segmentOf(record.index)))], [0, 1]);
});
