/** The viewer as a whole, with an edge made of answers: what it becomes, and when it asks again. */
import assert from 'node:assert/strict';
import { encodeIdleFrame, encodePieceFrame } from '../../protocol/frame.ts';
import { concatBytes, fromBase64Url, toBase64Url } from '../../protocol/bytes.ts';
import { encodeJoinHead, JOIN_BODY_TYPE, JOIN_SUBPROTOCOL } from '../../protocol/join-body.ts';
import { trackOf } from '../../protocol/piece-index.ts';
import { encodeTicket } from '../../protocol/ticket.ts';
import { encodeRecord } from '../../protocol/record.ts';
import { AUDIO, Source, VIDEO } from '../mesh/testing/source.ts';
import { makePeerCrypto } from './crypto.ts';
import type { PeerEnvironment } from './environment.ts';
import { FakeClock, fakeEnvironment, FakeSocket, until } from './testing/fake-environment.ts';
import { Viewer, type ViewerOptions } from './viewer.ts';

const IDLE = { state: 'idle', channel: 'demo', title: 'Demo', nowMs: 1000, retryAfterMs: 3000 };
const WELCOME = {
  action: 'welcome',
  neighbours: [],
  nowMs: 1000,
  grant: { value: 'g2', expiresS: 10_000 },
  reportEveryMs: 300_000,
  reportPhaseMs: 0,
};
/** Signs with real Ed25519, as the origin does. */
const origin = (await makePeerCrypto(crypto))!;

async function broadcastOf(id: string) {
  const source = new Source([VIDEO, AUDIO]);
  const broadcast = { ...source.broadcast, id, publicKey: toBase64Url(origin.publicKey) };
  const body: Uint8Array[] = [];
  const audio: Uint8Array[] = [];
  for (const { record, bytes } of [VIDEO, AUDIO].flatMap((track) => source.cut(track, 0, 900))) {
    const encoded = encodeRecord({ ...record, hash: await origin.sha256(bytes) });
    const frame = encodePieceFrame(concatBytes(encoded, await origin.sign(encoded)), bytes);
    body.push(frame);
    if (trackOf(record.index) === AUDIO.track) audio.push(frame);
  }
  const expiresS = 5000;
  const ticket = concatBytes(
    encodeTicket({
      infoHash: new Uint8Array(20),
      peerKey: new Uint8Array(32),
      identity: new Uint8Array(8),
      expiresS,
    }),
    new Uint8Array(64),
  );
  const answer = {
    state: 'live',
    channel: 'demo',
    title: 'Demo',
    broadcast,
    nowMs: 1000,
    windowS: 30,
    p2p: 'on',
    uploadRatio: 1.5,
    latencyTargetMs: 1200,
    iceServers: [],
    edgeKey: broadcast.publicKey,
    ticket: toBase64Url(ticket),
    peerId: '-SH0001-aaaaaaaaaaaa',
    pass: 'pass',
    grant: { value: 'g', expiresS: 10_000 },
    announcePath: `/swarm/${broadcast.infoHash}/announce?shard=1`,
    mediaPath: `/media/demo/${id}`,
  };
  return { answer, body: concatBytes(...body), audio: concatBytes(...audio) };
}

const [one, two] = [await broadcastOf('1'.repeat(32)), await broadcastOf('2'.repeat(32))];

function watching(more: Partial<ViewerOptions> = {}, surroundings: Partial<PeerEnvironment> = {}) {
  const clock = new FakeClock();
  /** `media`: what follows the join's answer in the same response; undefined: the answer is JSON alone. */
  const edge = {
    answer: IDLE as object,
    status: 200,
    joins: 0,
    media: undefined as Uint8Array | undefined,
    asked: [] as Record<string, unknown>[],
  };
  const requests: string[] = [];
  const environment = fakeEnvironment(clock, (url, init) => {
    requests.push(url.pathname);
    if (url.pathname.startsWith('/join/')) {
      edge.joins++;
      edge.asked.push(JSON.parse(String(init.body)));
      if (edge.media) {
        return new Response(concatBytes(encodeJoinHead(JSON.stringify(edge.answer)), edge.media), {
          headers: { 'content-type': JOIN_BODY_TYPE },
        });
      }
      return Response.json(edge.answer, { status: edge.status });
    }
    if (url.pathname.endsWith('/join')) return new Response((url.pathname.includes('1111') ? one : two).body);
    return new Response(null, { status: 404 });
  });
  const viewer = new Viewer({
    edgeUrl: 'https://edge.test',
    channel: 'demo',
    environment: { ...environment, ...surroundings },
    ...more,
  });
  const states: string[] = [];
  viewer.on('state', ({ state, reason }) => states.push(reason ? `${state}: ${reason.code}` : state));
  return { clock, edge, viewer, states, requests };
}

