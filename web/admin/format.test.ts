import assert from 'node:assert/strict';
import { counted, formatCount, formatKbps, formatMs, formatSpan, formatTime } from './format.ts';

Deno.test('rates change their unit where three digits end', () => {
  assert.equal(formatKbps(512.4), '512 kbps');
  assert.equal(formatKbps(999.6), '1.0 Mbps');
  assert.equal(formatKbps(5200), '5.2 Mbps');
  assert.equal(formatKbps(12_400), '12 Mbps');
  assert.equal(formatKbps(2_500_000), '2.5 Gbps');
});

Deno.test('counts stay exact while they fit a column', () => {
  assert.equal(formatCount(1284), '1,284');
  assert.equal(formatCount(500_000), '500 k');
  assert.equal(formatCount(1_250_000), '1.25 M');
  assert.equal(counted(1, 'viewer'), '1 viewer');
  assert.equal(counted(0, 'viewer'), '0 viewers');
  assert.equal(counted(2, 'entry', 'entries'), '2 entries');
});

Deno.test('spans have two parts at most', () => {
  assert.equal(formatSpan(400), 'a moment');
  assert.equal(formatSpan(12_000), '12 s');
  assert.equal(formatSpan(4 * 60_000), '4 min');
  assert.equal(formatSpan(200 * 60_000), '3 h 20 min');
  assert.equal(formatSpan(120 * 60_000), '2 h');
  assert.equal(formatSpan(12 * 86_400_000), '12 days');
});

Deno.test('milliseconds become seconds where they are long', () => {
  assert.equal(formatMs(840), '840 ms');
  assert.equal(formatMs(1340), '1.3 s');
  assert.equal(formatMs(12_400), '12 s');
});

Deno.test('a time is shown in the zone of the reader, what is no time as nothing', () => {
  const at = new Date(2026, 10, 22, 9, 5, 7);
  assert.equal(formatTime(at.toISOString()), '22 Nov, 09:05:07');
  assert.equal(formatTime('never'), '');
});
