import { evictDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import type { Broadcast } from '../../protocol/broadcast.ts';
import { fromBase64Url, fromHex, toBase64Url, toBinaryString } from '../../protocol/bytes.ts';
import { ChannelSettings } from '../../protocol/channel.ts';
import type { Env } from '../env.ts';
import { swarmOf } from '../env.ts';
import { EIGHT_FEEDS } from '../testing/frames.ts';
import { quickTimers } from '../testing/quick-timers.ts';
import { announceOf, announcePathOf, SignalClient } from '../testing/signal-client.ts';
import * as v from 'valibot';

const bindings = env as unknown as Env;
let hashes = 0;

function freshHash(): string {
  return (++hashes).toString(16).padStart(40, '0');
}

async function onAir(
  settings: Partial<ChannelSettings> = {},
  shard = '0',
  limit = 1000,
  infoHash = freshHash(),
): Promise<string> {
  const broadcast: Broadcast = {
    id: infoHash.slice(8),
    infoHash,
    publicKey: 'A'.repeat(43),
    epochMs: 0,
    tracks: [EIGHT_FEEDS],
  };
  await swarmOf(bindings, infoHash, shard).setState({
    channel: channelOn(infoHash),
    shard,
    broadcast,
    state: 'live',
    settings: v.parse(ChannelSettings, settings),
    latencyTargetMs: 1500,
    limit,
    banned: [],
    leases: {},
    backbones: null,
    bridges: 8,
    beyond: [],
  });
  return infoHash;
}

/** Name of the channel whose broadcast this is. */
function channelOn(infoHash: string): string {
  return `channel-${infoHash.slice(-4)}`;
}

async function seated(infoHash: string, shard?: string) {
  const announce = await announceOf(infoHash, channelOn(infoHash));
  const client = await SignalClient.open(announcePathOf(infoHash, shard));
  client.send(announce);
  const welcome = await client.action('welcome');
  return { client, announce, welcome };
}

const stock = (infoHash: string, id: string, more: object = {}) => ({
  action: 'announce',
  event: 'started',
  info_hash: toBinaryString(fromHex(infoHash)!),
  peer_id: id.padEnd(20, '\u00ff'),
  left: null,
  ...more,
});

const offer = (id: string) => ({
  offer_id: id.padEnd(20, '.'),
  offer: { type: 'offer', sdp: `sdp of ${id}` },
});

test('an info-hash that nobody knows gets a failure reason', async () => {
  const infoHash = freshHash();
  const client = await SignalClient.open(announcePathOf(infoHash));
  client.send(stock(infoHash, 'somebody'));
  expect(await client.failure()).toContain('not served');
});

test('bridges in two objects of the backbone meet: offer and answer go across', async () => {
  const infoHash = await onAir({}, 'b0');
  await onAir({}, 'bEU', 1000, infoHash);
  const here = await seated(infoHash, 'b0');
  await swarmOf(bindings, infoHash, 'bEU').setBeyond([{ id: here.announce.peer_id, shard: 'b0' }]);
  const there = await seated(infoHash, 'bEU');
  expect(there.welcome.neighbours).toEqual([{ peer_id: here.announce.peer_id, near: 'far' }]);
  const about = (peerId: string) => ({
    action: 'announce',
    info_hash: here.announce.info_hash,
    peer_id: peerId,
  });
  const [mine, theirs] = [there.announce.peer_id, here.announce.peer_id];
  there.client.send({ ...about(mine), offers: [{ ...offer('across'), to_peer_id: theirs }] });
  const heard = await here.client.message(({ offer }) => offer !== undefined);
  expect(heard).toMatchObject({ peer_id: mine, offer: { sdp: 'sdp of across' } });
  const answer = { type: 'answer', sdp: 'sdp of the answer' };
  here.client.send({ ...about(theirs), answer, to_peer_id: mine, offer_id: heard.offer_id });
  expect(await there.client.message(({ answer }) => answer !== undefined)).toMatchObject({
    peer_id: theirs,
    answer,
  });
});

test('stock clients meet on shard 0: offers are relayed, answers come back, nobody gets his own', async () => {
  const infoHash = await onAir();
  const [a, b] = [
    await SignalClient.open(announcePathOf(infoHash)),
    await SignalClient.open(announcePathOf(infoHash)),
  ];
  a.send(stock(infoHash, 'a'));
  await a.action('announce');
  b.send(stock(infoHash, 'b', { left: 0, offers: [offer('one'), offer('two')] }));
  expect(await b.action('announce')).toMatchObject({ complete: 1, incomplete: 1, interval: 120 });
  const relayed = await a.message((message) => 'offer' in message);
  expect(relayed).toMatchObject({ offer: { type: 'offer' }, peer_id: stock(infoHash, 'b').peer_id });
  a.send(stock(infoHash, 'a', {
    event: undefined,
    answer: { type: 'answer', sdp: 'answer' },
    to_peer_id: relayed.peer_id,
    offer_id: relayed.offer_id,
  }));
  expect(await b.message((message) => 'answer' in message)).toMatchObject({ offer_id: relayed.offer_id });
  expect(b.got.some((message) => 'offer' in message)).toBe(false);
  expect(a.got.filter((message) => 'offer' in message)).toHaveLength(1);
});

test('what is not JSON, or null, or nonsense gets a failure reason, and the socket stays in use', async () => {
  const infoHash = await onAir();
  const client = await SignalClient.open(announcePathOf(infoHash));
  for (const text of ['{nonsense', 'null', '7', '[]', '{"action":"dance"}', '{"action":"announce"}']) {
    client.got.length = 0;
    client.send(text);
    expect(await client.failure()).not.toBe('');
  }
  client.got.length = 0;
  client.send({ action: 'scrape' });
  const { files } = await client.action('scrape');
  expect(Object.values(files as object)).toEqual([{ complete: 0, incomplete: 0, downloaded: 0 }]);
});

test('a peer with a ticket is welcomed with a grant, and the second is shown to the first', async () => {
  const infoHash = await onAir();
  const first = await seated(infoHash);
  expect(first.welcome).toMatchObject({ neighbours: [], reportEveryMs: 300_000 });
  expect((first.welcome.grant as { value: string }).value).not.toBe('');
  const second = await seated(infoHash);
  expect(second.welcome.neighbours).toEqual([{ peer_id: first.announce.peer_id, near: 'far' }]);
});

test('an offer to a named peer reaches that peer alone, and so do answer and candidates', async () => {
  const infoHash = await onAir();
  const [a, b, c] = [await seated(infoHash), await seated(infoHash), await seated(infoHash)];
  const about = { action: 'announce', info_hash: a.announce.info_hash };
  a.client.send({
    ...about,
    peer_id: a.announce.peer_id,
    offers: [{ ...offer('x'), to_peer_id: b.announce.peer_id }],
  });
  const got = await b.client.message((message) => 'offer' in message);
  expect(got.peer_id).toBe(a.announce.peer_id);
  b.client.send({
    ...about,
    peer_id: b.announce.peer_id,
    answer: { type: 'answer', sdp: 'yes' },
    to_peer_id: got.peer_id,
    offer_id: got.offer_id,
  });
  await a.client.message((message) => 'answer' in message);
  b.client.send({
    action: 'candidate',
    to_peer_id: a.announce.peer_id,
    offer_id: got.offer_id,
    candidate: 'host',
    mid: '0',
  });
  expect(await a.client.action('candidate')).toMatchObject({
    candidate: 'host',
    peer_id: b.announce.peer_id,
  });
  c.client.send({ action: 'more', want: 2, known: [] });
  await c.client.action('neighbours');
  expect(c.client.got.some((message) => 'offer' in message || 'answer' in message)).toBe(false);
});

test('a ticket that has expired, is borrowed, forged, or of another swarm takes no seat', async () => {
  const infoHash = await onAir();
  const other = await onAir();
  const good = await announceOf(infoHash, channelOn(infoHash));
  const thief = await announceOf(infoHash, channelOn(infoHash));
  const forged = fromBase64Url(good.ticket)!;
  forged[128]! ^= 1;
  const attempts: [object, string][] = [
    [await announceOf(infoHash, channelOn(infoHash), { ageS: 601 }), 'expired'],
    [{ ...thief, ticket: good.ticket }, 'peer_id'],
    [{ ...good, proof: thief.proof }, 'signature'],
    [{ ...good, proof: undefined }, 'proof'],
    [{ ...good, ticket: toBase64Url(forged) }, 'signature'],
    [{ ...await announceOf(other, channelOn(other)), info_hash: good.info_hash }, 'infoHash'],
    [{ ...good, ticket: 'AAAA' }, 'bytes'],
    [{ ...good, peer_id: thief.peer_id }, 'peer_id'],
    [{ ...good, pass: thief.pass }, 'pass'],
    [{ ...good, pass: undefined }, 'pass'],
  ];
  for (const [announce, why] of attempts) {
    const client = await SignalClient.open(announcePathOf(infoHash));
    client.send(announce);
    expect(await client.failure()).toContain(why);
    expect(client.got.some((message) => message.action === 'welcome')).toBe(false);
  }
  const owner = await SignalClient.open(announcePathOf(infoHash));
  owner.send(good);
  expect(await owner.action('welcome')).toMatchObject({ neighbours: [] });
});

test('the newest socket of a peer wins, its old one is closed', async () => {
  const infoHash = await onAir();
  const { client, announce } = await seated(infoHash);
  const again = await SignalClient.open(announcePathOf(infoHash));
  again.send(announce);
  await again.action('welcome');
  expect((await client.until(() => client.closed)).reason).toBe('replaced');
});

test('a flood closes the socket that it comes from, and no other', async () => {
  const infoHash = await onAir();
  const honest = await seated(infoHash);
  const flood = await SignalClient.open(announcePathOf(infoHash));
  for (let i = 0; i < 200; i++) flood.send({ action: 'scrape' });
  expect((await flood.until(() => flood.closed)).code).toBe(1008);
  const huge = await SignalClient.open(announcePathOf(infoHash));
  huge.send(`"${'x'.repeat(70_000)}"`);
  expect((await huge.until(() => huge.closed)).code).toBe(1009);
  honest.client.send({ action: 'renew' });
  const renewed = await honest.client.action('renewed');
  expect(renewed.ticket).toHaveLength(honest.announce.ticket.length);
  expect((renewed.iceServers as { urls: unknown }[]).map(({ urls }) => urls)).toEqual([
    ['stun:stun.of.the.tests:3478'],
    ['turn:turn.of.the.tests:3478?transport=udp'],
  ]);
});

test('a shard that was evicted goes on from the attachments of its sockets', async () => {
  quickTimers();
  const infoHash = await onAir();
  const [a, b] = [await seated(infoHash), await seated(infoHash)];
  const c = await SignalClient.open(announcePathOf(infoHash));
  c.send(stock(infoHash, 'c', { left: 0 }));
  await c.action('announce');
  await evictDurableObject(swarmOf(bindings, infoHash, '0'));
  a.client.send({
    action: 'announce',
    info_hash: a.announce.info_hash,
    peer_id: a.announce.peer_id,
    offers: [{ ...offer('y'), to_peer_id: b.announce.peer_id }],
  });
  expect((await b.client.message((message) => 'offer' in message)).peer_id).toBe(a.announce.peer_id);
  const late = await seated(infoHash);
  const named = (late.welcome.neighbours as { peer_id: string }[]).map((one) => one.peer_id).sort();
  expect(named).toEqual([a.announce.peer_id, b.announce.peer_id].sort());
  c.send({ action: 'scrape' });
  const { files } = await c.action('scrape');
  expect(Object.values(files as object)).toEqual([{ complete: 1, incomplete: 3, downloaded: 1 }]);
});

test('a ping is answered without waking anything', async () => {
  const infoHash = await onAir();
  const client = await SignalClient.open(announcePathOf(infoHash));
  client.send('ping');
  await client.message((message) => message.pong === true);
});

test('when the broadcast ends everybody is told, and announces are refused from then on', async () => {
  const infoHash = await onAir();
  const { client, announce } = await seated(infoHash);
  await swarmOf(bindings, infoHash, '0').closeBroadcast();
  expect(await client.action('channel')).toMatchObject({ state: 'ended' });
  const late = await SignalClient.open(announcePathOf(infoHash));
  late.send(announce);
  expect(await late.failure()).toContain('not served');
});

test('a banned ticket is put out, its neighbours are told, and it does not come back', async () => {
  quickTimers();
  const infoHash = await onAir();
  const [bad, good] = [await seated(infoHash), await seated(infoHash)];
  const identity = [...fromBase64Url(bad.announce.ticket)!.slice(53, 61)].map((byte) =>
    byte.toString(16).padStart(2, '0')
  ).join('');
  await swarmOf(bindings, infoHash, '0').ban([identity], 'kicked by an admin');
  expect(await bad.client.action('kicked')).toMatchObject({ reason: 'kicked by an admin' });
  expect(await good.client.action('drop')).toMatchObject({ identities: [identity] });
  await bad.client.until(() => bad.client.closed);
  await evictDurableObject(swarmOf(bindings, infoHash, '0'));
  const again = await SignalClient.open(announcePathOf(infoHash));
  again.send(bad.announce);
  expect(await again.failure()).toContain('banned');
});

test('what is said of the channel reaches every peer', async () => {
  const infoHash = await onAir();
  const { client } = await seated(infoHash);
  await swarmOf(bindings, infoHash, '0').setPace(30_000);
  expect(await client.action('pace')).toMatchObject({ reportEveryMs: 30_000 });
});

test('who sits down is told what the channel is by now, by a shard that was evicted too', async () => {
  const infoHash = await onAir({ uploadRatio: 3 });
  const now = { state: 'live', latencyTargetMs: 1500, uploadRatio: 3 };
  const first = await seated(infoHash);
  expect(await first.client.action('welcome')).toMatchObject({ channel: now });
  await evictDurableObject(swarmOf(bindings, infoHash, '0'));
  const second = await seated(infoHash);
  expect(await second.client.action('welcome')).toMatchObject({ channel: now });
});

test('the address of a swarm that is not asked as a WebSocket, or is malformed, is a clear error', async () => {
  const plain = await exports.default.fetch(`https://edge.example/swarm/${freshHash()}/announce`);
  expect(plain.status).toBe(426);
  const headers = { upgrade: 'websocket' };
  const bad = await exports.default.fetch('https://edge.example/swarm/nohash/announce', { headers });
  expect(bad.status).toBe(404);
  const shard = await exports.default.fetch(`https://edge.example/swarm/${freshHash()}/announce?shard=-1`, {
    headers,
  });
  expect(shard.status).toBe(400);
});

test('sockets that never announce cannot crowd out a shard', async () => {
  const infoHash = await onAir();
  const object = swarmOf(bindings, infoHash, '0');
  const open = (address: string) =>
    object.fetch('https://object/announce', {
      headers: {
        upgrade: 'websocket',
        'shoal-place': JSON.stringify({ address, network: '', country: '', region: '' }),
      },
    });
  const idle = await Promise.all(Array.from({ length: 256 }, () => open('192.0.2.1')));
  expect(idle.every(({ status }) => status === 101)).toBe(true);
  for (const { webSocket } of idle) webSocket!.accept();
  expect((await open('192.0.2.1')).status).toBe(503);
  expect((await open('192.0.2.2')).status).toBe(101);
  await seated(infoHash);
});
