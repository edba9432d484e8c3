import { expect, test } from 'vitest';
import { type Ban, BanBook, MOST_BANS } from './ban-book.ts';

let ids = 0;
const ban = (more: Partial<Ban>): Ban => ({
  id: `ban ${++ids}`,
  kind: 'ban',
  reason: 'spam',
  by: 'ann',
  createdAtMs: 0,
  ...more,
});

test('a ban keeps out the peer and every other one of its viewer id, a kick the peer alone', () => {
  const book = new BanBook();
  expect(book.card(0)).toBeUndefined();
  book.add(ban({ peerId: 'p1', subject: 'bob' }), 0);
  book.add(ban({ kind: 'kick', peerId: 'p2', subject: 'eve' }), 0);
  expect(book.card(0)).toEqual({ peers: ['p1', 'p2'], subjects: ['bob'] });
});

test('a ban that is lifted or over keeps nobody out', () => {
  const book = new BanBook();
  const forever = ban({ peerId: 'p1' });
  book.add(forever, 0);
  book.add(ban({ peerId: 'p2', endsAtMs: 100 }), 0);
  expect(book.lift('another')).toBeUndefined();
  expect(book.lift(forever.id)).toEqual(forever);
  expect(book.card(99)).toEqual({ peers: ['p2'], subjects: [] });
  expect(book.card(100)).toBeUndefined();
  expect(book.list(100)).toEqual([]);
});

test('bans are listed newest first, kicks are not', () => {
  const book = new BanBook();
  book.add(ban({ peerId: 'p1' }), 0);
  book.add(ban({ subject: 'bob', endsAtMs: 5000 }), 0);
  book.add(ban({ kind: 'kick', peerId: 'p2' }), 0);
  expect(book.list(0)).toMatchObject([
    { viewer: 'bob', endsAt: '1970-01-01T00:00:05.000Z', by: 'ann' },
    { peerId: 'p1', reason: 'spam' },
  ]);
});

test('bans are bounded and say so, kicks make room for newer ones', () => {
  const book = new BanBook();
  for (let i = 0; i < MOST_BANS; i++) expect(book.add(ban({ peerId: `b${i}` }), 0)).toBe(true);
  expect(book.add(ban({ peerId: 'one more' }), 0)).toBe(false);
  for (let i = 0; i < 501; i++) book.add(ban({ kind: 'kick', peerId: `k${i}` }), 0);
  const { peers } = book.card(0)!;
  expect(peers).toHaveLength(MOST_BANS + 500);
  expect(peers).not.toContain('k0');
  expect(peers).toContain('k500');
});
