/**
 * Hostile input for every parser of the wires: it is refused with a reason or read, and nothing else ever happens.
 * 200 inputs each in the short tier; under `--long` SHOAL_FUZZ_RUNS makes it ten million over all parsers, with those
 * of RTMP, FLV, AMF and the peer wire beside their code.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as v from 'valibot';
import * as access from '../../protocol/access.ts';
import { fromBase64Url, fromHex } from '../../protocol/bytes.ts';
import { ChannelName, ChannelSettings } from '../../protocol/channel.ts';
import { AdminClaims, PlaybackClaims } from '../../protocol/claims.ts';
import { FromOrigin, ToOrigin } from '../../protocol/control.ts';
import { decodePieceFrame, encodePieceFrame, FrameReader } from '../../protocol/frame.ts';
import { JoinAnswer } from '../../protocol/join.ts';
import { JoinRequest } from '../../protocol/join-request.ts';
import { LicenseRequest } from '../../protocol/license.ts';
import { LinkFromOrigin, LinkToOrigin } from '../../protocol/link.ts';
import { parseHeld, parseTracks } from '../../protocol/media.ts';
import { indexFromHex } from '../../protocol/piece-index.ts';
import { allowsSite, Site } from '../../protocol/site.ts';
import { decodeTicket, encodeTicket } from '../../protocol/ticket.ts';
import { FromPeer } from '../../protocol/from-peer.ts';
import { ToPeer } from '../../protocol/tracker.ts';
import { decodeBencode } from '../../web/mesh/wire/bencode.ts';
import { decodeExtension, encodeExtension } from '../../web/mesh/wire/extension.ts';
import { everyMessage, frameOf } from '../../web/mesh/wire/fixtures.ts';
import { decodePeerSignal } from '../../web/peer/peer-signal.ts';
import { parseBody } from '../../worker/body.ts';
import { Failure } from '../../worker/failure.ts';
import { targetProblem } from '../../worker/access/hook-target.ts';
import { householdOf } from '../../worker/swarm/place.ts';
import { mutated, mutatedBytes, nearText } from './mutated.ts';

const numRuns = Number(Deno.env.get('SHOAL_FUZZ_RUNS') ?? 200);

const HASH = 'h'.repeat(20);
const PEER = '-SH0001-abcdefghijkl';
const TRACK = {
  track: 0,
  kind: 'video',
  codec: 'avc1.64001f',
  timescale: 90_000,
  bitrateKbps: 512,
  substreams: 8,
  sliceMs: 100,
};
const BROADCAST = {
  id: 'ab'.repeat(16),
  infoHash: 'cd'.repeat(20),
  publicKey: 'A'.repeat(43),
  epochMs: 1,
  tracks: [TRACK],
};
const REPORT = Object.fromEntries(
  [
    'lanBytes',
    'peerBytes',
    'turnBytes',
    'edgeBytes',
    'uploadBytes',
    'duplicateBytes',
    'repairs',
    'stalls',
    'stallMs',
    'latencyMs',
    'bufferMs',
    'peers',
    'uploadKbps',
  ]
    .map((name) => [name, 1]),
);
const GRANT = { value: 'x', expiresS: 1 };
const sdp = { type: 'offer', sdp: 'v=0' };

/** Each schema that a socket or a body is read by, with messages that it takes. */
const SCHEMAS: Record<string, [schema: v.GenericSchema, examples: unknown[]]> = {
  'signaling, from a peer': [FromPeer, [
    {
      action: 'announce',
      info_hash: HASH,
      peer_id: PEER,
      event: 'started',
      numwant: 5,
      left: null,
      ticket: 't',
      proof: 'p',
      pass: 'x',
      offers: [{ offer_id: HASH, offer: sdp }],
      capability: { uploadKbps: 1, track: 0 },
    },
    {
      action: 'announce',
      info_hash: HASH,
      peer_id: PEER,
      answer: { type: 'answer', sdp: 's' },
      to_peer_id: PEER,
      offer_id: HASH,
    },
    { action: 'scrape', info_hash: [HASH] },
    { action: 'candidate', to_peer_id: PEER, offer_id: HASH, candidate: 'c', mid: '0' },
    { action: 'more', want: 3, known: [PEER] },
    { action: 'renew', pass: 'x' },
    { action: 'ack', acks: [{ track: 0, substream: 1, index: 5 }], given: 4 },
    { action: 'complain', peer_id: PEER, identity: '0'.repeat(16), why: 'flood' },
    { action: 'complain', peer_id: PEER, identity: '0'.repeat(16), why: 'gives-nothing' },
    { action: 'enough' },
    { action: 'report', report: REPORT },
  ]],
  'signaling, from the edge': [ToPeer, [
    {
      action: 'welcome',
      neighbours: [{ peer_id: PEER, near: 'lan' }],
      nowMs: 1,
      grant: GRANT,
      reportEveryMs: 1,
      reportPhaseMs: 1,
    },
    { action: 'renewed', ticket: 't', grant: GRANT },
    { action: 'kicked', reason: 'r', code: 'banned' },
    { action: 'feeds', feeds: [{ track: 0, substream: 0 }], path: '/' },
    { action: 'channel', state: 'live' },
    { action: 'channel', state: 'live', relief: { track: 2, belowKbps: 1, carryKbps: 2, carryShare: 0.5 } },
    { action: 'drop', identities: ['00'] },
  ]],
  'join, request': [JoinRequest, [{ peerKey: 'A'.repeat(43), token: 't', p2p: 'on' }]],
  'join, answer': [JoinAnswer, [
    { state: 'idle', channel: 'a', title: 'A', nowMs: 1, retryAfterMs: 1 },
    {
      state: 'live',
      channel: 'a',
      title: 'A',
      broadcast: BROADCAST,
      nowMs: 1,
      windowS: 30,
      p2p: 'on',
      uploadRatio: 1,
      latencyTargetMs: 1,
      iceServers: [],
      edgeKey: 'A'.repeat(43),
      ticket: 't',
      peerId: PEER,
      pass: 'p',
      grant: GRANT,
      announcePath: '/',
      mediaPath: '/',
    },
  ]],
  'control, from the origin': [FromOrigin, [
    { type: 'hello', origin: 'o', live: [{ channel: 'a', broadcastId: BROADCAST.id }] },
    { type: 'publish', id: 1, channel: 'a', key: 'k', nowMs: 1, remote: 'r' },
    { type: 'live', channel: 'a', broadcast: BROADCAST },
    { type: 'lost', channel: 'a', broadcastId: BROADCAST.id, polite: true, reason: 'r' },
  ]],
  'control, from the edge': [ToOrigin, [
    { type: 'refused', id: 1, code: 'wrong-key', reason: 'r' },
    { type: 'drop', channel: 'a', reason: 'r' },
    { type: 'ended', channel: 'a', broadcastId: BROADCAST.id },
  ]],
  'link, from the origin': [LinkFromOrigin, [
    { type: 'hello', broadcast: BROADCAST, windowS: 30 },
    { type: 'missing', indexes: [1, 2] },
    { type: 'filled' },
    { type: 'end' },
  ]],
  'link, from the edge': [LinkToOrigin, [{ type: 'welcome', have: [1] }, { type: 'want', indexes: [1] }]],
  'license': [LicenseRequest, [{ kids: ['A'.repeat(22)], token: 't' }]],
  'channel settings': [ChannelSettings, [v.parse(ChannelSettings, {}), { sites: ['*.example.com'] }]],
  'admin claims': [AdminClaims, [{ sub: 'ann', role: 'owner', exp: 1, tenant: 'acme' }]],
  'playback claims': [PlaybackClaims, [{
    channel: 'a',
    exp: 1,
    nbf: 1,
    sub: 'bob',
    devices: 2,
    sites: ['a.example'],
  }]],
  'body: playback token': [access.NewPlaybackToken, [{
    ttlS: 5,
    viewer: 'bob',
    devices: 1,
    sites: ['a.example'],
  }]],
  'body: admin token': [access.NewAdminToken, [{ subject: 'ann', role: 'owner', tenant: 'acme', ttlS: 5 }]],
  'body: issuer': [access.NewIssuer, [{
    issuer: 'https://a.example',
    jwksUrl: 'https://a.example/jwks',
    channels: ['a'],
  }]],
  'body: ban': [access.NewBan, [{ viewer: 'bob', reason: 'r', ttlS: 5, rotateKeys: true }]],
};

