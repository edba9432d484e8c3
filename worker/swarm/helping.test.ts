import { expect, test } from 'vitest';
import type { FeedTrack } from './feeds.ts';
import { HELP_HOLD_MS, Helping } from './helping.ts';

const TRACKS = [{ track: 0, bitrateKbps: 512, substreams: 8 }];
/** Half of the stream. */
const PRICE = 256;
const NOBODY = new Set<string>();

test('the worst of every shard are helped first, each with half of the substreams', () => {
  const helping = new Helping();
  helping.name('0', ['a', 'b']);
  helping.name('1', ['x']);
  const deals = helping.deal(2 * PRICE, TRACKS, NOBODY, 0);
  expect(deals.map((deal) => deal.id)).toEqual(['a', 'x']);
  expect(deals[0]).toMatchObject({ shard: '0', help: true, feeds: { length: 4 } });
});

test('seeds are left alone, and who becomes one loses its help', () => {
  const helping = new Helping();
  helping.name('0', ['a', 'b']);
  expect(helping.deal(PRICE, TRACKS, new Set(['a']), 0).map((deal) => deal.id)).toEqual(['b']);
  expect(helping.deal(PRICE, TRACKS, new Set(['a', 'b']), 1)).toMatchObject([{ id: 'b', feeds: [] }]);
});

test('less help is taken back from who had it for a while, none at all at once', () => {
  const helping = new Helping();
  helping.name('0', ['a', 'b']);
  helping.deal(2 * PRICE, TRACKS, NOBODY, 0);
  expect(helping.deal(PRICE, TRACKS, NOBODY, 1)).toEqual([]);
  helping.deal(PRICE, TRACKS, NOBODY, HELP_HOLD_MS);
  expect(helping.helped).toBeLessThan(2);
  expect(helping.deal(0, TRACKS, NOBODY, HELP_HOLD_MS + 1).every((deal) => deal.feeds.length === 0)).toBe(
    true,
  );
  expect(helping.helped).toBe(0);
});

test('who leaves is helped no more, and its feeds are taken back', () => {
  const helping = new Helping();
  helping.name('0', ['a']);
  helping.deal(PRICE, TRACKS, NOBODY, 0);
  helping.name('0', []);
  helping.leave('a');
  expect(helping.deal(PRICE, TRACKS, NOBODY, 1)).toMatchObject([{ id: 'a', feeds: [] }]);
});

test('who has left is not helped again by a list that was made before', () => {
  const helping = new Helping();
  helping.name('0', ['a', 'b']);
  helping.deal(PRICE, TRACKS, NOBODY, 0);
  helping.leave('a');
  expect(helping.deal(PRICE, TRACKS, NOBODY, 1)).toMatchObject([{ id: 'b' }, { id: 'a', feeds: [] }]);
});

test('help given before an eviction is taken back afterwards', () => {
  const helping = new Helping();
  helping.name('0', ['a']);
  helping.deal(PRICE, TRACKS, NOBODY, 0);
  const again = new Helping(helping.snapshot());
  expect(again.deal(0, TRACKS, NOBODY, 1)).toMatchObject([{ id: 'a', feeds: [] }]);
});

test('who is helped gets substreams of the rendition that it plays', () => {
  const ladder: FeedTrack[] = [
    { track: 0, bitrateKbps: 512, substreams: 8, kind: 'video' },
    { track: 1, bitrateKbps: 64, substreams: 1, kind: 'audio' },
    { track: 2, bitrateKbps: 128, substreams: 2, kind: 'video' },
  ];
  const helping = new Helping();
  helping.name('0', ['a', 'b'], [0, 2]);
  const deals = helping.deal(2 * (256 + 64), ladder, NOBODY, 0);
  const tracks = deals.map(({ id, feeds }) => [id, ...new Set(feeds.map(({ track }) => track))]);
  expect(tracks).toEqual([['a', 0, 1], ['b', 1, 2]]);
});

test('viewers are helped with different substreams, so that none stays scarcer than the others', () => {
  const helping = new Helping();
  helping.name('0', ['a', 'b']);
  const deals = helping.deal(2 * PRICE, TRACKS, NOBODY, 0);
  const substreams = deals.flatMap(({ feeds }) => feeds.map(({ substream }) => substream));
  expect(substreams.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});
