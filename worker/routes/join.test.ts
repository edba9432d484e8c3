import * as v from 'valibot';
import { expect, test } from 'vitest';
import { concatBytes, fromBase64Url, toBase64Url } from '../../protocol/bytes.ts';
import { FrameReader } from '../../protocol/frame.ts';
import { decodeJoinHead, JOIN_BODY_TYPE } from '../../protocol/join-body.ts';
import { trackOf } from '../../protocol/piece-index.ts';
import { JoinAnswer } from '../../protocol/join.ts';
import { grantDesk } from '../access/grant.ts';
import { peerIdOf, ticketDesk } from '../access/ticket.ts';
import {
  admin,
  ask,
  bindings,
  eventually,
  fetchMedia,
  framesIn,
  goOnAir,
  join,
  joinLive,
  makeChannel,
} from '../testing/edge.ts';
import { AUDIO, initOf, segmentOfFrames, VIDEO } from '../testing/frames.ts';

const PEER_KEY = toBase64Url(new Uint8Array(32).fill(9));

test('a viewer of a live channel gets all it needs', async () => {
  const { channel, broadcast } = await goOnAir({ latencyTargetMs: 1200, windowS: 40 });
  await joinLive(channel);
  const answer = v.parse(JoinAnswer, await join(channel, { peerKey: PEER_KEY }));
  if (answer.state !== 'live') throw new Error('not live');
  expect(answer).toMatchObject({
    channel,
    broadcast,
    windowS: 40,
    latencyTargetMs: 1200,
    p2p: 'on',
    mediaPath: `/media/${channel}/${broadcast.id}`,
    peerId: await peerIdOf(fromBase64Url(PEER_KEY)!),
  });
  expect(answer.announcePath).toContain(`/swarm/${broadcast.infoHash}/announce?shard=`);
  const nowS = Date.now() / 1000;
  const ticket = await ticketDesk(bindings.SHOAL_EDGE_SECRET).check(answer.ticket, broadcast.infoHash, nowS);
  expect(ticket?.peerId).toBe(answer.peerId);
  const grant = grantDesk(bindings.SHOAL_EDGE_SECRET);
  expect(await grant.check(answer.grant.value, channel, broadcast.id, nowS)).toBe(answer.peerId);
});

test('the answer may be read by pages of other sites, and is kept by no cache', async () => {
  await makeChannel('open');
  const response = await ask('/join/open', { method: 'POST', body: JSON.stringify({ peerKey: PEER_KEY }) });
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
  expect(response.headers.get('cache-control')).toBe('no-store');
});

test('a channel that is not on air says so, and when to ask again', async () => {
  await makeChannel('quiet');
  expect(await join('quiet')).toMatchObject({
    state: 'idle',
    channel: 'quiet',
    retryAfterMs: expect.any(Number),
  });
  await admin('POST', '/quiet/stop');
  expect(await eventually(() => join('quiet'), ({ state }) => state === 'stopped')).not.toHaveProperty(
    'ticket',
  );
});

test('a channel whose encoder dropped can still be joined', async () => {
  const { channel, control, broadcast } = await goOnAir();
  control.send({ type: 'lost', channel, broadcastId: broadcast.id, polite: false, reason: 'gone' });
  expect(await eventually(() => join(channel), ({ state }) => state === 'lost')).toMatchObject({ broadcast });
});

test('a channel that does not exist is not found', async () => {
  for (const name of ['nobody', 'Not-A-Name']) {
    const response = await ask(`/join/${name}`, {
      method: 'POST',
      body: JSON.stringify({ peerKey: PEER_KEY }),
    });
    expect(response.status).toBe(404);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
  }
});

test('a join that is malformed is refused with the field', async () => {
  await makeChannel('strict');
  const bodies = [
    '{',
    'null',
    '{}',
    '{"peerKey":"short"}',
    JSON.stringify({ peerKey: PEER_KEY, p2p: 'maybe' }),
  ];
  for (const body of bodies) {
    const response = await ask('/join/strict', { method: 'POST', body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { message: expect.any(String) } });
  }
  const large = await ask('/join/strict', { method: 'POST', body: 'x'.repeat(20_000) });
  expect(large.status).toBe(413);
});

