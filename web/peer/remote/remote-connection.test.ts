/** Both ends of a worker's connections, over a pipe of this test; browsers prove the rest (tests/e2e/browsers.test.ts). */
import assert from 'node:assert/strict';
import type { ConnectionNews, ConnectionRequest } from './connection-messages.ts';
import { PageConnections } from './page-connections.ts';
import type { Pipe } from './pipe.ts';
import { remoteConnections } from './remote-connection.ts';

/** A PeerConnection of the page, as far as it is used here. */
class PagePeer {
  static made: PagePeer[] = [];
  connectionState: RTCPeerConnectionState = 'new';
  iceGatheringState: RTCIceGatheringState = 'new';
  localDescription: { sdp: string } | null = null;
  onconnectionstatechange: (() => void) | null = null;
  onicegatheringstatechange: (() => void) | null = null;
  onicecandidate: ((event: unknown) => void) | null = null;
  ondatachannel: ((event: unknown) => void) | null = null;
  remote: unknown;
  closed = false;
  channel = fakeChannel();

  constructor(readonly configuration: RTCConfiguration) {
    if (configuration.iceServers?.some(({ urls }) => urls === 'nonsense')) throw new SyntaxError('nonsense');
    PagePeer.made.push(this);
  }

  createDataChannel() {
    return this.channel;
  }

  createOffer() {
    return Promise.resolve({ type: 'offer', sdp: 'the offer' });
  }

  setLocalDescription({ sdp }: { sdp: string }) {
    this.localDescription = { sdp };
    return Promise.resolve();
  }

  setRemoteDescription(description: unknown) {
    this.remote = description;
    return Promise.resolve();
  }

  addIceCandidate() {
    return Promise.reject(new DOMException('no such candidate', 'OperationError'));
  }

  getStats() {
    return Promise.resolve(new Map([['pair', { type: 'candidate-pair' }]]));
  }

  close() {
    this.closed = true;
  }
}

function fakeChannel() {
  const sent: unknown[] = [];
  return {
    sent,
    readyState: 'connecting',
    bufferedAmount: 7,
    closed: false,
    onopen: null as ((event: unknown) => void) | null,
    onmessage: null as ((event: { data: unknown }) => void) | null,
    send: (data: unknown) => void sent.push(data),
    close() {
      this.closed = true;
    },
  };
}

/** Two ends; what is posted arrives in a later turn, as between threads. */
function ends(): [Pipe<ConnectionRequest, ConnectionNews>, Pipe<ConnectionNews, ConnectionRequest>] {
  const end = <Out, In>(
    to: { hear: (message: Out) => void },
    own: { hear: (message: In) => void },
  ): Pipe<Out, In> => ({
    post: (message) => queueMicrotask(() => to.hear(message)),
    receive: (listener) => own.hear = listener,
  });
  const worker = { hear: (_: ConnectionNews) => {} };
  const page = { hear: (_: ConnectionRequest) => {} };
  return [end(page, worker), end(worker, page)];
}

function setUp() {
  PagePeer.made = [];
  const [worker, page] = ends();
  const connections = new PageConnections(page, PagePeer as never);
  const Remote = remoteConnections(worker);
  return { Remote, connections, turn: () => new Promise((resolve) => setTimeout(resolve, 0)) };
}

Deno.test('what the worker asks of a connection is done in the page, and told back', async () => {
  const { Remote } = setUp();
  const remote = new Remote({ iceTransportPolicy: 'relay' });
  const offer = await remote.createOffer();
  await remote.setLocalDescription(offer);
  assert.equal(remote.localDescription!.sdp, 'the offer');
  assert.deepEqual(PagePeer.made[0]!.configuration, { iceTransportPolicy: 'relay' });
  const statistics = await remote.getStats();
  assert.deepEqual(statistics.get('pair'), { type: 'candidate-pair' });
});

Deno.test('the other side is known before the page has said so', () => {
  const { Remote } = setUp();
  const remote = new Remote({});
  void remote.setRemoteDescription({ type: 'answer', sdp: 'theirs' });
  assert.equal(remote.remoteDescription!.sdp, 'theirs');
});

Deno.test('a channel can be listened to before it is handed over', async () => {
  const { Remote, turn } = setUp();
  const remote = new Remote({});
  const channel = remote.createDataChannel('shoal');
  const heard: unknown[] = [];
  channel.onopen = () => heard.push('open');
  channel.onmessage = ({ data }) => heard.push(data);
  assert.equal(channel.readyState, 'connecting');
  assert.throws(() => channel.send('too early'), /not open/);
  await turn();
  const real = PagePeer.made[0]!.channel;
  real.readyState = 'open';
  real.onopen!({});
  real.onmessage!({ data: 'hello' });
  channel.send('well met');
  assert.deepEqual(heard, ['open', 'hello']);
  assert.deepEqual(real.sent, ['well met']);
  assert.equal(channel.readyState, 'open');
  assert.equal(channel.bufferedAmount, 7);
});

Deno.test('what changes in the page is seen in the worker', async () => {
  const { Remote, turn } = setUp();
  const remote = new Remote({});
  const seen: string[] = [];
  remote.onconnectionstatechange = () => seen.push(remote.connectionState);
  remote.addEventListener('icegatheringstatechange', () => seen.push(remote.iceGatheringState));
  remote.onicecandidate = ({ candidate }) => seen.push(candidate?.candidate ?? 'end');
  await turn();
  const real = PagePeer.made[0]!;
  real.connectionState = 'connected';
  real.onconnectionstatechange!();
  real.iceGatheringState = 'complete';
  real.onicegatheringstatechange!();
  real.onicecandidate!({ candidate: { toJSON: () => ({ candidate: 'candidate:1' }) } });
  real.onicecandidate!({ candidate: null });
  await turn();
  assert.deepEqual(seen, ['connected', 'complete', 'candidate:1', 'end']);
});

Deno.test('a failure in the page is one in the worker', async () => {
  const { Remote } = setUp();
  await assert.rejects(new Remote({}).addIceCandidate({ candidate: 'x' }), /no such candidate/);
  const refused = new Remote({ iceServers: [{ urls: 'nonsense' }] });
  await assert.rejects(refused.createOffer(), /nonsense/);
});

Deno.test('closing ends it on both sides, and nobody waits in vain', async () => {
  const { Remote, turn } = setUp();
  const remote = new Remote({});
  const channel = remote.createDataChannel('shoal');
  const offer = remote.createOffer();
  remote.close();
  await assert.rejects(offer, /closed/);
  await assert.rejects(remote.createAnswer(), /closed/);
  await turn();
  const real = PagePeer.made[0]!;
  assert.equal(real.closed, true);
  assert.equal(channel.readyState, 'closed');
  assert.equal(real.channel.closed, true, 'a channel that comes over too late is closed');
});

Deno.test('a page that leaves closes them all', async () => {
  const { Remote, connections, turn } = setUp();
  new Remote({});
  new Remote({});
  await turn();
  connections.close();
  assert.deepEqual(PagePeer.made.map(({ closed }) => closed), [true, true]);
});
