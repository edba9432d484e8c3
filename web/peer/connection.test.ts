import assert from 'node:assert/strict';
import { Connection } from './connection.ts';
import { FakeClock, fakeEnvironment } from './testing/fake-environment.ts';

const V4 = 'candidate:1 1 udp 2122260223 192.0.2.7 5000 typ host';
const V6 = 'candidate:2 1 udp 2122197247 2001:db8::7 5000 typ host';
const LATE_V6 = 'candidate:3 1 udp 1685987071 2001:db8::8 5000 typ srflx raddr 2001:db8::7 rport 5000';

/** A PeerConnection that has gathered; the test says when its channel opens. */
class FakeConnection {
  static last: FakeConnection;
  iceGatheringState = 'complete';
  connectionState = 'connecting';
  localDescription: { sdp: string } | null = null;
  remoteDescription: { sdp: string } | null = null;
  onicecandidate: ((event: { candidate: { candidate: string; sdpMid: string } }) => void) | null = null;
  channel = { readyState: 'connecting', onopen: null as (() => void) | null, close() {} };

  constructor() {
    FakeConnection.last = this;
  }

  createDataChannel = () => this.channel;
  createOffer = () => Promise.resolve({});
  setLocalDescription = () => {
    const print = `a=fingerprint:sha-256 ${'AB:'.repeat(31)}0F`;
    this.localDescription = { sdp: ['v=0', print, `a=${V4}`, `a=${V6}`, ''].join('\r\n') };
    return Promise.resolve();
  };
  setRemoteDescription = (description: { sdp: string }) => {
    this.remoteDescription = description;
    return Promise.resolve();
  };
  getStats = () => Promise.resolve(new Map());
  close() {}
}

async function offered() {
  const clock = new FakeClock();
  const told: string[] = [];
  let isOpen = false;
  const connection = new Connection(
    {
      ...fakeEnvironment(clock),
      RTCPeerConnection: FakeConnection as unknown as typeof RTCPeerConnection,
    },
    {},
    { candidate: (candidate) => told.push(candidate), opened: () => isOpen = true, closed: () => {} },
  );
  const offer = await connection.offer();
  FakeConnection.last.onicecandidate!({ candidate: { candidate: LATE_V6, sdpMid: '0' } });
  return { clock, told, connection, offer, isOpen: () => isOpen };
}

Deno.test('a connection that comes about by what was told first is told of no more ways', async () => {
  const { clock, told, connection, offer, isOpen } = await offered();
  assert.ok(offer.includes(V4) && !offer.includes(V6), offer);
  await connection.accept(FakeConnection.last.localDescription!.sdp);
  await clock.pass(100);
  FakeConnection.last.channel.readyState = 'open';
  FakeConnection.last.channel.onopen!();
  await clock.pass(3000);
  assert.ok(isOpen());
  assert.deepEqual(told, []);
  connection.close('the end');
});

Deno.test('what was held back is told when an answered offer has led nowhere', async () => {
  const { clock, told, connection } = await offered();
  await clock.pass(3000);
  assert.deepEqual(told, [], 'no answer yet: nothing has failed');
  await connection.accept(FakeConnection.last.localDescription!.sdp);
  await clock.pass(1000);
  assert.deepEqual(told, [V6, LATE_V6]);
  connection.close('the end');
});