for (const [name, [schema, examples]] of Object.entries(SCHEMAS)) {
  Deno.test(`hostile input, ${name}: it is refused with its field, or reads the same again`, () => {
    for (const example of examples) assert.ok(v.is(schema, example), `${name}: ${JSON.stringify(example)}`);
    const read = (value: unknown) => {
      const parsed = v.safeParse(schema, value);
      if (!parsed.success) return assert.ok(parsed.issues[0].message.length > 0);
      assert.ok(v.is(schema, parsed.output), 'what was read is read again');
    };
    fc.assert(fc.property(mutated(examples), read), { numRuns });
  });
}

Deno.test('hostile input, bodies of requests: only a Failure is ever thrown', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    mutated([{ ttlS: 5, viewer: 'bob' }]).map((value) => JSON.stringify(value) ?? ''),
    fc.string().map((text) => `{"ttlS":${text}}`),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        parseBody(text, access.NewPlaybackToken, 60);
      } catch (error) {
        assert.ok(error instanceof Failure && error.status < 500, String(error));
      }
    }),
    { numRuns },
  );
});

Deno.test('hostile input, tickets: read only when they write to the same bytes', () => {
  const ticket = {
    infoHash: new Uint8Array(20),
    peerKey: new Uint8Array(32),
    identity: new Uint8Array(8),
    expiresS: 5,
  };
  const whole = new Uint8Array(129);
  whole.set(encodeTicket(ticket));
  fc.assert(
    fc.property(mutatedBytes([whole]), (bytes) => {
      try {
        assert.deepEqual(encodeTicket(decodeTicket(bytes)), bytes.slice(0, 65));
      } catch (error) {
        assert.ok(error instanceof RangeError, String(error));
      }
    }),
    { numRuns },
  );
});

