import assert from 'node:assert/strict';
import type { PeerEnvironment } from './environment.ts';
import { countServers, learnNatKind, natKindOf, parseCandidate, splitServers } from './nat.ts';
import { FakeClock, fakeEnvironment, turn } from './testing/fake-environment.ts';

const HOST = 'candidate:1 1 UDP 2122317823 192.168.1.10 40000 typ host';
const mapped = (port: number, related = 'raddr 192.168.1.10 rport 40000') =>
  `candidate:2 1 UDP 1686109695 203.0.113.9 ${port} typ srflx ${related}`;
const RELAY = 'candidate:3 1 UDP 8331263 203.0.113.1 50000 typ relay raddr 203.0.113.9 rport 40000';

const kind = (servers: number, ...lines: string[]) =>
  natKindOf(lines.map(parseCandidate).filter((one) => one !== undefined), servers);

Deno.test('a candidate line is read to its fields, with or without the attribute name', () => {
  const expected = {
    type: 'srflx',
    address: '203.0.113.9',
    port: 41000,
    relatedAddress: '192.168.1.10',
    relatedPort: 40000,
  };
  assert.deepEqual(parseCandidate(mapped(41000)), expected);
  assert.deepEqual(parseCandidate(`a=${mapped(41000)}\r\n`), expected);
});

Deno.test('what is not a UDP candidate is none', () => {
  for (
    const line of [
      '',
      'candidate:',
      'candidate:1 1 TCP 2105458943 192.168.1.10 9 typ host tcptype active',
      'x'.repeat(9999),
    ]
  ) {
    assert.equal(parseCandidate(line), undefined);
  }
});

Deno.test('a mapping that is the host itself is open', () => {
  const host = 'candidate:1 1 UDP 2122317823 203.0.113.9 40000 typ host';
  assert.equal(kind(2, host, mapped(40000, 'raddr 203.0.113.9 rport 40000')), 'open');
});

Deno.test('a public address is open; its mapping is the same and left out', () => {
  assert.equal(kind(2, 'candidate:1 1 UDP 2122317823 203.0.113.9 40000 typ host'), 'open');
});

Deno.test('one mapping for two servers is a cone', () => {
  assert.equal(kind(2, HOST, mapped(40000)), 'cone');
  assert.equal(kind(2, HOST, mapped(55555)), 'cone');
});

Deno.test('two mappings of one socket are symmetric', () => {
  assert.equal(kind(2, HOST, mapped(51000), mapped(52000)), 'symmetric');
});

Deno.test('two sockets with a mapping each are a cone', () => {
  const second = 'candidate:4 1 UDP 2122317823 192.168.1.11 40001 typ host';
  assert.equal(kind(2, HOST, second, mapped(51000), mapped(52000, 'raddr 192.168.1.11 rport 40001')), 'cone');
});

Deno.test('where the browser hides addresses, mappings are counted against sockets', () => {
  const host = 'candidate:1 1 udp 2113937151 4f0a-1.local 40000 typ host';
  const hidden = (port: number) => mapped(port, 'raddr 0.0.0.0 rport 0');
  assert.equal(kind(2, host, hidden(51000), hidden(52000)), 'symmetric');
  const second = 'candidate:4 1 udp 2113937151 4f0a-2.local 40001 typ host';
  assert.equal(kind(2, host, second, hidden(51000), hidden(52000)), 'cone');
});

Deno.test('one server tells a cone only when the port is kept', () => {
  assert.equal(kind(1, HOST, mapped(40000)), 'cone');
  assert.equal(kind(1, HOST, mapped(51000)), 'unknown');
});

Deno.test('no answer over UDP is blocked; a relay without a mapping is not', () => {
  assert.equal(kind(2, HOST), 'blocked');
  assert.equal(kind(2, HOST, RELAY), 'unknown');
});

Deno.test('nobody was asked: unknown', () => {
  assert.equal(kind(0, HOST), 'unknown');
  assert.equal(kind(0), 'unknown');
});

Deno.test('IPv6 says nothing of the NAT', () => {
  const v6 = 'candidate:5 1 UDP 2122262783 2001:db8::5 40000 typ host';
  assert.equal(kind(2, HOST, v6, mapped(51000), mapped(52000)), 'symmetric');
});

Deno.test('servers are counted by where they are', () => {
  const urls = [
    'turn:a.example:3478?transport=udp',
    'turn:a.example:3478?transport=tcp',
    'stun:a.example:3479',
  ];
  assert.equal(countServers([{ urls: 'stun:a.example:3478' }, { urls }]), 2);
  assert.equal(countServers([]), 0);
});

