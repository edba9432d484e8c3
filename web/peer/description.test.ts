import assert from 'node:assert/strict';
import { bindingOf } from './connection-facts.ts';
import { holdBack, isOfUse, packDescription, unpackDescription } from './description.ts';

const PRINT = 'AB:'.repeat(31) + '0F';

const lines = (...parts: string[]) => parts.join('\r\n') + '\r\n';

/** As each library writes it. */
const CHROMIUM = lines(
  ...['v=0', 'o=- 4611731400430051336 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0'],
  ...['a=extmap-allow-mixed', 'a=msid-semantic: WMS', 'm=application 54321 UDP/DTLS/SCTP webrtc-datachannel'],
  'c=IN IP4 203.0.113.77',
  'a=candidate:842163049 1 udp 2113937151 3c2a1b7e-8d2f-4d0c-9c4e-7b1f0a5e6d3c.local 54321 typ host generation 0 network-cost 999',
  'a=candidate:1677722871 1 udp 1677729535 203.0.113.77 54321 typ srflx raddr 0.0.0.0 rport 0 generation 0 network-cost 999',
  'a=candidate:3 1 tcp 1518149375 192.168.1.7 9 typ host tcptype active generation 0 network-cost 999',
  'a=candidate:4 1 udp 8265471 2001:db8::5 49152 typ relay raddr 203.0.113.77 rport 54321 generation 0',
  ...['a=ice-ufrag:Qm3x', 'a=ice-pwd:k2Lr8vN0aZc5Yt1WqEo7Jd9B', 'a=ice-options:trickle'],
  ...[`a=fingerprint:sha-256 ${PRINT}`, 'a=setup:actpass', 'a=mid:0', 'a=sctp-port:5000'],
  'a=max-message-size:262144',
);
const FIREFOX = lines(
  ...['v=0', 'o=mozilla...THIS_IS_SDPARTA-99.0 123 0 IN IP4 0.0.0.0', 's=-', 't=0 0', 'a=sendrecv'],
  ...[`a=fingerprint:sha-256 ${PRINT}`, 'a=group:BUNDLE 0', 'a=ice-options:trickle', 'a=msid-semantic:WMS *'],
  ...['m=application 45555 UDP/DTLS/SCTP webrtc-datachannel', 'c=IN IP4 192.168.1.7'],
  'a=candidate:0 1 UDP 2122252543 192.168.1.7 45555 typ host',
  ...[
    'a=sendrecv',
    'a=end-of-candidates',
    'a=ice-pwd:0f1e2d3c4b5a69788796a5b4c3d2e1f0',
    'a=ice-ufrag:1a2b3c4d',
  ],
  ...['a=mid:0', 'a=setup:active', 'a=sctp-port:5000', 'a=max-message-size:1073741823'],
);

Deno.test("a description keeps what the other side needs, in a quarter of the SDP's length", () => {
  const packed = packDescription(CHROMIUM);
  assert.ok(packed.length < CHROMIUM.length / 3.5, `${packed.length} of ${CHROMIUM.length} characters`);
  const sdp = unpackDescription(packed);
  for (
    const kept of [
      'a=ice-ufrag:Qm3x',
      'a=ice-pwd:k2Lr8vN0aZc5Yt1WqEo7Jd9B',
      'a=setup:actpass',
      '1 udp 2113937151 3c2a1b7e-8d2f-4d0c-9c4e-7b1f0a5e6d3c.local 54321 typ host',
      '1 udp 1677729535 203.0.113.77 54321 typ srflx raddr 0.0.0.0 rport 0',
      '1 udp 8265471 2001:db8::5 49152 typ relay raddr 0.0.0.0 rport 0',
    ]
  ) assert.ok(sdp.includes(`${kept}\r\n`), kept);
  assert.ok(!sdp.includes('tcp'));
  assert.ok(!sdp.includes('end-of-candidates'));
  assert.equal(bindingOf(sdp, sdp), bindingOf(CHROMIUM, CHROMIUM));
  assert.equal(packDescription(sdp), packed);
});

Deno.test('an answer keeps its side of the handshake, and that no more candidates come', () => {
  const sdp = unpackDescription(packDescription(FIREFOX));
  assert.match(sdp, /^a=setup:active\r$/m);
  assert.match(sdp, /^a=end-of-candidates\r$/m);
  assert.equal(bindingOf(sdp, sdp), bindingOf(FIREFOX, FIREFOX));
});

Deno.test('what does not fit the short form is sent as SDP', () => {
  for (
    const sdp of [
      CHROMIUM.replace('a=mid:0', 'a=mid:data'),
      CHROMIUM.replace('262144', '16384'),
      CHROMIUM.replace('sha-256', 'sha-512'),
      `${CHROMIUM}m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n`,
      `${CHROMIUM}a=fingerprint:sha-256 ${PRINT.replace('AB', 'CD')}\r\n`,
      CHROMIUM.replace('typ relay', 'typ strange'),
      'v=0',
    ]
  ) {
    assert.equal(packDescription(sdp), sdp);
    assert.equal(unpackDescription(sdp), sdp);
  }
});

Deno.test('a malformed description is refused', () => {
  const packed = packDescription(CHROMIUM);
  for (
    const text of [
      '',
      'nonsense',
      packed.replace('1 ', '2 '),
      packed.replace('|', '\r\na=x|'),
      `${packed}|h1 host name 1`,
      `${packed}|h1 1.2.3.4 5\r\na=setup:passive`,
      packed + '|h1 1.2.3.4 5'.repeat(65),
    ]
  ) assert.throws(() => unpackDescription(text), /must be SDP or of the short form/, text);
});

Deno.test('candidates over TCP are of no use to anybody', () => {
  assert.equal(isOfUse('candidate:1 1 UDP 2122252543 192.168.1.7 45555 typ host'), true);
  assert.equal(isOfUse('candidate:1 1 tcp 1518149375 192.168.1.7 9 typ host tcptype active'), false);
  assert.equal(isOfUse(''), false);
});

Deno.test('IPv6 is held back by who has something else to tell, and by nobody else', () => {
  const relay =
    'candidate:4 1 udp 8265471 2001:db8::5 49152 typ relay raddr 203.0.113.77 rport 54321 generation 0';
  const { sdp, held } = holdBack(CHROMIUM);
  assert.deepEqual(held, [relay]);
  assert.equal(sdp, CHROMIUM.replace(`a=${relay}\r\n`, ''));
  assert.deepEqual(holdBack(FIREFOX), { sdp: FIREFOX, held: [] });
  const alone = FIREFOX.replaceAll('192.168.1.7', '2001:db8::7');
  assert.deepEqual(holdBack(alone), { sdp: alone, held: undefined });
  const both = FIREFOX.replace('a=candidate', 'a=candidate:1 1 udp 9 2001:db8::7 9 typ host\r\na=candidate');
  assert.doesNotMatch(holdBack(both).sdp, /end-of-candidates|2001/);
});
