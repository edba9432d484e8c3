import assert from 'node:assert/strict';
import { Comfort } from './comfort.ts';

Deno.test('a buffer that stays well costs no latency', () => {
  const comfort = new Comfort();
  for (let at = 0; at < 200_000; at += 100) assert.equal(comfort.look(1200, at), 0);
});

Deno.test('filling up at the start is no warning', () => {
  const comfort = new Comfort();
  assert.equal(comfort.look(120, 0), 0);
  assert.equal(comfort.look(180, 100), 0);
});

Deno.test('each time the buffer runs low the viewer falls back a little, up to a bound', () => {
  const comfort = new Comfort();
  const steps: number[] = [];
  for (let n = 0; n < 8; n++) {
    comfort.look(1000, n * 2000);
    comfort.look(150, n * 2000 + 500);
    steps.push(comfort.look(50, n * 2000 + 600));
  }
  assert.deepEqual(steps, [300, 600, 900, 1200, 1500, 1500, 1500, 1500]);
});

Deno.test('what was added is given back, slower than it was taken', () => {
  const comfort = new Comfort();
  comfort.look(1000, 0);
  comfort.look(100, 100);
  assert.equal(comfort.look(1000, 59_000), 300);
  assert.equal(comfort.look(1000, 60_200), 150);
  assert.equal(comfort.look(1000, 121_000), 0);
});
