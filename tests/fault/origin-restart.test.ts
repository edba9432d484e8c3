/** An origin that loses its power in the middle of a broadcast. */
import assert from 'node:assert/strict';
import { run } from '../../scripts/process.ts';
import { SEGMENT_MS, segmentDistance, segmentOf } from '../../protocol/piece-index.ts';
import { type Stack, startStack } from '../stack.ts';
import { firstMedia, joinLive, originMetric, playlistOf, untilState } from './look.ts';
import { LIGHT, startLastingEncoder } from './lasting-encoder.ts';
import { until } from '../until.ts';

const segmentsIn = (playlist: string) => playlist.match(/\d+(?=\.m4s)/g)?.map(Number) ?? [];

/** Decodes so many frames of the window over plain HLS, from its beginning; answers how many there were. */
async function decode(stack: Stack, wanted: number): Promise<{ frames: number; output: string }> {
  const { output } = await run([
    ...['ffmpeg', '-hide_banner', '-nostdin', '-loglevel', 'error', '-xerror', '-live_start_index', '0'],
    // Frames, not seconds: those go by while the origin is away, and longer on a busy machine.
    ...['-i', `${stack.edge.url}/hls/demo/index.m3u8`, '-map', '0:v', '-frames:v', String(wanted)],
    ...['-fps_mode', 'passthrough', '-f', 'null', '-progress', 'pipe:1', '-'],
  ]);
  const frames = [...output.matchAll(/^frame=(\d+)$/gm)].map(([, count]) => Number(count));
  return { frames: frames.at(-1) ?? 0, output };
}

Deno.test('an origin that is killed comes back into the same broadcast, behind a discontinuity', async () => {
  const stack = await startStack();
  const encoder = startLastingEncoder(stack.publishUrl());
  try {
    const before = await joinLive(stack);
    const listed = await until('two segments are listed', async () => {
      const segments = segmentsIn(await playlistOf(stack));
      return segments.length >= 2 && segments;
    });

    await stack.origin.stop('SIGKILL');
    assert.equal((await untilState(stack, 'lost')).broadcast?.id, before.broadcast.id);
    await stack.restartOrigin();

    const after = await joinLive(stack);
    assert.equal(after.broadcast.id, before.broadcast.id);
    assert.equal(after.broadcast.infoHash, before.broadcast.infoHash);
    assert.equal(after.broadcast.publicKey, before.broadcast.publicKey);
    assert.equal(after.broadcast.epochMs, before.broadcast.epochMs);
    assert.equal(after.mediaPath, before.mediaPath);
    assert.deepEqual(after.broadcast.tracks, before.broadcast.tracks, 'substreams and codecs are the same');

    const playlist = await until('a segment of the new session is listed', async () => {
      const text = await playlistOf(stack);
      const [, ...sessions] = text.split('#EXT-X-DISCONTINUITY\n');
      return segmentsIn(sessions.at(-1) ?? '').length >= 1 && text;
    });
    const segments = segmentsIn(playlist);
    assert.deepEqual(segments, segments.toSorted((a, b) => a - b));
    assert.equal(new Set(segments).size, segments.length, 'no number is used twice');
    assert.ok(listed.every((segment) => segments.includes(segment)), 'what was listed stays listed');

    const frames = await firstMedia(stack, after);
    const nowSlot = Math.floor((Date.now() - after.broadcast.epochMs) / SEGMENT_MS);
    const newest = segmentOf(frames.at(-1)!.record.index);
    assert.ok(
      Math.abs(segmentDistance(newest, nowSlot)) <= 2,
      `segment ${newest} is on air in slot ${nowSlot}`,
    );

    // All that was cut before, and half a segment of what came after the discontinuity.
    const [old = ''] = playlist.split('#EXT-X-DISCONTINUITY\n');
    const wanted = segmentsIn(old).length * LIGHT.gop! + LIGHT.gop! / 2;
    const { frames: decoded, output } = await decode(stack, wanted);
    assert.equal(decoded, wanted, output);
    assert.equal(await originMetric(stack, 'shoal_origin_links_up'), 1);
  } finally {
    await encoder.stop();
    await stack.stop();
  }
});