/** The join is answered, its media is verified. The clock's first timer is the join's own. */
async function settled(
  { clock, viewer }: Pick<ReturnType<typeof watching>, 'clock' | 'viewer'>,
): Promise<void> {
  await until('the crypto is there and the join asked for', () => clock.pending > 0);
  await clock.pass(10);
  await until('live', () => viewer.state === 'live');
  await until('media of the join', () => viewer.segments(0)[0]?.count === 11);
}

async function live(more: Partial<ViewerOptions> = {}, surroundings: Partial<PeerEnvironment> = {}) {
  const started = watching(more, surroundings);
  started.edge.answer = one.answer;
  started.viewer.start();
  await started.clock.pass(10);
  await settled(started);
  await FakeSocket.last.open();
  await until('the announce', () => FakeSocket.last.sent.length > 0);
  FakeSocket.last.say(WELCOME);
  return started;
}

Deno.test('an idle channel is asked for again until it is on air, and then plays by itself', async () => {
  const { clock, edge, viewer, states } = watching();
  viewer.start();
  await clock.pass(10);
  await clock.pass(3700);
  assert.equal(edge.joins, 1);
  await clock.pass(100);
  assert.equal(edge.joins, 2);
  edge.answer = one.answer;
  await clock.pass(4000);
  assert.deepEqual(states, ['offline: idle', 'live']);
  viewer.stop();
});

Deno.test('media that comes with the answer of the join is asked for no more', async () => {
  const { clock, edge, viewer, requests } = watching();
  edge.answer = one.answer;
  edge.media = one.body;
  viewer.start();
  await settled({ clock, viewer });
  await clock.pass(500);
  assert.equal(edge.asked[0]!.media, true);
  assert.deepEqual(requests, ['/join/demo']);
  assert.equal(viewer.stats().edgeRequests, 1);
  assert.equal(viewer.stats().joinBytes, viewer.stats().edgeBytes);
  viewer.setToken('newer');
  await clock.pass(10);
  assert.equal(edge.asked[1]!.media, undefined, 'who has media wants none with a later join');
  viewer.stop();
});

Deno.test('a join whose media is withheld is a join all the same, and asks for media a second later', async () => {
  const { clock, edge, viewer, requests } = watching();
  edge.answer = one.answer;
  edge.media = new Uint8Array(0);
  viewer.start();
  await until('the join is asked for', () => clock.pending > 0);
  await clock.pass(10);
  await until('live', () => viewer.state === 'live');
  await clock.pass(900);
  assert.deepEqual(requests.filter((path) => path.endsWith('/join')), []);
  await clock.pass(200);
  await until('media', () => viewer.segments(0)[0]?.count === 11);
  viewer.stop();
});

Deno.test('a track that did not come with the join, and media that broke off, are asked for at once', async () => {
  for (const media of [one.body.subarray(0, one.body.length - 10), one.audio]) {
    const { clock, edge, viewer, requests } = watching();
    edge.answer = one.answer;
    edge.media = media;
    viewer.start();
    await settled({ clock, viewer });
    await until('the rest is asked for', () => requests.length > 1);
    assert.deepEqual(requests.slice(0, 2), ['/join/demo', `/media/demo/${'1'.repeat(32)}/join`]);
    viewer.stop();
  }
});

/** The crypto is there, and the join is asked for. */
async function begun(clock: FakeClock): Promise<void> {
  await until('the join is asked for', () => clock.pending > 0);
  await clock.pass(10);
}

/** The edge answers joins on their sockets, with this behind the answer. */
function joinsBySocket(edge: { answer: object }, media: Uint8Array<ArrayBuffer>) {
  const sockets: FakeSocket[] = [];
  FakeSocket.joins = async (socket) => {
    sockets.push(socket);
    await socket.open();
    const head = encodeJoinHead(JSON.stringify(edge.answer));
    socket.pour(head.subarray(0, 100));
    socket.pour(concatBytes(head.subarray(100), media.subarray(0, 50)));
    if (media.length > 50) socket.pour(media.subarray(50));
    socket.pour(new Uint8Array(0));
  };
  return { sockets, [Symbol.dispose]: () => void (FakeSocket.joins = (socket) => socket.drop()) };
}

