/** An edge that goes away and comes back under a running origin and encoder. */
import assert from 'node:assert/strict';
import { runMediaPath } from '../../protocol/media.ts';
import { startFeed } from '../feed.ts';
import { startStack } from '../stack.ts';
import { channelOf, firstMedia, framesOf, joinLive, originMetric, playlistOf } from './look.ts';
import { LIGHT } from './lasting-encoder.ts';
import { until } from '../until.ts';

const ACCEPTED = 'shoal_origin_publishes_total{result="accepted"}';
const UNAVAILABLE = 'shoal_origin_publishes_total{result="unavailable"}';
const REFILLED = 'shoal_origin_media_bytes_total{kind="refill"}';

Deno.test('an edge that restarts takes the broadcast up again and gets its window back over the link', async () => {
  const channels = ['demo', 'refused', 'waits'].map((name) => ({ name }));
  const stack = await startStack({ channels });
  const publish = (name: string) => startFeed({ ...LIGHT, output: ['-f', 'flv', stack.publishUrl(name)] });
  const feed = publish('demo');
  let waits: ReturnType<typeof publish> | undefined;
  try {
    const before = await joinLive(stack);
    const segments = (text: string) => text.match(/\d+(?=\.m4s)/g)?.map(Number) ?? [];
    const [listed] = await until('a segment is listed', async () => {
      const numbers = segments(await playlistOf(stack));
      return numbers.length > 0 && numbers;
    });
    const old = await firstMedia(stack, before);
    const oldSecond = Math.floor(old.at(-1)!.record.decodeTimeUs / 1e6) - 1;

    await stack.edge.stop();
    // While the edge is away nobody can be let in: whoever asks for longer than a few seconds is told so.
    const refused = await publish('refused').ended;
    assert.notEqual(refused.code, 0);
    assert.equal(await originMetric(stack, UNAVAILABLE), 1);
    assert.match(stack.origin.log(), /the edge does not answer/);
    waits = publish('waits');
    await until(
      'the origin is asked',
      async () => await originMetric(stack, 'shoal_origin_rtmp_sessions') === 2,
    );
    await stack.restartEdge();

    const after = await joinLive(stack);
    assert.equal(after.broadcast.id, before.broadcast.id);
    await until('the link is welcomed', async () => await originMetric(stack, 'shoal_origin_links_up') >= 1);
    const wanted = old.filter(({ record }) => Math.floor(record.decodeTimeUs / 1e6) === oldSecond);
    await until('a second from before the restart is whole again', async () => {
      const run = await framesOf(stack, after, runMediaPath(after.mediaPath, [0, 1], oldSecond));
      const held = new Set(run?.map(({ record }) => record.index));
      return wanted.length > 0 && wanted.every(({ record }) => held.has(record.index));
    });
    await until(
      'plain HLS lists what it listed before',
      async () => segments(await playlistOf(stack)).includes(listed!),
    );
    assert.ok(await originMetric(stack, REFILLED) > 0);

    await joinLive(stack, 'waits');
    assert.equal((await channelOf(stack)).state, 'live');
    assert.equal(await originMetric(stack, ACCEPTED), 2, 'the first encoder never had to publish again');
    const again = publish('refused');
    try {
      await joinLive(stack, 'refused');
    } finally {
      await again.stop();
    }
  } finally {
    await waits?.stop();
    await feed.stop();
    await stack.stop();
  }
});
