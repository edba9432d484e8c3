import assert from 'node:assert/strict';
import { OwnLine } from './own-line.ts';

Deno.test('what one source brings late is that source, what all bring late is the line', () => {
  const line = new OwnLine();
  assert.equal(line.ms, 0);
  line.observe(1800);
  line.observe(60);
  assert.equal(line.ms, 0);
  line.turn();
  line.turn();
  line.observe(1800);
  line.observe(1250);
  assert.equal(line.ms, 1000);
});

Deno.test('an empty line shows at once, a full one by what came in the last seconds', () => {
  const line = new OwnLine();
  line.observe(60);
  line.turn();
  line.observe(1250);
  assert.equal(line.ms, 0);
  line.turn();
  assert.equal(line.ms, 1000);
  line.observe(80);
  assert.equal(line.ms, 0);
});

Deno.test('while nothing is pushed nothing is known of the line, and a wait has an end', () => {
  const line = new OwnLine();
  line.observe(60_000);
  assert.equal(line.ms, 4000);
  line.turn();
  line.turn();
  assert.equal(line.ms, 0);
});