Deno.test('a join by socket needs no HTTP: its socket brings answer and media, and takes the announce', async () => {
  const { clock, edge, viewer, requests } = watching();
  using by = joinsBySocket(edge, one.body);
  edge.answer = one.answer;
  viewer.start();
  await settled({ clock, viewer });
  const [socket] = by.sockets;
  assert.equal(socket!.url, 'wss://edge.test/join/demo');
  const [protocol, asked] = socket!.protocols;
  assert.equal(protocol, JOIN_SUBPROTOCOL);
  assert.equal(JSON.parse(new TextDecoder().decode(fromBase64Url(asked!))).media, true);
  await until('the announce', () => socket!.sent.length > 0);
  assert.equal(socket!.sent[0]!.event, 'started');
  socket!.say(WELCOME);
  await clock.pass(500);
  assert.deepEqual([requests, FakeSocket.made, viewer.stats().edgeRequests], [[], [], 0]);
  assert.ok(viewer.stats().joinBytes > 0);
  viewer.setToken('newer');
  await clock.pass(10);
  assert.deepEqual([requests, by.sockets.length], [['/join/demo'], 1], 'who has its place joins by HTTP');
  socket!.drop();
  await clock.pass(3000);
  assert.equal(FakeSocket.last.url, `wss://edge.test${one.answer.announcePath}`, 'a lost one is opened anew');
  viewer.stop();
});

Deno.test('who is sent to another shard before the rest of its join came does not fetch all of it once more', async () => {
  for (const isHeldBack of [true, false]) {
    const { clock, edge, viewer, requests } = watching();
    FakeSocket.joins = async (socket) => {
      await socket.open();
      socket.pour(concatBytes(encodeJoinHead(JSON.stringify(edge.answer)), one.body));
      if (isHeldBack) socket.pour(encodeIdleFrame());
      await until('it is read', () => viewer.segments(0)[0]?.count === 11);
      socket.drop();
    };
    edge.answer = one.answer;
    viewer.start();
    await settled({ clock, viewer });
    await clock.pass(50);
    assert.equal(requests.some((path) => path.endsWith('/join')), !isHeldBack);
    viewer.stop();
  }
  FakeSocket.joins = (socket) => socket.drop();
});

Deno.test('an idle channel says so on the socket, each time it is asked', async () => {
  const { clock, edge, viewer, requests, states } = watching();
  using by = joinsBySocket(edge, new Uint8Array(0));
  viewer.start();
  await begun(clock);
  await until('the first answer', () => states.length > 0);
  await clock.pass(3750);
  await until('the second answer', () => by.sockets[1]?.readyState === 1 && clock.pending === 2);
  assert.deepEqual([states, requests], [['offline: idle'], []]);
  viewer.stop();
});

Deno.test('where sockets are blocked a viewer joins by HTTP: at once when told so, after two seconds when not, then always', async () => {
  for (const silent of [false, true]) {
    const { clock, edge, viewer, requests } = watching();
    let tried = 0;
    FakeSocket.joins = (socket) => {
      tried++;
      if (!silent) socket.drop();
    };
    viewer.start();
    await begun(clock);
    await until('the socket is tried', () => tried > 0);
    await clock.pass(silent ? 1900 : 10);
    assert.equal(requests.length, silent ? 0 : 1);
    await clock.pass(200);
    assert.equal(requests.length, 1);
    edge.answer = one.answer;
    await clock.pass(4000);
    await until('live', () => viewer.state === 'live');
    assert.equal(tried, 1);
    viewer.stop();
    FakeSocket.joins = (socket) => socket.drop();
  }
});

Deno.test('media of tracks that this viewer does not take ends the socket that brings it', async () => {
  const { clock, edge, viewer } = watching({ tracks: () => [AUDIO.track] });
  using by = joinsBySocket(edge, one.body);
  edge.answer = one.answer;
  viewer.start();
  await begun(clock);
  await until('live', () => viewer.state === 'live');
  await clock.pass(10);
  assert.equal(by.sockets[0]!.readyState, 3);
  assert.equal(FakeSocket.last.url, `wss://edge.test${one.answer.announcePath}`);
  viewer.stop();
});

