import assert from 'node:assert/strict';
import { timeAsked } from './visit-time.ts';

const NOW = Date.UTC(2026, 10, 30, 12, 0, 30);

Deno.test('days go back from this minute, and all has no bound', () => {
  assert.deepEqual(timeAsked({ span: '1', from: '', to: '' }, NOW), {
    from: String(Date.UTC(2026, 10, 29, 12, 0)),
  });
  assert.deepEqual(timeAsked({ span: '', from: '', to: '' }, NOW), {});
});

Deno.test('two moments are those of this browser’s clock, and an empty one leaves its side open', () => {
  const [from, to] = ['2026-11-01T20:00', '2026-11-01T22:30'];
  const [fromMs, toMs] = [String(new Date(from).getTime()), String(new Date(to).getTime())];
  assert.deepEqual(timeAsked({ span: 'between', from, to }, NOW), { from: fromMs, to: toMs });
  assert.deepEqual(timeAsked({ span: 'between', from: '', to }, NOW), { to: toMs });
  assert.deepEqual(timeAsked({ span: 'between', from, to: '' }, NOW), { from: fromMs });
});