Deno.test('TURN servers are told from STUN servers', () => {
  const [stun, turn] = [{ urls: 'stun:a.example' }, {
    urls: ['turn:a.example', 'turns:a.example'],
    username: 'u',
  }];
  assert.deepEqual(splitServers([stun, turn]), { stun: [stun], turn: [turn] });
});

/** A connection that finds these candidates, and completes when told to. */
function gathering(lines: string[], completes: boolean) {
  const made: FakeConnection[] = [];
  class FakeConnection extends EventTarget {
    iceGatheringState = 'new';
    closed = false;
    onicecandidate: ((event: { candidate: { candidate: string } | null }) => void) | null = null;
    constructor(readonly configuration: RTCConfiguration) {
      super();
      made.push(this);
    }
    createDataChannel() {}
    createOffer() {
      return Promise.resolve({});
    }
    setLocalDescription() {
      for (const candidate of lines) this.onicecandidate?.({ candidate: { candidate } });
      if (!completes) return;
      this.iceGatheringState = 'complete';
      this.dispatchEvent(new Event('icegatheringstatechange'));
    }
    close() {
      this.closed = true;
    }
  }
  return { made, RTCPeerConnection: FakeConnection as unknown as PeerEnvironment['RTCPeerConnection'] };
}

const SERVERS = [{ urls: ['stun:192.0.2.1:3478', 'stun:192.0.2.2:3478'] }];

Deno.test('one gathering tells the kind, and its connection is closed', async () => {
  const { made, RTCPeerConnection } = gathering([HOST, mapped(51000), mapped(52000)], true);
  const environment = { ...fakeEnvironment(new FakeClock()), RTCPeerConnection };
  assert.equal(await learnNatKind(environment, SERVERS), 'symmetric');
  assert.deepEqual(made.map(({ closed }) => closed), [true]);
});

Deno.test('a gathering that does not end is taken as it is', async () => {
  const clock = new FakeClock();
  const { made, RTCPeerConnection } = gathering([HOST], false);
  const learnt = learnNatKind({ ...fakeEnvironment(clock), RTCPeerConnection }, SERVERS);
  await turn();
  await clock.pass(2500);
  assert.equal(await learnt, 'blocked');
  assert.equal(made[0]!.closed, true);
  assert.equal(clock.pending, 0);
});

Deno.test('a relay is asked for only where STUN servers are too few to tell', async () => {
  const turn = { urls: 'turn:192.0.2.3:3478', username: 'u', credential: 'c' };
  const asked = async (iceServers: RTCIceServer[], stunServers?: number) => {
    const { made, RTCPeerConnection } = gathering([HOST, mapped(51000)], true);
    const environment = {
      ...fakeEnvironment(new FakeClock()),
      RTCPeerConnection,
      ...(stunServers && { stunServers }),
    };
    const kind = await learnNatKind(environment, iceServers);
    return { kind, servers: made[0]!.configuration.iceServers };
  };
  assert.deepEqual(await asked([...SERVERS, turn]), { kind: 'cone', servers: SERVERS });
  const single = { urls: 'stun:192.0.2.1:3478' };
  assert.deepEqual(await asked([single, turn]), { kind: 'cone', servers: [single, turn] });
  assert.deepEqual(await asked([single]), { kind: 'unknown', servers: [single] });
  assert.deepEqual(await asked(SERVERS, 1), { kind: 'unknown', servers: SERVERS }, 'one of two is asked');
});

Deno.test('without servers or WebRTC nothing is gathered', async () => {
  const { made, RTCPeerConnection } = gathering([HOST], true);
  const environment = fakeEnvironment(new FakeClock());
  assert.equal(await learnNatKind({ ...environment, RTCPeerConnection }, []), 'unknown');
  assert.equal(await learnNatKind(environment, SERVERS), 'unknown');
  assert.equal(made.length, 0);
});

Deno.test('a browser that refuses the servers leaves the kind unknown', async () => {
  class Refusing {
    constructor() {
      throw new SyntaxError('bad url');
    }
  }
  const RTCPeerConnection = Refusing as unknown as PeerEnvironment['RTCPeerConnection'];
  assert.equal(
    await learnNatKind({ ...fakeEnvironment(new FakeClock()), RTCPeerConnection }, SERVERS),
    'unknown',
  );
});
