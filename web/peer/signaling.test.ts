import assert from 'node:assert/strict';
import { toBinaryString } from '../../protocol/bytes.ts';
import type { ToPeer } from '../../protocol/tracker.ts';
import type { PeerSignal } from './peer-signal.ts';
import type { ClockSample } from './server-clock.ts';
import { Signaling, type SignalingOptions } from './signaling.ts';
import { FakeClock, fakeEnvironment, FakeSocket } from './testing/fake-environment.ts';

const SELF = '-SH0001-aaaaaaaaaaaa';
const OTHER = '-SH0001-bbbbbbbbbbbb';
const OFFER = 'o'.repeat(20);
const INFO_HASH = 'ff00'.repeat(10);
const grant = { value: 'g', expiresS: 1 };
const WELCOME = {
  action: 'welcome',
  neighbours: [],
  nowMs: 70_000,
  grant,
  reportEveryMs: 1000,
  reportPhaseMs: 0,
};

function start(more: Partial<SignalingOptions> = {}) {
  const clock = new FakeClock();
  const heard: {
    messages: ToPeer[];
    signals: [string, PeerSignal][];
    refused: string[];
    down: number[];
    clock: ClockSample[];
  } = {
    messages: [],
    signals: [],
    refused: [],
    down: [],
    clock: [],
  };
  const signaling = new Signaling({
    environment: fakeEnvironment(clock),
    edgeUrl: 'https://edge.test',
    path: '/swarm/x/announce?shard=3',
    infoHash: INFO_HASH,
    peerId: SELF,
    credentials: () =>
      Promise.resolve({
        ticket: 'ticket',
        proof: 'proof',
        pass: 'pass',
        capability: { uploadKbps: 5, track: 0 },
      }),
    isSeed: () => false,
    events: {
      message: (message) => heard.messages.push(message),
      signal: (from, signal) => heard.signals.push([from, signal]),
      refused: (reason) => heard.refused.push(reason),
      down: (failures) => heard.down.push(failures),
      clock: (sample) => heard.clock.push(sample),
    },
    ...more,
  });
  return { clock, heard, signaling };
}

async function seated(more: Partial<SignalingOptions> = {}) {
  const started = start(more);
  await FakeSocket.last.open();
  FakeSocket.last.say(WELCOME);
  return started;
}

Deno.test("the welcome tells the edge's clock, by one way there and back: setting up the connection is not in it", async () => {
  const { clock, heard } = start();
  clock.nowMs += 400;
  await FakeSocket.last.open();
  const askedAt = clock.nowMs;
  clock.nowMs += 30;
  FakeSocket.last.say(WELCOME);
  assert.deepEqual(heard.clock, [{ nowMs: 70_000, askedAt, answeredAt: askedAt + 30 }]);
});

Deno.test('the first word on the socket is an announce with ticket, proof and capability', async () => {
  const { signaling } = start();
  assert.equal(FakeSocket.last.url, 'wss://edge.test/swarm/x/announce?shard=3');
  await FakeSocket.last.open();
  const [announce] = FakeSocket.last.sent;
  assert.equal(announce!.event, 'started');
  assert.equal(announce!.info_hash, toBinaryString(Uint8Array.of(...Array(10).fill([255, 0]).flat())));
  assert.deepEqual([announce!.ticket, announce!.proof], ['ticket', 'proof']);
  assert.equal(signaling.isSeated, false);
  FakeSocket.last.say(WELCOME);
  assert.equal(signaling.isSeated, true);
  signaling.close();
});

Deno.test('nothing but the announce is sent before the edge gave a place', async () => {
  const { signaling } = start();
  await FakeSocket.last.open();
  assert.equal(signaling.send(OTHER, { kind: 'offer', offerId: OFFER, sdp: 'v=0' }), false);
  assert.equal(FakeSocket.last.sent.length, 1);
  signaling.close();
});

Deno.test('what changed while the welcome was on its way is told after it, and once', async () => {
  const { clock, signaling } = start();
  signaling.describe({ uploadKbps: 5, track: 1 });
  await FakeSocket.last.open();
  signaling.describe({ uploadKbps: 5, track: 2 });
  FakeSocket.last.say(WELCOME);
  assert.deepEqual(FakeSocket.last.sent.slice(1).map(({ capability }) => capability), [{
    uploadKbps: 5,
    track: 2,
  }]);
  FakeSocket.last.drop();
  signaling.describe({ uploadKbps: 5, track: 3 });
  await clock.pass(1000);
  await FakeSocket.last.open();
  FakeSocket.last.say(WELCOME);
  assert.equal(FakeSocket.last.sent.length, 1);
  signaling.close();
});

Deno.test('targeted offers travel together, ten to a message', async () => {
  const { signaling } = await seated();
  const offers = Array.from(
    { length: 12 },
    (_, i) => ({ to: OTHER, offerId: `${i}`.padEnd(20, 'o'), sdp: 'v=0' }),
  );
  assert.equal(signaling.sendOffers(offers), true);
  const sent = FakeSocket.last.sent.slice(1) as { offers: { to_peer_id: string }[] }[];
  assert.deepEqual(sent.map((message) => message.offers.length), [10, 2]);
  assert.equal(sent[0]!.offers[0]!.to_peer_id, OTHER);
  signaling.close();
});

