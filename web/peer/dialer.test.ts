/** Real WebRTC over loopback, by node-datachannel; the signals go by hand. */
import assert from 'node:assert/strict';
import { headlessEnvironment, headlessQuiet } from '../antenna/headless-environment.ts';
import type { Connection } from './connection.ts';
import { type Carrier, Dialer, type Ways } from './dialer.ts';
import type { PeerSignal } from './peer-signal.ts';
import { FakeClock } from './testing/fake-environment.ts';

const options = { sanitizeOps: false, sanitizeResources: false };
Deno.test.afterAll(headlessQuiet);

const [A, B, C] = ['a', 'b', 'c'].map((letter) => letter.repeat(20)) as [string, string, string];

interface Peer {
  dialer: Dialer;
  open: Map<string, Connection>;
  closed: string[];
}

/** Peers that reach each other by messages; `pass` may drop or change a signal. */
function makePeers(
  ids: string[],
  pass: (signal: PeerSignal) => PeerSignal | undefined = (signal) => signal,
  { clock, isFed = true }: { clock?: FakeClock; isFed?: boolean } = {},
) {
  const peers = new Map<string, Peer>();
  const sent: string[] = [];
  const carrierOf = (from: string): Carrier => ({
    send(to, signal) {
      sent.push(signal.kind);
      const passed = pass(signal);
      if (passed) queueMicrotask(() => void peers.get(to)!.dialer.receive(from, passed, carrierOf(to)));
      return true;
    },
  });
  for (const id of ids) {
    const peer: Peer = {
      dialer: new Dialer({
        environment: {
          ...headlessEnvironment(),
          ...(clock && { now: () => clock.nowMs, setTimer: clock.setTimer, clearTimer: clock.clearTimer }),
        },
        peerId: id,
        ways: { direct: {}, lastResort: undefined },
        isFed: () => isFed,
        opened: (other, connection) => peer.open.set(other, connection),
        closed: (other) => {
          peer.open.delete(other);
          peer.closed.push(other);
        },
      }),
      open: new Map(),
      closed: [],
    };
    peers.set(id, peer);
  }
  return {
    of: (id: string) => peers.get(id)!,
    carrierOf,
    sent,
    close: () => peers.forEach(({ dialer }) => dialer.close()),
  };
}