Deno.test('media of tracks that this viewer does not take is not read: it would go first over a line that may be narrow', async () => {
  let cancelled = false;
  const asked: string[] = [];
  const fetch = (input: string | URL | Request) => {
    const { pathname } = new URL(String(input));
    asked.push(pathname);
    if (!pathname.startsWith('/join/')) return Promise.resolve(new Response(one.audio));
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => controller.enqueue(encodeJoinHead(JSON.stringify(one.answer))),
      cancel: () => void (cancelled = true),
    });
    return Promise.resolve(new Response(body, { headers: { 'content-type': JOIN_BODY_TYPE } }));
  };
  const { clock, viewer } = watching({ tracks: () => [1] }, { fetch });
  viewer.start();
  await until('the join is asked for', () => clock.pending > 0);
  await clock.pass(10);
  await until('its own track is asked for', () => asked.length > 1);
  assert.deepEqual(asked, ['/join/demo', `/media/demo/${'1'.repeat(32)}/join`]);
  assert.equal(cancelled, true);
  viewer.stop();
});

Deno.test('media from the newest keyframe is there before any socket is', async () => {
  const { clock, edge, viewer } = watching();
  edge.answer = one.answer;
  const pieces: string[] = [];
  viewer.on('piece', ({ source }) => pieces.push(source));
  viewer.start();
  await settled({ clock, viewer });
  assert.equal(FakeSocket.last.readyState, 0);
  assert.ok(pieces.length > 9 && pieces.every((source) => source === 'join'));
  assert.deepEqual(viewer.tracks, [0, 1]);
  const [segment] = viewer.segments(0);
  assert.ok(segment!.count > 5 && viewer.init(0, segment!.initSegment!));
  assert.equal(viewer.stats().joinBytes, viewer.stats().edgeBytes);
  assert.equal(viewer.latencyTargetMs, 1200);
  viewer.stop();
});

Deno.test('media of a join that the edge put off is not asked for again when as much has come by other ways', async () => {
  for (const comes of [true, false]) {
    const asked: string[] = [];
    const broadcast = { ...one.answer.broadcast, epochMs: 700 };
    const fetch: PeerEnvironment['fetch'] = (input) => {
      const { pathname } = new URL(String(input));
      asked.push(pathname.split('/').at(-1)!);
      if (pathname.startsWith('/join/')) return Promise.resolve(Response.json({ ...one.answer, broadcast }));
      if (pathname.includes('/run/')) return Promise.resolve(new Response(comes ? one.body : null));
      return Promise.resolve(new Response('egress-cap', { status: 503, headers: { 'retry-after': '2' } }));
    };
    const { clock, viewer } = watching({}, { fetch });
    let pieces = 0;
    viewer.on('piece', () => pieces++);
    viewer.start();
    await until('the join is asked for', () => clock.pending > 0);
    await clock.pass(1500);
    if (comes) await until('the run is verified', () => pieces > 9);
    await clock.pass(2000);
    assert.equal(asked.filter((what) => what === 'join').length, comes ? 1 : 2);
    viewer.stop();
  }
});

Deno.test('a rotation of keys is told once, other news of the channel tell of none', async () => {
  const { viewer } = await live();
  const epochs: number[] = [];
  viewer.on('keys', ({ epoch }) => epochs.push(epoch));
  FakeSocket.last.say({ action: 'channel', state: 'live', latencyTargetMs: 2500 });
  for (const keysEpoch of [1, 1, 2]) {
    FakeSocket.last.say({ action: 'channel', state: 'live', keysEpoch });
  }
  assert.deepEqual(epochs, [1, 2]);
  assert.match(await viewer.mediaGrant(), /./);
  viewer.stop();
  await assert.rejects(viewer.mediaGrant(), /no session/);
});

Deno.test('who gives less than is asked for is told of the rendition to take, whether it was there before or came after', async () => {
  const { viewer, edge } = await live();
  const told: (number | null)[] = [];
  viewer.on('relief', ({ track }) => told.push(track));
  const relief = { track: 2, belowKbps: 1, carryKbps: 1_000_000, carryShare: 0 };
  // This one has no WebRTC: it gives nothing.
  FakeSocket.last.say({ ...WELCOME, channel: { state: 'live', relief } });
  assert.deepEqual([viewer.mostTrack, told], [2, [2]]);
  FakeSocket.last.say({ action: 'channel', state: 'live', relief: { ...relief, track: 3 } });
  FakeSocket.last.say({ action: 'channel', state: 'live', latencyTargetMs: 2500 });
  FakeSocket.last.say({ action: 'channel', state: 'live', relief: { ...relief, belowKbps: 0 } });
  assert.deepEqual(told, [2, 3, null]);
  FakeSocket.last.say({ action: 'channel', state: 'live', relief });
  edge.answer = IDLE;
  viewer.stop();
  assert.equal(viewer.mostTrack, null);
});