Deno.test('relayed offers, answers and candidates are told as signals', async () => {
  const { heard, signaling } = await seated();
  const about = { action: 'announce', info_hash: 'x', peer_id: OTHER, offer_id: OFFER };
  FakeSocket.last.say({ ...about, offer: { type: 'offer', sdp: 'v=1' } });
  FakeSocket.last.say({ ...about, answer: { type: 'answer', sdp: 'v=2' } });
  FakeSocket.last.say({ action: 'candidate', peer_id: OTHER, offer_id: OFFER, candidate: 'c', mid: '0' });
  assert.deepEqual(heard.signals, [
    [OTHER, { kind: 'offer', offerId: OFFER, sdp: 'v=1' }],
    [OTHER, { kind: 'answer', offerId: OFFER, sdp: 'v=2' }],
    [OTHER, { kind: 'candidate', offerId: OFFER, candidate: 'c', mid: '0' }],
  ]);
  signaling.close();
});

Deno.test('what is not in the protocol is not read', async () => {
  const { heard, signaling } = await seated();
  for (const text of ['', 'null', '[]', '7', '{"action":"dance"}', '{"action":"drop","identities":[7]}']) {
    FakeSocket.last.say(text);
  }
  FakeSocket.last.say('x'.repeat(70_000));
  assert.deepEqual(heard.messages.map(({ action }) => action), ['welcome']);
  signaling.close();
});

Deno.test('a lost socket is opened again after a draw of the wait, longer each time', async () => {
  const { clock, heard, signaling } = await seated();
  FakeSocket.last.drop();
  assert.equal(signaling.isSeated, false);
  await clock.pass(999);
  assert.equal(FakeSocket.made.length, 1);
  await clock.pass(1);
  assert.equal(FakeSocket.made.length, 2);
  FakeSocket.last.drop();
  await clock.pass(1999);
  assert.equal(FakeSocket.made.length, 2);
  await clock.pass(1);
  assert.equal(FakeSocket.made.length, 3);
  assert.deepEqual(heard.down, [1, 2]);
  signaling.close();
});

Deno.test('a seed comes back at once', async () => {
  const { clock, signaling } = await seated({ isSeed: () => true });
  FakeSocket.last.drop();
  await clock.pass(0);
  assert.equal(FakeSocket.made.length, 2);
  signaling.close();
});

Deno.test('a redirect is followed at once, a ring of them is left', async () => {
  const { clock, signaling } = start();
  for (let i = 0; i < 5; i++) {
    await FakeSocket.last.open();
    FakeSocket.last.say({ action: 'redirect', path: `/swarm/x/announce?shard=${i}` });
    assert.equal(FakeSocket.made.length, i + 2);
    assert.match(FakeSocket.last.url, new RegExp(`shard=${i}$`));
  }
  await FakeSocket.last.open();
  FakeSocket.last.say({ action: 'redirect', path: '/swarm/x/announce?shard=9' });
  assert.equal(FakeSocket.made.length, 6, 'waits before it tries again');
  await clock.pass(2000);
  assert.equal(FakeSocket.made.length, 7);
  signaling.close();
});

Deno.test('a refused announce is told and the socket left; a failure later on is about one message', async () => {
  const refused = start();
  await FakeSocket.last.open();
  FakeSocket.last.say({ 'failure reason': 'the ticket is over' });
  assert.deepEqual(refused.heard.refused, ['the ticket is over']);
  assert.equal(refused.clock.pending, 0, 'it does not come back by itself');
  const { heard, signaling } = await seated();
  FakeSocket.last.say({ 'failure reason': 'renew: too often' });
  assert.deepEqual(heard.refused, []);
  assert.equal(signaling.isSeated, true);
  signaling.close();
});

Deno.test('a renewal is answered, refused, given up in time, or lost with the socket', async () => {
  const { clock, heard, signaling } = await seated();
  const answered = signaling.renew();
  FakeSocket.last.say({ action: 'renewed', ticket: 't2', grant });
  assert.equal((await answered).ticket, 't2');
  assert.equal(heard.messages.at(-1)!.action, 'renewed', 'told as well: it may come unasked');
  const refused = assert.rejects(signaling.renew(), /too often/);
  FakeSocket.last.say({ 'failure reason': 'renew: too often' });
  await refused;
  const late = assert.rejects(signaling.renew(), /in time/);
  await clock.pass(5000);
  await late;
  const lost = assert.rejects(signaling.renew(), /down/);
  FakeSocket.last.drop();
  await lost;
  await assert.rejects(signaling.renew(), /down/);
  signaling.close();
});

Deno.test('leaving closes the socket without a further message, and leaves no timer behind', async () => {
  const { clock, signaling } = await seated();
  const said = FakeSocket.last.sent.length;
  signaling.close();
  assert.equal(FakeSocket.last.sent.length, said);
  assert.equal(FakeSocket.last.readyState, 3);
  assert.equal(clock.pending, 0);
});

Deno.test('a renewal that takes the place of another has its own time to be answered in', async () => {
  const { clock, signaling } = await seated();
  const first = assert.rejects(signaling.renew(), /asked again/);
  await clock.pass(4000);
  const second = signaling.renew('pass');
  await first;
  await clock.pass(4000);
  FakeSocket.last.say({ action: 'renewed', ticket: 't2', grant });
  assert.equal((await second).ticket, 't2');
  signaling.close();
});