/** Joins with media; reads the answer, then hands over what follows it. */
async function joinWithMedia(channel: string) {
  const body = JSON.stringify({ peerKey: PEER_KEY, media: true });
  const response = await ask(`/join/${channel}`, { method: 'POST', body });
  expect(response.headers.get('content-type')).toBe(JOIN_BODY_TYPE);
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
  expect(response.headers.get('cache-control')).toBe('no-store');
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let held = new Uint8Array(0);
  const more = async () => {
    const { value } = await reader.read();
    if (value) held = concatBytes(held, value);
    return value !== undefined;
  };
  while (!decodeJoinHead(held)) if (!await more()) throw new Error('the body ended within the answer');
  const { answer, end } = decodeJoinHead(held)!;
  const rest = async () => {
    while (await more());
    return new FrameReader().push(held.subarray(end)).map(({ record }) => record.index);
  };
  return { answer: v.parse(JoinAnswer, JSON.parse(answer)), rest };
}

test('media follows the answer where it is asked for: of the first tracks, as of a request of its own', async () => {
  const { channel, link } = await goOnAir({}, [VIDEO, AUDIO, { ...VIDEO, track: 2 }]);
  for (const track of [0, 1, 2]) link.push(initOf(track), ...segmentOfFrames(0, { track }));
  const viewer = await joinLive(channel);
  const own = await eventually(() => fetchMedia(viewer, 'join?tracks=0,1'), ({ status }) => status === 200);
  const { answer, rest } = await joinWithMedia(channel);
  expect(answer).toMatchObject({ state: 'live', channel });
  const indexes = await rest();
  expect(indexes).toEqual((await framesIn(own)).map(({ record }) => record.index));
  expect(new Set(indexes.map(trackOf))).toEqual(new Set([0, 1]));
});

test('an answer waits for no media', async () => {
  const { channel, link } = await goOnAir();
  await joinLive(channel);
  const { answer, rest } = await joinWithMedia(channel);
  expect(answer.state).toBe('live');
  for (const track of [0, 1]) link.push(initOf(track), ...segmentOfFrames(0, { track }));
  expect((await rest()).length).toBeGreaterThan(0);
});

test('over the egress cap a join is answered, without media', async () => {
  const { channel, link } = await goOnAir({ egressCapKbps: 1 });
  for (const track of [0, 1]) link.push(initOf(track), ...segmentOfFrames(0, { track }));
  const viewer = await joinLive(channel);
  await eventually(() => fetchMedia(viewer, 'join?tracks=0'), ({ status }) => status === 503);
  const { answer, rest } = await joinWithMedia(channel);
  expect(answer).toMatchObject({ state: 'live', ticket: expect.any(String) });
  expect(await rest()).toEqual([]);
});

test('nothing follows the answer of a channel that is not on air', async () => {
  await makeChannel('silent');
  expect(await join('silent', { media: true })).toMatchObject({ state: 'idle' });
});

test('the stricter of channel and viewer decides on peers', async () => {
  const { channel } = await goOnAir({ p2p: 'relay' });
  await joinLive(channel);
  expect(await join(channel, { p2p: 'on' })).toMatchObject({ p2p: 'relay' });
  expect(await join(channel, { p2p: 'off' })).toMatchObject({ p2p: 'off' });
});

test('two visits have two identities', async () => {
  const { channel } = await goOnAir();
  const [one, two] = [await joinLive(channel), await joinLive(channel)];
  expect(one.peerId).not.toBe(two.peerId);
  expect(one.ticket).not.toBe(two.ticket);
});

test('a viewer gets STUN, and TURN credentials in its own name; one without peers gets neither', async () => {
  const { channel } = await goOnAir();
  const answer = await joinLive(channel);
  const [stun, turn] = answer.iceServers;
  expect(stun).toEqual({ urls: ['stun:stun.of.the.tests:3478'] });
  expect(turn!.urls).toEqual(['turn:turn.of.the.tests:3478?transport=udp']);
  expect(turn!.username).toMatch(/^\d{10}:-SH0001-/);
  expect(Number(turn!.username!.split(':')[0])).toBeGreaterThan(Date.now() / 1000 + 600);
  expect(await join(channel, { p2p: 'relay' })).toMatchObject({ iceServers: [stun, { urls: turn!.urls }] });
  expect(await join(channel, { p2p: 'off' })).toMatchObject({ iceServers: [] });
});
