/** Nothing grows with time: many windows of media go through origin and edge, and no more than one is held. */
import assert from 'node:assert/strict';
import type { PieceFrame } from '../../protocol/frame.ts';
import { runMediaPath } from '../../protocol/media.ts';
import { SEGMENT_MS } from '../../protocol/piece-index.ts';
import { startStack } from '../stack.ts';
import { firstMedia, framesOf, joinLive, originMetric, playlistOf } from './look.ts';
import { until } from '../until.ts';

const WINDOW_S = 10;
/** The origin refuses what is ahead of its time by half a minute within a minute. */
const SPEED = 1.45;

/** An encoder whose clock runs fast: windows pass sooner. */
function startFastEncoder(url: string) {
  const pace = ['-readrate', String(SPEED)];
  const child = new Deno.Command('ffmpeg', {
    args: [
      ...['-hide_banner', '-nostdin', '-loglevel', 'error', ...pace, '-f', 'lavfi'],
      ...['-i', 'testsrc2=size=320x180:rate=12', ...pace, '-f', 'lavfi', '-i', 'sine=sample_rate=48000'],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '24', '-b:v', '300k'],
      ...['-maxrate', '300k', '-bufsize', '300k', '-c:a', 'aac', '-b:a', '64k', '-f', 'flv', url],
    ],
    stdin: 'null',
    stdout: 'null',
    stderr: 'null',
  }).spawn();
  return {
    async stop() {
      try {
        child.kill('SIGKILL');
      } catch {
        // It has ended by itself: what the test then finds missing says more.
      }
      await child.status;
    },
  };
}

Deno.test('after many windows origin and edge hold no more than after the first', async () => {
  const stack = await startStack({ channels: [{ name: 'demo', settings: { windowS: WINDOW_S } }] });
  const encoder = startFastEncoder(stack.publishUrl());
  try {
    const newest = async () =>
      (await firstMedia(stack, await joinLive(stack))).at(-1)!.record.decodeTimeUs / 1e6;
    const cut = () => originMetric(stack, 'shoal_origin_piece_bytes_total');
    const start = await newest();
    await until('one window went through', async () => await newest() > start + WINDOW_S + 2);
    const cutAtFirst = await cut();
    const heldAtFirst = await originMetric(stack, 'shoal_origin_window_bytes');
    await until('five windows went through', async () => await newest() > start + 5 * WINDOW_S, {
      withinMs: 60_000,
    });
    const cutSince = await cut() - cutAtFirst;
    assert.ok(cutSince > 3 * heldAtFirst, `${cutSince} bytes were cut since ${heldAtFirst} were held`);

    const held = await originMetric(stack, 'shoal_origin_window_bytes');
    assert.ok(
      held < 1.5 * heldAtFirst,
      `the origin holds ${held} bytes, ${heldAtFirst} after the first window`,
    );
    const answer = await joinLive(stack);
    const now = Math.floor(await newest());
    const secondsHeld: number[] = [];
    let edgeBytes = 0;
    for (let second = now - 4 * WINDOW_S; second < now; second += 1) {
      const frames: PieceFrame[] =
        await framesOf(stack, answer, runMediaPath(answer.mediaPath, [0, 1], second)) ?? [];
      if (frames.length > 0) secondsHeld.push(second);
      edgeBytes += frames.reduce((sum, { bytes }) => sum + bytes.length, 0);
    }
    // The encoder's clock goes on while the seconds are asked for.
    assert.ok(
      secondsHeld.length > 0 && secondsHeld.length <= WINDOW_S + 2,
      `the edge holds seconds ${secondsHeld}`,
    );
    assert.ok(edgeBytes < 1.5 * heldAtFirst, `the edge holds ${edgeBytes} bytes`);
    const listed = (await playlistOf(stack)).match(/\.m4s$/gm)?.length ?? 0;
    assert.ok(listed <= WINDOW_S * 1000 / SEGMENT_MS + 1, `${listed} segments are listed`);
  } finally {
    await encoder.stop();
    await stack.stop();
  }
});