Deno.test('what the edge says of the channel is what the viewer is: lost, live again, ended, the next one', async () => {
  const { clock, edge, viewer, states } = await live();
  const broadcasts: string[] = [];
  viewer.on('broadcast', ({ id }) => broadcasts.push(id[0]!));
  FakeSocket.last.say({ action: 'channel', state: 'lost' });
  FakeSocket.last.say({ action: 'channel', state: 'live', latencyTargetMs: 2500 });
  assert.equal(viewer.latencyTargetMs, 2500);
  FakeSocket.last.say({ action: 'channel', state: 'ended' });
  edge.answer = IDLE;
  await clock.pass(6000);
  edge.answer = two.answer;
  await clock.pass(6000);
  assert.deepEqual(states, ['live', 'lost: encoder-lost', 'live', 'ended: ended', 'ended: idle', 'live']);
  assert.deepEqual(broadcasts, ['2']);
  viewer.stop();
});

Deno.test('a viewer that comes back hears with its welcome what it missed of the channel', async () => {
  const { clock, viewer, states } = await live();
  FakeSocket.last.say({ action: 'channel', state: 'lost' });
  FakeSocket.last.drop();
  await clock.pass(12_000);
  FakeSocket.last.say({ ...WELCOME, channel: { state: 'live', latencyTargetMs: 2500, uploadRatio: 1 } });
  assert.deepEqual(states, ['live', 'lost: encoder-lost', 'live']);
  assert.equal(viewer.latencyTargetMs, 2500);
  viewer.stop();
});

Deno.test('the answer of another join, which may be a second old, is not believed before the shard', async () => {
  const { clock, edge, viewer, states } = await live();
  edge.answer = { ...edge.answer, state: 'lost' } as typeof edge.answer;
  const before = edge.joins;
  // A grant is needed and the socket answers nothing: it joins again, on the same seat.
  clock.nowMs = 10_000_000;
  await clock.pass(8000);
  assert.ok(edge.joins > before);
  assert.ok(!states.includes('lost: encoder-lost'), `${states}`);
  viewer.stop();
});

Deno.test('a broadcast that begins after one whose encoder was lost is live at once', async () => {
  const { clock, edge, viewer, states } = await live();
  FakeSocket.last.say({ action: 'channel', state: 'lost' });
  FakeSocket.last.say({ action: 'channel', state: 'ended' });
  edge.answer = two.answer;
  await clock.pass(6000);
  assert.deepEqual(states, ['live', 'lost: encoder-lost', 'ended: ended', 'live']);
  viewer.stop();
});

Deno.test('a kick is final, and so is a channel that does not exist', async () => {
  const kicked = await live();
  FakeSocket.last.say({ action: 'kicked', reason: 'enough' });
  assert.deepEqual([kicked.viewer.state, kicked.viewer.reason?.message], ['refused', 'enough']);
  assert.equal(kicked.clock.pending, 0);
  const unknown = watching();
  Object.assign(unknown.edge, { status: 404, answer: { error: { code: 'unknown-channel', message: 'no' } } });
  unknown.viewer.start();
  await unknown.clock.pass(60_000);
  assert.deepEqual([unknown.states, unknown.edge.joins], [['refused: unknown-channel'], 1]);
});

Deno.test('an edge that is not there is asked again, with longer and longer waits', async () => {
  const { clock, edge, viewer, states } = watching();
  edge.status = 502;
  viewer.start();
  await clock.pass(60_000);
  assert.deepEqual(states, ['reconnecting: edge-unreachable']);
  assert.ok(edge.joins > 4 && edge.joins < 15, `${edge.joins} joins in a minute`);
  Object.assign(edge, { status: 200, answer: one.answer });
  await clock.pass(20_000);
  assert.equal(states[1], 'live');
  viewer.stop();
});

Deno.test('cut off from the edge and from all peers it says so, and goes on when the edge is back', async () => {
  const { clock, edge, viewer, states } = await live();
  edge.status = 502;
  FakeSocket.last.drop();
  await clock.pass(7000);
  assert.equal(states.at(-1), 'reconnecting: edge-unreachable');
  edge.status = 200;
  await clock.pass(40_000);
  await FakeSocket.last.open();
  FakeSocket.last.say(WELCOME);
  await clock.pass(1000);
  assert.equal(states.at(-1), 'live');
  assert.equal(viewer.broadcast!.id, one.answer.broadcast.id);
  viewer.stop();
});

