/** Encoders that go, come back, take over, or are kept out. One stack, a channel for each test. */
import assert from 'node:assert/strict';
import { type Feed, startFeed } from '../feed.ts';
import { type Stack, startStack } from '../stack.ts';
import { firstMedia, join, joinLive, playlistOf, untilState } from './look.ts';
import { LIGHT } from './lasting-encoder.ts';
import { until } from '../until.ts';

const CHANNELS = [
  { name: 'back' },
  { name: 'late', settings: { reconnectWindowS: 1 } },
  { name: 'taken' },
  { name: 'stopped' },
  { name: 'reset' },
];
let stack: Stack;
Deno.test.beforeAll(async () => {
  stack = await startStack({ channels: CHANNELS });
});
Deno.test.afterAll(() => stack.stop());

const publishTo = (url: string): Feed => startFeed({ ...LIGHT, output: ['-f', 'flv', url] });
const publish = (name: string): Feed => publishTo(stack.publishUrl(name));

/** Publishes until the test is through. */
async function onAir(name: string, test: (feed: Feed) => Promise<void>): Promise<void> {
  const feed = publish(name);
  try {
    await test(feed);
  } finally {
    await feed.stop();
  }
}

/** Newest media a viewer can have, microseconds since time zero. */
async function newestUs(name: string): Promise<number> {
  const frames = await firstMedia(stack, await joinLive(stack, name));
  return frames.at(-1)!.record.decodeTimeUs;
}

async function playsOn(name: string): Promise<void> {
  const before = await newestUs(name);
  await until(`${name} goes on`, async () => await newestUs(name) > before);
}

Deno.test('an encoder that is back within the reconnect window goes on in the same broadcast', async () => {
  const first = publish('back');
  const before = await joinLive(stack, 'back');
  first.kill();
  await first.ended;
  const lost = await untilState(stack, 'lost', 'back');
  assert.equal(lost.broadcast?.id, before.broadcast.id);
  assert.match(lost.reason, /\w/);
  await until(
    'viewers who join hear that it is lost',
    async () => (await join(stack, 'back')).state === 'lost',
  );
  await onAir('back', async () => {
    const after = await joinLive(stack, 'back');
    assert.equal(after.broadcast.id, before.broadcast.id);
    assert.equal(after.broadcast.infoHash, before.broadcast.infoHash);
    await until(
      'the discontinuity is listed',
      async () => (await playlistOf(stack, 0, 'back')).includes('#EXT-X-DISCONTINUITY\n'),
    );
  });
});

Deno.test('an encoder that is not back in time begins a new broadcast', async () => {
  const first = publish('late');
  const before = await joinLive(stack, 'late');
  first.kill();
  await first.ended;
  const idle = await untilState(stack, 'idle', 'late');
  assert.equal(idle.broadcast, undefined);
  await until(
    'viewers who join hear that nothing is on',
    async () => (await join(stack, 'late')).state === 'idle',
  );
  const old = await fetch(`${stack.edge.url}${before.mediaPath}/join?grant=${before.grant.value}`);
  await old.body?.cancel();
  assert.equal(old.status, 404, 'the media of the broadcast that is over is gone');
  await onAir('late', async () => {
    const after = await joinLive(stack, 'late');
    assert.notEqual(after.broadcast.id, before.broadcast.id);
    assert.notEqual(after.broadcast.infoHash, before.broadcast.infoHash);
    const frames = await firstMedia(stack, after);
    assert.ok(frames.at(-1)!.record.decodeTimeUs < 20e6, 'its clock begins anew');
  });
});

Deno.test('a second encoder with the same key takes over, one with another key is refused and hurts nobody', async () => {
  const first = publish('taken');
  const before = await joinLive(stack, 'taken');
  const stranger = await publishTo(stack.publishUrl('taken').replace(/key=.*/, 'key=a-guess')).ended;
  assert.notEqual(stranger.code, 0);
  assert.match(stack.origin.log(), /wrong-key/);
  await playsOn('taken');
  await onAir('taken', async () => {
    const dropped = await first.ended;
    assert.notEqual(dropped.code, 0);
    const after = await joinLive(stack, 'taken');
    assert.equal(after.broadcast.id, before.broadcast.id);
    await playsOn('taken');
  });
});

Deno.test('a stopped channel drops its encoder and lets nobody in until it is started', async () => {
  const first = publish('stopped');
  const before = await joinLive(stack, 'stopped');
  await stack.api('POST', '/channels/stopped/stop');
  const told = await first.ended;
  assert.notEqual(told.code, 0);
  assert.match(told.log, /the channel was stopped by an admin/, 'the encoder is told why');
  await until('viewers who join hear it', async () => (await join(stack, 'stopped')).state === 'stopped');
  assert.notEqual((await publish('stopped').ended).code, 0);
  assert.match(stack.origin.log(), /the channel is stopped; start it to publish/);
  await stack.api('POST', '/channels/stopped/start');
  await onAir('stopped', async () => {
    const after = await joinLive(stack, 'stopped');
    assert.notEqual(after.broadcast.id, before.broadcast.id);
  });
});

Deno.test('a reset key drops whoever uses the old one and lets the new one in', async () => {
  const first = publish('reset');
  const before = await joinLive(stack, 'reset');
  const { streamKey } = await stack.api('POST', '/channels/reset/key');
  const told = await first.ended;
  assert.notEqual(told.code, 0);
  assert.match(told.log, /the stream key was reset/, 'the encoder is told why');
  assert.notEqual((await publish('reset').ended).code, 0);
  await until(
    'viewers who join hear that it is over',
    async () => (await join(stack, 'reset')).state === 'idle',
  );
  const second = publishTo(stack.publishUrl('reset').replace(/key=.*/, `key=${streamKey}`));
  try {
    const after = await joinLive(stack, 'reset');
    assert.notEqual(after.broadcast.id, before.broadcast.id);
    assert.ok(!stack.origin.log().includes(String(streamKey)), 'no key is logged');
  } finally {
    await second.stop();
  }
});
