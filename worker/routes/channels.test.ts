import { expect, test } from 'vitest';
import {
  admin,
  ask,
  channelNow,
  type ControlSocket,
  eventually,
  goOnAir,
  makeChannel,
  openControl,
} from '../testing/edge.ts';

async function errorOf(response: Response) {
  return { status: response.status, ...(await response.json<{ error: Record<string, unknown> }>()).error };
}

test('the API wants the admin token, on every path and method', async () => {
  for (
    const [method, path] of [['GET', ''], ['POST', ''], ['GET', '/x'], ['DELETE', '/x'], ['POST', '/x/key']]
  ) {
    for (const headers of [{}, { authorization: 'Bearer guess' }]) {
      const refused = await ask(`/api/channels${path}`, { method: method!, headers: headers as HeadersInit });
      expect(await errorOf(refused)).toMatchObject({ status: 401, code: 'unauthorized' });
    }
  }
});

test('a channel is made with defaults, listed, and found by its name', async () => {
  const made = await admin('POST', '', { name: 'first' });
  expect(made.status).toBe(201);
  const { channel, streamKey } = await made.json<{ channel: Record<string, unknown>; streamKey: string }>();
  expect(channel).toMatchObject({
    name: 'first',
    title: 'first',
    state: 'idle',
    settings: { windowS: 30, pieceMs: 100 },
  });
  expect(streamKey).toMatch(/^[A-Za-z0-9_-]{24}$/);
  expect(await channelNow('first')).toEqual(channel);
  const { items } = await (await admin('GET', '?query=first')).json<{ items: { name: string }[] }>();
  expect(items.map(({ name }) => name)).toContain('first');
});

test('the stream key is shown once, and only its hash is kept', async () => {
  const key = await makeChannel('secretive');
  expect(await (await admin('GET', '/secretive')).text()).not.toContain(key);
  expect(await (await admin('GET', '')).text()).not.toContain(key);
});

test('a name is taken once', async () => {
  await makeChannel('taken');
  expect(await errorOf(await admin('POST', '', { name: 'taken' }))).toMatchObject({
    status: 409,
    field: 'name',
  });
});

test('bad fields are named with their rule', async () => {
  const cases: [unknown, string][] = [
    [{ name: 'Bad Name' }, 'name'],
    [{}, 'name'],
    [{ name: 'x', settings: { windowS: 5000 } }, 'settings.windowS'],
    [{ name: 'x', settings: { p2p: 'maybe' } }, 'settings.p2p'],
    [{ name: 'x', title: 'x'.repeat(201) }, 'title'],
  ];
  for (const [body, field] of cases) {
    expect(await errorOf(await admin('POST', '', body))).toMatchObject({
      status: 400,
      code: 'bad-field',
      field,
    });
  }
  expect(await errorOf(await admin('POST', '', '{'))).toMatchObject({ status: 400, code: 'bad-json' });
  expect(await errorOf(await admin('POST', '', 'x'.repeat(70_000)))).toMatchObject({ status: 413 });
});

test('an edit changes what it names and leaves the rest', async () => {
  await makeChannel('edited', { windowS: 60, p2p: 'relay' });
  const answer = await admin('PATCH', '/edited', { title: 'New title', settings: { egressCapKbps: 900 } });
  expect(await answer.json()).toMatchObject({
    channel: { title: 'New title', settings: { egressCapKbps: 900, windowS: 60, p2p: 'relay' } },
  });
  expect(await channelNow('edited')).toMatchObject({ title: 'New title', settings: { egressCapKbps: 900 } });
});

test('what does not exist is not found', async () => {
  const asks: [string, string, unknown?][] = [
    ['GET', '/nobody'],
    ['PATCH', '/nobody', {}],
    ['DELETE', '/nobody'],
    ['POST', '/nobody/start'],
    ['POST', '/nobody/stop'],
    ['POST', '/nobody/key'],
    ['GET', '/nobody/ingest'],
  ];
  for (const [method, path, body] of asks) {
    expect(await errorOf(await admin(method, path, body))).toMatchObject({
      status: 404,
      code: 'unknown-channel',
    });
  }
});

