import assert from 'node:assert/strict';
import type { NatKind } from '../../protocol/tracker.ts';
import type { PeerEnvironment } from './environment.ts';
import { Reach, type ReachOptions } from './reach.ts';
import { FakeClock, fakeEnvironment, turn } from './testing/fake-environment.ts';

const STUN = { urls: ['stun:192.0.2.1:3478', 'stun:192.0.2.2:3478'] };
const TURN = { urls: ['turn:192.0.2.3:3478'], username: '1:a', credential: 'c' };
const HOST = 'candidate:1 1 UDP 2122317823 192.168.1.10 40000 typ host';
const mapped = (port: number) =>
  `candidate:2 1 UDP 1686109695 203.0.113.9 ${port} typ srflx raddr 192.168.1.10 rport 40000`;

/** A peer whose gathering finds these candidates, after `afterMs` on the clock. */
function reachOf(candidates: string[], options: Partial<ReachOptions> = {}, afterMs = 0) {
  const clock = new FakeClock();
  const learnt: NatKind[] = [];
  class Gathering extends EventTarget {
    iceGatheringState = 'new';
    onicecandidate: ((event: { candidate: { candidate: string } | null }) => void) | null = null;
    createDataChannel() {}
    createOffer = () => Promise.resolve({});
    setLocalDescription() {
      clock.setTimer(afterMs, () => {
        for (const candidate of candidates) this.onicecandidate?.({ candidate: { candidate } });
        this.iceGatheringState = 'complete';
        this.dispatchEvent(new Event('icegatheringstatechange'));
      });
    }
    close() {}
  }
  const RTCPeerConnection = Gathering as unknown as PeerEnvironment['RTCPeerConnection'];
  const reach = new Reach({
    environment: { ...fakeEnvironment(clock), RTCPeerConnection },
    policy: 'on',
    iceServers: [STUN, TURN],
    learnt: (kind) => learnt.push(kind),
    ...options,
  });
  return { clock, learnt, reach };
}

const direct = { iceServers: [STUN], iceTransportPolicy: 'all' };
const withTurn = { direct, lastResort: { iceServers: [STUN, TURN], iceTransportPolicy: 'all' } };
/** Tries a second time all the same: the other side may have a relay. */
const withoutTurn = { direct, lastResort: direct };

Deno.test('until its kind is known a peer may be relayed, where no direct way is found', () => {
  assert.deepEqual(reachOf([HOST]).reach.ways, withTurn);
});

Deno.test('who is behind a symmetric NAT may be relayed, who is open, behind a cone or blocked does without', async () => {
  const open = [HOST.replace('192.168.1.10', '203.0.113.9'), mapped(40000)];
  const cases: [NatKind, string[], unknown][] = [
    ['symmetric', [HOST, mapped(51000), mapped(52000)], withTurn],
    ['cone', [HOST, mapped(40000)], withoutTurn],
    ['open', open, withoutTurn],
    ['blocked', [HOST], withoutTurn],
  ];
  for (const [kind, candidates, configuration] of cases) {
    const { clock, learnt, reach } = reachOf(candidates);
    const known = reach.known();
    await clock.pass(1);
    assert.equal(await known, kind);
    assert.deepEqual(learnt, [kind]);
    assert.deepEqual(reach.ways, configuration);
  }
});

Deno.test('an announce waits half a second for the kind; what is learnt later is told then', async () => {
  const { clock, learnt, reach } = reachOf([HOST, mapped(40000)], {}, 1500);
  const known = reach.known();
  await clock.pass(500);
  assert.equal(await known, 'unknown');
  assert.deepEqual(learnt, []);
  await clock.pass(1000);
  assert.deepEqual(learnt, ['cone']);
  assert.equal(await reach.known(), 'cone');
});

Deno.test('a viewer that wants relays only learns nothing, and connects through relays only', async () => {
  const { clock, learnt, reach } = reachOf([HOST, mapped(40000)], { policy: 'relay' });
  assert.equal(await reach.known(), 'unknown');
  await clock.pass(3000);
  assert.deepEqual(learnt, []);
  assert.deepEqual(reach.ways, {
    direct: { iceServers: [STUN, TURN], iceTransportPolicy: 'relay' },
    lastResort: undefined,
  });
});

Deno.test('new credentials take the place of the old ones', () => {
  const { reach } = reachOf([HOST]);
  const renewed = { ...TURN, username: '2:a', credential: 'd' };
  reach.renew([STUN, renewed]);
  assert.deepEqual(reach.ways, {
    direct,
    lastResort: { ...direct, iceServers: [STUN, renewed] },
  });
});

Deno.test('a link out of the LAN shows that nothing is blocked, one within it shows nothing', async () => {
  const { clock, learnt, reach } = reachOf([HOST]);
  await clock.pass(1);
  await turn();
  reach.linked('lan');
  assert.equal(reach.kind, 'blocked');
  reach.linked('peer');
  assert.equal(reach.kind, 'unknown');
  assert.deepEqual(learnt, ['blocked', 'unknown']);
});

Deno.test('who has left is told nothing', async () => {
  const { clock, learnt, reach } = reachOf([HOST]);
  reach.close();
  await clock.pass(1);
  await turn();
  assert.deepEqual(learnt, []);
});

Deno.test('who may connect through relays only is blocked while there are none', async () => {
  const { clock, learnt, reach } = reachOf([HOST], { policy: 'relay', iceServers: [STUN] });
  const known = reach.known();
  await clock.pass(1);
  assert.equal(await known, 'blocked');
  reach.renew([STUN, TURN]);
  assert.deepEqual(learnt, ['unknown']);
  reach.renew([STUN]);
  assert.deepEqual(learnt, ['unknown', 'blocked']);
});
