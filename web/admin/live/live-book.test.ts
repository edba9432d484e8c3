import assert from 'node:assert/strict';
import type { ChannelNews, Figures } from '../../../protocol/report.ts';
import { LiveBook, readLive } from './live-book.ts';

function news(name: string, viewers = 0): ChannelNews {
  return { name, state: 'live', reason: '', viewers, egressKbps: 0, offload: null, spark: [] };
}

Deno.test('what is pushed is laid over what is known; a whole list replaces it', () => {
  const book = new LiveBook();
  book.take({ type: 'channels', whole: true, channels: [news('a'), news('b')] });
  book.take({ type: 'channels', whole: false, channels: [news('b', 7)] });
  assert.deepEqual([...book.news.value.values()].map(({ viewers }) => viewers), [0, 7]);
  book.take({ type: 'channels', whole: true, channels: [news('c')] });
  assert.deepEqual([...book.news.value.keys()], ['c']);
});

Deno.test('a deleted channel leaves the book, and lists hear of it', () => {
  const book = new LiveBook();
  book.take({ type: 'channels', whole: true, channels: [news('a')] });
  book.take({ type: 'gone', channel: 'a' });
  assert.equal(book.news.value.size, 0);
  assert.equal(book.removals.value, 1);
});

Deno.test('figures are those of the watched channel only, and of ten minutes at most', () => {
  const book = new LiveBook();
  const figures = (at: number) => ({ at }) as Figures;
  book.watch('a');
  for (let at = 0; at < 700; at++) book.take({ type: 'figures', channel: 'a', figures: figures(at) });
  book.take({ type: 'figures', channel: 'b', figures: figures(9999) });
  assert.equal(book.figures.value.length, 600);
  assert.equal(book.figures.value.at(-1)!.at, 699);
  book.watch('b');
  assert.equal(book.figures.value.length, 0);
});

Deno.test('what is no message is no harm', () => {
  for (const text of ['', 'null', '[', '3', '{}']) assert.equal(readLive(text), undefined);
  assert.deepEqual(readLive('{"type":"gone","channel":"a"}'), { type: 'gone', channel: 'a' });
});
