import { expect, test } from 'vitest';
import { broadcastOf, segmentOfFrames } from '../testing/frames.ts';
import {
  ask,
  channelNow,
  eventually,
  goOnAir,
  makeChannel,
  openControl,
  openLink,
  originToken,
} from '../testing/edge.ts';

test('an origin without a good token opens neither socket', async () => {
  for (const path of ['/origin/control', '/origin/link/demo']) {
    for (
      const authorization of [undefined, 'Bearer guess', `Bearer ${(await originToken('o1')).slice(0, -3)}`]
    ) {
      const headers = { upgrade: 'websocket', ...(authorization ? { authorization } : {}) };
      const response = await ask(path, { headers });
      expect(response.status).toBe(401);
      expect(response.webSocket).toBeNull();
    }
  }
});

test('an origin address asked for without an upgrade says that it is a socket', async () => {
  const response = await ask('/origin/control', {
    headers: { authorization: `Bearer ${await originToken('o1')}` },
  });
  expect(response.status).toBe(426);
});

test('publishing is refused with the reason', async () => {
  await makeChannel('guarded');
  const control = await openControl('o-guarded');
  expect(await control.publish('guarded', 'guess')).toMatchObject({ type: 'refused', code: 'wrong-key' });
  expect(await control.publish('nobody', 'guess')).toMatchObject({
    type: 'refused',
    code: 'unknown-channel',
  });
  expect(await control.publish('Not A Name', 'guess')).toMatchObject({
    type: 'refused',
    code: 'unknown-channel',
  });
});

test('a granted publish tells what the origin needs, and time zero is the time of the origin', async () => {
  const key = await makeChannel('granted', { pieceMs: 200 });
  const control = await openControl('o-granted');
  expect(await control.publish('granted', key, 123_456)).toMatchObject({
    type: 'granted',
    channel: 'granted',
    broadcastId: expect.stringMatching(/^[0-9a-f]{32}$/),
    epochMs: 123_456,
    keyId: expect.stringMatching(/^[0-9a-f]{12}$/),
    settings: { pieceMs: 200 },
  });
});

test('the same key comes back into the same broadcast, within the reconnect window', async () => {
  const { channel, key, control, broadcast } = await goOnAir();
  control.send({
    type: 'lost',
    channel,
    broadcastId: broadcast.id,
    polite: true,
    reason: 'the encoder said goodbye',
  });
  const lost = await eventually(() => channelNow(channel), ({ state }) => state === 'lost');
  expect(lost).toMatchObject({ reason: 'the encoder said goodbye', broadcast: { id: broadcast.id } });
  expect(await control.publish(channel, key)).toMatchObject({ type: 'granted', broadcastId: broadcast.id });
  control.send({ type: 'live', channel, broadcast });
  await eventually(() => channelNow(channel), ({ state }) => state === 'live');
});

test('without a reconnect window a lost broadcast is over at once', async () => {
  const { channel, control, broadcast } = await goOnAir({ reconnectWindowS: 0 });
  control.send({ type: 'lost', channel, broadcastId: broadcast.id, polite: false, reason: 'gone' });
  expect(await control.take('ended')).toMatchObject({ channel, broadcastId: broadcast.id });
  await eventually(() => channelNow(channel), ({ state }) => state === 'idle');
});

test('when the control socket closes, its live channels are lost', async () => {
  const { channel, control } = await goOnAir();
  control.close();
  const lost = await eventually(() => channelNow(channel), ({ state }) => state === 'lost');
  expect(lost.reason).toContain('connection');
});

test('an origin that comes back with its broadcasts finds them live, and is told which are over', async () => {
  const { channel, control, broadcast } = await goOnAir();
  control.close();
  await eventually(() => channelNow(channel), ({ state }) => state === 'lost');
  const again = await openControl(`o-${channel}`, [
    { channel, broadcastId: broadcast.id },
    { channel: 'nobody', broadcastId: 'f'.repeat(32) },
  ]);
  expect(await again.take('ended')).toMatchObject({ channel: 'nobody' });
  await eventually(() => channelNow(channel), ({ state }) => state === 'live');
});

