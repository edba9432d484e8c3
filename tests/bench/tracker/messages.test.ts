import assert from 'node:assert/strict';
import * as v from 'valibot';
import { FromPeer } from '../../../protocol/from-peer.ts';
import { binaryId, stockAnnounce, stockAnswer } from './messages.ts';

const HASH = '\x01'.repeat(20);

Deno.test('an announce and an answer of the bench are ones that the edge takes', () => {
  const announce = v.parse(FromPeer, JSON.parse(stockAnnounce(HASH, binaryId('p', 1), 5, 'started')));
  assert.equal(announce.action === 'announce' && announce.offers?.length, 5);
  v.parse(FromPeer, JSON.parse(stockAnswer(HASH, binaryId('p', 1), binaryId('p', 2), binaryId('o', 3))));
});

Deno.test('no two offers of a run have the same id', () => {
  const idsOf = (text: string) =>
    (JSON.parse(text).offers as { offer_id: string }[]).map((one) => one.offer_id);
  const ids = [1, 2, 3].flatMap((peer) => idsOf(stockAnnounce(HASH, binaryId('p', peer), 5)));
  assert.equal(new Set(ids).size, 15);
});

Deno.test('ids are twenty characters, whatever the number', () => {
  assert.equal(binaryId('p', 7).length, 20);
  assert.equal(binaryId('-XX0001-', 123456).length, 20);
  assert.notEqual(binaryId('p', 17), binaryId('p', 71));
});