async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 40_000;
  while (!holds()) {
    assert.ok(performance.now() < end, 'not in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/**
 * Dials until they are connected: libdatachannel loses a handshake now and then, and the attempt ends after ten
 * seconds; the mesh then asks for neighbours again.
 */
async function connect(peers: ReturnType<typeof makePeers>, from: string, to: string): Promise<void> {
  await until(() => {
    if (!peers.of(from).dialer.known.includes(to)) {
      void peers.of(from).dialer.dial([to], peers.carrierOf(from));
    }
    return peers.of(from).open.has(to) && peers.of(to).open.has(from);
  });
}

Deno.test(
  'a peer that is dialled is connected: same binding on both ends, bytes go both ways',
  options,
  async () => {
    const peers = makePeers([A, B]);
    await peers.of(A).dialer.dial([B], peers.carrierOf(A));
    await until(() => peers.of(A).open.has(B) && peers.of(B).open.has(A));
    const [here, there] = [peers.of(A).open.get(B)!, peers.of(B).open.get(A)!];
    assert.equal(here.binding, there.binding);
    assert.match(here.binding, /^sha-256 [0-9A-F:]+\|sha-256 [0-9A-F:]+$/);
    const got: number[][] = [];
    assert.equal(here.send(Uint8Array.of(1)), true);
    assert.equal(there.send(Uint8Array.of(2)), true);
    here.listen((bytes) => got.push([0, ...bytes]));
    there.listen((bytes) => got.push([1, ...bytes]));
    await until(() => got.length === 2);
    assert.deepEqual(got.sort(), [[0, 2], [1, 1]]);
    peers.of(A).dialer.hangUp(B, 'enough');
    assert.equal(here.send(Uint8Array.of(3)), false, 'sending after the end is not an error');
    await until(() => peers.of(B).closed.length === 1);
    peers.close();
  },
);

Deno.test('when everybody dials everybody at once, there is one connection to each', options, async () => {
  const ids = [A, B, C];
  const peers = makePeers(ids);
  for (const id of ids) void peers.of(id).dialer.dial(ids, peers.carrierOf(id));
  for (const id of ids) await Promise.all(ids.filter((to) => to > id).map((to) => connect(peers, id, to)));
  const bindings = ids.flatMap((id) => [...peers.of(id).open.values()].map(({ binding }) => binding));
  assert.equal(new Set(bindings).size, 3);
  assert.deepEqual(ids.map((id) => peers.of(id).dialer.known.length), [2, 2, 2]);
  assert.ok(ids.every((id) => peers.of(id).closed.length === 0), 'the offers that lost were never open');
  peers.close();
});

Deno.test(
  'a description that makes no sense costs that peer its connection and nobody else',
  options,
  async () => {
    const peers = makePeers([A, B, C]);
    const offer: PeerSignal = { kind: 'offer', offerId: 'o'.repeat(20), sdp: 'v=nonsense' };
    await peers.of(A).dialer.receive(B, offer, peers.carrierOf(A));
    assert.deepEqual(peers.of(A).dialer.known, []);
    await peers.of(A).dialer.dial([C], peers.carrierOf(A));
    await until(() => peers.of(A).open.has(C));
    peers.close();
  },
);

Deno.test('an answer that makes no sense ends the attempt', options, async () => {
  const peers = makePeers(
    [A, B],
    (signal) => signal.kind === 'answer' ? { ...signal, sdp: 'nonsense' } : signal,
  );
  await peers.of(A).dialer.dial([B], peers.carrierOf(A));
  await until(() => peers.of(A).dialer.known.length === 0);
  assert.equal(peers.of(A).open.size, 0);
  peers.close();
});

Deno.test('answers and candidates that belong to nothing are not taken', options, async () => {
  const peers = makePeers([A, B]);
  const { dialer } = peers.of(A);
  const offerId = 'o'.repeat(20);
  await dialer.receive(B, { kind: 'answer', offerId, sdp: 'v=0' }, peers.carrierOf(A));
  await dialer.receive(B, { kind: 'candidate', offerId, candidate: 'x', mid: null }, peers.carrierOf(A));
  assert.deepEqual(dialer.known, []);
  await dialer.dial([A], peers.carrierOf(A));
  assert.deepEqual(dialer.known, [], 'nobody dials itself');
});

Deno.test('when the way to a peer is gone, its attempt is given up', options, async () => {
  const peers = makePeers([A]);
  await peers.of(A).dialer.dial([B], { send: () => false });
  await peers.of(A).dialer.dial([B, C], { send: () => true, sendOffers: () => false });
  assert.deepEqual(peers.of(A).dialer.known, []);
});

Deno.test('all offers of one introduction leave in one message', options, async () => {
  const peers = makePeers([A]);
  const batches: string[][] = [];
  await peers.of(A).dialer.dial([B, C], {
    send: () => true,
    sendOffers: (offers) => batches.push(offers.map(({ to }) => to)) > 0,
  });
  assert.deepEqual(batches, [[B, C]]);
  peers.close();
});

/** A dialer whose connections gather at once, and never connect. */
function dialerInVain(ways: Ways) {
  const clock = new FakeClock();
  const made: string[] = [];
  const configurations: RTCConfiguration[] = [];
  class Mute extends EventTarget {
    constructor(configuration: RTCConfiguration) {
      super();
      configurations.push(configuration);
    }
    iceGatheringState = 'complete';
    localDescription = { sdp: 'v=0' };
    createDataChannel = () => ({ close() {} });
    createOffer = () => Promise.resolve({});
    createAnswer = () => Promise.resolve({});
    setLocalDescription = () => Promise.resolve();
    setRemoteDescription = () => Promise.resolve();
    close() {}
  }
  const dialer = new Dialer({
    environment: {
      ...headlessEnvironment(),
      RTCPeerConnection: Mute as unknown as typeof RTCPeerConnection,
      now: () => clock.nowMs,
      setTimer: clock.setTimer,
      clearTimer: clock.clearTimer,
    },
    peerId: A,
    ways,
    isFed: () => true,
    opened() {},
    closed() {},
  });
  const carrier: Carrier = { send: (to, { kind }) => made.push(`${kind} ${to[0]}`) > 0 };
  return { clock, dialer, carrier, made, configurations };
}

const OFFER = { kind: 'offer', offerId: 'o'.repeat(20), sdp: 'v=0' } as const;

Deno.test('who cannot be met directly is offered a relay, once, after four seconds', options, async () => {
  const direct = { iceServers: [] };
  const lastResort = { iceServers: [{ urls: ['turn:192.0.2.3'] }] };
  const { clock, dialer, carrier, made, configurations } = dialerInVain({ direct, lastResort });
  await dialer.dial([B], carrier);
  await clock.pass(3999);
  assert.deepEqual([made, configurations], [['offer b'], [direct]]);
  await clock.pass(2);
  assert.deepEqual([made, configurations], [['offer b', 'offer b'], [direct, lastResort]]);
  await clock.pass(20_000);
  assert.equal(made.length, 2);
  dialer.close();
  assert.equal(clock.pending, 0);
});

Deno.test('a second offer, when the first led nowhere, is answered with a relay', options, async () => {
  const direct = { iceServers: [] };
  const lastResort = { iceServers: [{ urls: ['turn:192.0.2.3'] }] };
  const { clock, dialer, carrier, configurations } = dialerInVain({ direct, lastResort });
  await dialer.receive(B, OFFER, carrier);
  await dialer.receive(B, { ...OFFER, offerId: 'p'.repeat(20) }, carrier);
  assert.deepEqual(configurations, [direct, lastResort]);
  await clock.pass(20_000);
  assert.equal(configurations.length, 2, 'who answered does not offer');
  dialer.close();
});

Deno.test('who was tried in vain is left alone for a minute, but may dial', options, async () => {
  const { clock, dialer, carrier, made } = dialerInVain({ direct: {}, lastResort: undefined });
  await dialer.dial([B], carrier);
  await clock.pass(10_000);
  assert.deepEqual(dialer.known, [B], 'out of reach: not to be named again');
  await dialer.dial([B, C], carrier);
  assert.deepEqual(made, ['offer b', 'offer c']);
  await dialer.receive(B, OFFER, carrier);
  assert.deepEqual(made, ['offer b', 'offer c', 'answer b']);
  dialer.close();
  clock.nowMs += 61_000;
  assert.deepEqual(dialer.known, []);
  await dialer.dial([B], carrier);
  assert.equal(made.at(-1), 'offer b');
  dialer.close();
});

Deno.test(
  'who has no link yet dials a few ahead of the others, and never too many at once',
  options,
  async () => {
    const { clock, dialer, carrier, made } = dialerInVain({ direct: {}, lastResort: undefined });
    const many = Array.from({ length: 30 }, (_, i) => `${i}`.padStart(20, 'x'));
    await dialer.dial(many, carrier);
    assert.equal(made.length, 3);
    await clock.pass(300);
    assert.equal(made.length, 6);
    await clock.pass(3000);
    assert.equal(dialer.known.length, 12);
    dialer.close();
    assert.equal(dialer.known.length, 0);
    assert.equal(clock.pending, 0);
  },
);

Deno.test('who is fed by the first few dials no others: neighbours know them', options, async () => {
  for (const isFed of [true, false]) {
    const ids = [...'abcdefg'].map((letter) => letter.repeat(20));
    const clock = new FakeClock();
    const peers = makePeers(ids, undefined, { clock, isFed });
    const [self, ...others] = ids as [string, ...string[]];
    void peers.of(self).dialer.dial(others, peers.carrierOf(self));
    await until(() => peers.of(self).open.size >= 2);
    const near = [others[0], others[4], others[5]];
    assert.ok(
      [...peers.of(self).open.keys()].every((id) => near.includes(id)),
      'a near one, two from anywhere',
    );
    await clock.pass(2000);
    await until(() => isFed || peers.of(self).open.size >= 4);
    assert.equal(peers.sent.filter((kind) => kind === 'offer').length, isFed ? 3 : 6);
    peers.close();
  }
});

Deno.test('those that answered and were not linked are followed by the others', options, async () => {
  const { clock, dialer, carrier, made } = dialerInVain({ direct: {}, lastResort: undefined });
  const sent: [string, PeerSignal][] = [];
  const answering: Carrier = {
    send: (to, signal) => carrier.send(to, signal) && sent.push([to, signal]) > 0,
  };
  await dialer.dial([...'bcdefg'].map((letter) => letter.repeat(20)), answering);
  for (const [from, { offerId }] of sent) {
    await dialer.receive(from, { kind: 'answer', offerId, sdp: 'v=0' }, carrier);
  }
  assert.deepEqual(made, ['offer b', 'offer f', 'offer g']);
  await clock.pass(900);
  assert.equal(made.length, 3);
  await clock.pass(200);
  assert.deepEqual(made.slice(3), ['offer c', 'offer d', 'offer e']);
  dialer.close();
});
