import { expect, test } from 'vitest';
import { BACKBONE_NEIGHBOURS } from './introductions.ts';
import { Fixture, idOf, INFO_HASH, OFFER_ID } from './testing/shard-fixture.ts';

test('a bridge is welcomed in the backbone with more neighbours, since nobody there introduces others', async () => {
  const fixture = new Fixture({ shard: 'b0' });
  for (let n = 1; n <= 20; n++) await fixture.seat(n);
  const port = await fixture.seat(99);
  expect(port.last('welcome')!.neighbours).toHaveLength(BACKBONE_NEIGHBOURS);
});

test('offers that come with the first announce are relayed after the welcome', async () => {
  const fixture = new Fixture();
  const first = await fixture.seat(1);
  const offer = { offer_id: 'o'.repeat(20), offer: { type: 'offer', sdp: 's' }, to_peer_id: idOf(1) };
  await fixture.seat(2, {}, { offers: [offer] });
  expect(first.last('announce')).toMatchObject({ peer_id: idOf(2), offer: { sdp: 's' } });
});

test('more neighbours are named without those known, and not as often as one likes', async () => {
  const fixture = new Fixture();
  for (let n = 1; n <= 10; n++) await fixture.seat(n);
  const port = await fixture.seat(50);
  await fixture.say(port, { action: 'more', want: 20, known: [idOf(1), idOf(2)] });
  const named = (port.last('neighbours')!.neighbours as { peer_id: string }[]).map(({ peer_id }) => peer_id);
  expect(named).toHaveLength(8);
  for (let i = 0; i < 10; i++) await fixture.say(port, { action: 'more', want: 20, known: [] });
  expect(port.last('neighbours')!.neighbours).toEqual([]);
});

test('who sits down in one object of the backbone is named some of the others, and heard there', async () => {
  const fixture = new Fixture({ shard: 'bEU' });
  for (let n = 1; n <= 20; n++) await fixture.seat(n);
  fixture.swarm.beyond = [50, 51, 52, 53].map((n) => ({ id: idOf(n), shard: 'b0' }));
  const port = await fixture.seat(99);
  const named = (port.last('welcome')!.neighbours as { peer_id: string }[]).map(({ peer_id }) => peer_id);
  expect(named).toHaveLength(BACKBONE_NEIGHBOURS);
  const beyond = named.filter((id) => [50, 51, 52, 53].map(idOf).includes(id));
  expect(beyond).toHaveLength(3);
  const description = { type: 'offer', sdp: 'sdp' };
  const about = { action: 'announce', info_hash: INFO_HASH, peer_id: idOf(99) };
  await fixture.say(port, {
    ...about,
    offers: [{ offer_id: OFFER_ID, offer: description, to_peer_id: beyond[0]! }],
  });
  expect(fixture.told.at(-1)).toEqual({
    across: 'b0',
    peerId: beyond[0],
    message: { ...about, offer_id: OFFER_ID, offer: description },
  });
  await fixture.say(port, { action: 'candidate', to_peer_id: beyond[1], offer_id: OFFER_ID, candidate: 'c' });
  expect(fixture.told.at(-1)).toMatchObject({ across: 'b0', peerId: beyond[1] });
});

test('an offer from another object of the backbone is passed on, and its answer finds the way back', async () => {
  const fixture = new Fixture({ shard: 'b0' });
  const port = await fixture.seat(1);
  const about = { action: 'announce', info_hash: INFO_HASH } as const;
  const offer = {
    ...about,
    peer_id: idOf(80),
    offer_id: OFFER_ID,
    offer: { type: 'offer', sdp: 'x' },
  } as const;
  fixture.swarm.deliver(idOf(1), offer, 'bEU');
  fixture.swarm.deliver(idOf(2), offer, 'bEU');
  expect(port.last('announce')).toEqual(offer);
  const answer = { offer_id: OFFER_ID, answer: { type: 'answer', sdp: 'y' } };
  await fixture.say(port, { ...about, peer_id: idOf(1), ...answer, to_peer_id: idOf(80) });
  expect(fixture.told.at(-1)).toEqual({
    across: 'bEU',
    peerId: idOf(80),
    message: { ...about, peer_id: idOf(1), ...answer },
  });
});