Deno.test('hostile input, frames: whatever the cuts, only whole frames come out, and RangeError', () => {
  const { signed, bytes } = frameOf(5, 200);
  const frame = encodePieceFrame(signed, bytes);
  const stream = fc.tuple(
    mutatedBytes([frame, new Uint8Array([2]), new Uint8Array([...frame, 2, ...frame])]),
    fc.nat(50),
  );
  fc.assert(
    fc.property(stream, ([data, cut]) => {
      const reader = new FrameReader();
      try {
        for (const part of [data.slice(0, cut), data.slice(cut)]) {
          for (const one of reader.push(part)) assert.equal(one.bytes.length, one.record.byteLength);
        }
      } catch (error) {
        assert.ok(error instanceof RangeError, String(error));
      }
    }),
    { numRuns },
  );
  fc.assert(
    fc.property(mutatedBytes([frame]), (data) => {
      try {
        decodePieceFrame(data);
      } catch (error) {
        assert.ok(error instanceof RangeError, String(error));
      }
    }),
    { numRuns },
  );
});

Deno.test('hostile input, extension messages and bencode: a WireOffence or a RangeError, or a message', () => {
  const examples = everyMessage().flatMap((message) => {
    try {
      return [encodeExtension(message as never)];
    } catch {
      return [];
    }
  });
  assert.ok(examples.length > 5);
  const refuses = (decode: (bytes: Uint8Array) => unknown) => (bytes: Uint8Array) => {
    try {
      decode(bytes);
    } catch (error) {
      assert.match((error as Error).constructor.name, /^(WireOffence|RangeError)$/, String(error));
    }
  };
  fc.assert(fc.property(mutatedBytes(examples), refuses(decodeExtension)), { numRuns });
  const texts = ['d1:md8:shoal_v1i1ee1:v5:Shoale', 'li1ei-2e3:abcd1:a0:ee'].map((text) =>
    new TextEncoder().encode(text)
  );
  fc.assert(fc.property(mutatedBytes(texts), refuses(decodeBencode)), { numRuns });
});

Deno.test('hostile input, signals between peers: undefined or a signal', () => {
  const examples = [{ kind: 'offer', offerId: HASH, sdp: 's' }, {
    kind: 'candidate',
    offerId: HASH,
    candidate: 'c',
    mid: null,
  }];
  const texts = fc.oneof(fc.string(), mutated(examples).map((value) => JSON.stringify(value) ?? ''));
  fc.assert(
    fc.property(texts, (text) => {
      decodePeerSignal(text);
    }),
    { numRuns },
  );
});

Deno.test('hostile input, names and numbers in addresses: read or undefined', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    nearText('0000abcd,00000001'),
    nearText('0,1,2'),
  );
  fc.assert(
    fc.property(text, (one) => {
      for (const index of parseHeld(one) ?? []) assert.equal(index, index | 0);
      for (const track of parseTracks(one) ?? []) assert.ok(track >= 0 && track < 16);
      const index = indexFromHex(one);
      assert.ok(index === undefined || index === (index | 0));
      if (v.is(ChannelName, one)) assert.equal(encodeURIComponent(one), one);
      const bytes = fromBase64Url(one);
      if (bytes) assert.ok(bytes.length <= one.length);
      fromHex(one);
      householdOf(one);
    }),
    { numRuns },
  );
});

Deno.test('hostile input, sites and addresses to call: no exception, and no private host', () => {
  const hosts = fc.oneof(
    fc.webUrl(),
    nearText('https://example.com'),
    fc.ipV4().map((ip) => `https://${ip}/`),
    fc.ipV6().map((ip) => `https://[${ip}]/`),
    fc.nat().map((n) => `https://${n}/`),
  );
  fc.assert(
    fc.property(hosts, fc.string(), (url, site) => {
      const parsed = URL.parse(url);
      if (targetProblem(url, false) === undefined) {
        assert.equal(parsed?.protocol, 'https:');
        assert.doesNotMatch(parsed!.hostname, /^(\[|localhost$|[\d.]+$)/);
      }
      if (v.is(Site, site)) assert.match(site, /^[a-z0-9.:/*-]+$/);
      allowsSite([site], url);
    }),
    { numRuns },
  );
});