test('an origin that comes back without its broadcasts has lost them', async () => {
  const { channel } = await goOnAir();
  await openControl(`o-${channel}`);
  const lost = await eventually(() => channelNow(channel), ({ state }) => state === 'lost');
  expect(lost.reason).toContain('restarted');
});

test('a newer control socket of the same origin keeps its channels when the older one closes', async () => {
  const { channel, control, broadcast } = await goOnAir();
  const newer = await openControl(`o-${channel}`, [{ channel, broadcastId: broadcast.id }]);
  await newer.publish('nobody', 'x');
  control.close();
  await newer.publish('nobody', 'x');
  expect((await channelNow(channel)).state).toBe('live');
});

test('an encoder that comes back at another origin is dropped at the first', async () => {
  const { channel, key, control, broadcast } = await goOnAir();
  const other = await openControl('another-origin');
  expect(await other.publish(channel, key)).toMatchObject({ type: 'granted', broadcastId: broadcast.id });
  expect(await control.take('drop')).toMatchObject({ channel });
});

test('an origin has no say over the channels of another', async () => {
  const { channel, broadcast } = await goOnAir();
  const stranger = await openControl('stranger');
  stranger.send({ type: 'lost', channel, broadcastId: broadcast.id, polite: false, reason: 'spite' });
  stranger.send({ type: 'live', channel, broadcast: broadcastOf('e'.repeat(32)) });
  await stranger.publish('nobody', 'x');
  expect(await channelNow(channel)).toMatchObject({ state: 'live', broadcast: { id: broadcast.id } });
});

test('a broadcast that was not granted is told to be over', async () => {
  const { channel, control } = await goOnAir();
  control.send({ type: 'live', channel, broadcast: broadcastOf('e'.repeat(32)) });
  expect(await control.take('ended')).toMatchObject({ broadcastId: 'e'.repeat(32) });
});

test('a control message that is none closes the socket, and only that one', async () => {
  const { channel } = await goOnAir();
  for (
    const bad of ['{', 'null', '{"type":"granted"}', '{"type":"live","channel":"x"}', 'x'.repeat(300_000)]
  ) {
    const control = await openControl('talker');
    control.socket.send(bad);
    expect((await control.untilClosed()).code).toBe(1003);
  }
  expect((await channelNow(channel)).state).toBe('live');
});

test('a link of a broadcast that was not granted is closed', async () => {
  const { channel } = await goOnAir();
  const link = await openLink(channel, broadcastOf('e'.repeat(32)));
  expect(await link.untilClosed()).toMatchObject({ code: 1008, reason: expect.stringContaining('granted') });
});

test('a link that begins with something else than hello, or sends what is no frame, is closed', async () => {
  const { channel, broadcast, link } = await goOnAir();
  for (const bad of ['{"type":"welcome"}', 'null', '{', Uint8Array.of(9, 9, 9), new Uint8Array(200)]) {
    const other = await openLink(channel, broadcast);
    await other.take('welcome');
    other.socket.send(bad);
    expect((await other.untilClosed()).code).toBe(1008);
  }
  expect((await link.untilClosed()).reason).toContain('newer link');
});

test('a newer link takes over, and is told what the window holds', async () => {
  const { channel, broadcast, link } = await goOnAir();
  const frames = segmentOfFrames(0);
  link.push(...frames);
  const newer = await openLink(channel, broadcast);
  const { have } = await newer.take('welcome');
  expect(have.toSorted()).toEqual(frames.map(({ record }) => record.index).toSorted());
  expect(await link.untilClosed()).toMatchObject({ reason: 'a newer link took over' });
});

test('when the broadcast is over its link is closed', async () => {
  const { channel, control, broadcast, link } = await goOnAir({ reconnectWindowS: 0 });
  control.send({ type: 'lost', channel, broadcastId: broadcast.id, polite: false, reason: 'gone' });
  expect(await link.untilClosed()).toMatchObject({ reason: 'the broadcast is over' });
});