Deno.test('a shard that knows nothing of this broadcast makes the viewer join again', async () => {
  const { clock, edge, viewer } = await live();
  FakeSocket.last.drop();
  await clock.pass(2000);
  edge.answer = two.answer;
  await FakeSocket.last.open();
  FakeSocket.last.say({ 'failure reason': 'unknown info_hash' });
  await clock.pass(3000);
  assert.equal(viewer.broadcast!.id, two.answer.broadcast.id);
  viewer.stop();
});

Deno.test('what is given is the ratio of what is taken, what was asked for, or nothing where bytes cost', async () => {
  const plain = await live();
  assert.equal(plain.viewer.uploadKbps, 768);
  plain.viewer.setTracks([1]);
  assert.equal(plain.viewer.uploadKbps, 96);
  plain.viewer.stop();
  const asked = await live({ uploadKbps: 5000 });
  assert.equal(asked.viewer.uploadKbps, 5000);
  asked.viewer.setUploadKbps(undefined);
  assert.equal(asked.viewer.uploadKbps, 768);
  asked.viewer.stop();
  const metered = await live({ uploadKbps: 5000 }, { savesData: true });
  assert.equal(metered.viewer.uploadKbps, 0);
  metered.viewer.stop();
  const relayed = await live({ uploadKbps: 5000 });
  relayed.viewer.setP2p('relay');
  assert.equal(relayed.viewer.uploadKbps, 0);
  relayed.viewer.stop();
});

Deno.test('the grant is asked for on the socket when it is needed, and by a new join when that is down', async () => {
  const { clock, edge, viewer } = await live();
  clock.nowMs = 10_000_000;
  await clock.pass(1);
  const renew = () =>
    FakeSocket.made.flatMap(({ sent }) => sent).filter(({ action }) => action === 'renew').length;
  await clock.pass(1000);
  assert.ok(renew() > 0, 'fell behind, needs media, needs a grant');
  const before = edge.joins;
  FakeSocket.last.drop();
  await clock.pass(12_000);
  assert.ok(edge.joins > before);
  viewer.stop();
});

Deno.test('leaving sends a last report and leaves neither timers nor sockets, and a viewer can begin again', async () => {
  const { clock, viewer, states } = await live();
  viewer.stop();
  assert.equal(FakeSocket.last.sent.at(-1)!.action, 'report');
  assert.equal(FakeSocket.last.readyState, 3);
  assert.equal(clock.pending, 0);
  const { joinBytes } = viewer.stats();
  viewer.start();
  await settled({ clock, viewer });
  assert.equal(states.at(-1), 'live');
  assert.ok(viewer.stats().joinBytes > joinBytes, 'totals are of the whole visit');
  viewer.stop();
});

Deno.test('without WebCrypto a viewer says what is missing', async () => {
  const { viewer, states } = watching({}, { crypto: { getRandomValues: (bytes) => bytes } });
  viewer.start();
  await until('a state', () => states.length > 0);
  assert.deepEqual(states, ['unsupported: no-crypto']);
});

Deno.test('feeds dealt in the backbone are taken and acknowledged there, and given up with it', async () => {
  class NoConnection {
    constructor() {
      throw new Error('nobody is dialled here');
    }
  }
  const RTCPeerConnection = NoConnection as unknown as PeerEnvironment['RTCPeerConnection'];
  const { clock, viewer, requests } = await live({}, { RTCPeerConnection });
  const home = FakeSocket.last;
  const path = `/swarm/${one.answer.broadcast.infoHash}/announce?shard=b0`;
  home.say({ action: 'bridge', path });
  const backbone = FakeSocket.last;
  assert.match(backbone.url, /shard=b0$/);
  await backbone.open();
  await until('the announce in the backbone', () => backbone.sent.length > 0);
  backbone.say(WELCOME);
  backbone.say({
    action: 'feeds',
    feeds: [{ track: 0, substream: 1 }],
    path: '/media/demo/seed/of-the-test',
  });
  assert.equal(viewer.stats().feeds, 1);
  await until('the seed stream is asked for', () => requests.some((asked) => asked.includes('of-the-test')));
  await clock.pass(2100);
  assert.ok(!home.sent.some(({ action }) => action === 'ack'));
  assert.ok(backbone.sent.some(({ action }) => action === 'ack'));
  home.say({ action: 'bridge', path: null });
  assert.equal(viewer.stats().feeds, 0);
  viewer.stop();
});