/** The origin hears why before it hears that the broadcast is over: the encoder is told the first of the two. */
async function reasonFirst(control: ControlSocket): Promise<void> {
  const orders = () =>
    control.got.map(({ type }) => type).filter((type) => type === 'drop' || type === 'ended');
  expect(await eventually(() => Promise.resolve(orders()), ({ length }) => length === 2)).toEqual([
    'drop',
    'ended',
  ]);
}

test('a stopped channel refuses publishing with the reason until it is started', async () => {
  const { channel, key, control, broadcast } = await goOnAir();
  expect((await admin('POST', `/${channel}/stop`)).status).toBe(200);
  await reasonFirst(control);
  expect(await control.take('drop')).toMatchObject({ channel, reason: expect.stringContaining('stopped') });
  expect(await control.take('ended')).toMatchObject({ channel, broadcastId: broadcast.id });
  expect(await channelNow(channel)).toMatchObject({ state: 'stopped' });
  expect(await control.publish(channel, key)).toMatchObject({ type: 'refused', code: 'stopped' });
  expect(await (await admin('POST', `/${channel}/start`)).json()).toMatchObject({
    channel: { state: 'idle' },
  });
  expect(await control.publish(channel, key)).toMatchObject({ type: 'granted' });
});

test('a reset key drops whoever publishes with the old one', async () => {
  const { channel, key, control } = await goOnAir();
  const { streamKey } = await (await admin('POST', `/${channel}/key`)).json<{ streamKey: string }>();
  await reasonFirst(control);
  expect(await control.take('drop')).toMatchObject({ channel, reason: 'the stream key was reset' });
  expect(await control.publish(channel, key)).toMatchObject({ type: 'refused', code: 'wrong-key' });
  expect(await control.publish(channel, streamKey)).toMatchObject({ type: 'granted' });
});

test('a deleted channel is gone, with its broadcast and its key', async () => {
  const { channel, key, control } = await goOnAir();
  expect((await admin('DELETE', `/${channel}`)).status).toBe(204);
  await reasonFirst(control);
  expect(await control.take('drop')).toMatchObject({ channel, reason: 'the channel was deleted' });
  expect((await admin('GET', `/${channel}`)).status).toBe(404);
  expect(await control.publish(channel, key)).toMatchObject({ type: 'refused', code: 'unknown-channel' });
  const again = await makeChannel(channel);
  expect(await control.publish(channel, key)).toMatchObject({ type: 'refused', code: 'wrong-key' });
  expect(await control.publish(channel, again)).toMatchObject({ type: 'granted' });
});

test('the origin of a live channel hears of new settings', async () => {
  const { channel, control } = await goOnAir();
  await admin('PATCH', `/${channel}`, { settings: { pieceMs: 200 } });
  expect(await control.take('settings')).toMatchObject({ channel, settings: { pieceMs: 200 } });
});

test('ingest health is what the origin said last', async () => {
  const { channel, control } = await goOnAir();
  const status = {
    bitrateKbps: 500,
    fps: 25,
    keyframeIntervalS: 2,
    videoCodec: 'avc1.64001f',
    droppedPieces: 0,
    advice: ['set the keyframe interval to 2 s'],
  };
  control.send({ type: 'ingest', channel, status });
  const ingest = async () =>
    (await (await admin('GET', `/${channel}/ingest`)).json<{ ingest: unknown }>()).ingest;
  expect(await eventually(ingest, (value) => value !== null)).toEqual(status);
  const stranger = await openControl('stranger');
  stranger.send({ type: 'ingest', channel, status: { ...status, fps: 1 } });
  await stranger.publish('nobody', 'x');
  expect(await ingest()).toEqual(status);
});
