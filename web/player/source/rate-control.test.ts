import assert from 'node:assert/strict';
import { RateControl } from './rate-control.ts';

const near = { latencyMs: 1500, targetMs: 1500, bufferMs: 1200 };

/** Plays for a while against a clock: latency and buffer follow the rate. Answers the last of each. */
function playOn(control: RateControl, from: { latencyMs: number; bufferMs: number }, seconds: number) {
  let { latencyMs, bufferMs } = from;
  let least = bufferMs;
  let highest = 1;
  for (let at = 0; at < seconds * 10; at++) {
    const advice = control.next({ latencyMs, targetMs: 1500, bufferMs });
    const rate = advice === 'jump' ? 1 : advice;
    latencyMs -= (rate - 1) * 100;
    bufferMs -= (rate - 1) * 100;
    least = Math.min(least, bufferMs);
    highest = Math.max(highest, rate);
  }
  return { latencyMs, bufferMs, least, highest };
}

Deno.test('at the target playback runs at its own rate', () => {
  assert.equal(new RateControl().next(near), 1);
});

Deno.test('small errors are left alone', () => {
  const control = new RateControl();
  assert.equal(control.next({ ...near, latencyMs: 1640 }), 1);
  assert.equal(control.next({ ...near, latencyMs: 1360 }), 1);
});

Deno.test('a viewer who is behind drifts to the target and stays there', () => {
  const { latencyMs, highest } = playOn(new RateControl(), { latencyMs: 3000, bufferMs: 2700 }, 60);
  assert.ok(Math.abs(latencyMs - 1500) < 60, `${latencyMs} ms`);
  assert.ok(highest <= 1.08);
});

Deno.test('a viewer who is too near drifts back for air', () => {
  const { latencyMs, bufferMs } = playOn(new RateControl(), { latencyMs: 600, bufferMs: 400 }, 60);
  assert.ok(Math.abs(latencyMs - 1500) < 60, `${latencyMs} ms`);
  assert.ok(bufferMs > 1000);
});

Deno.test('the buffer goes before the latency: no hurry on a thin one', () => {
  const control = new RateControl();
  assert.ok(control.next({ latencyMs: 1900, targetMs: 1500, bufferMs: 200 }) as number < 1);
  const { least } = playOn(new RateControl(), { latencyMs: 4000, bufferMs: 700 }, 60);
  assert.ok(least >= 400, `${least} ms`);
});

Deno.test('far behind with a thin buffer, slowing would only add to it', () => {
  assert.equal(new RateControl().next({ latencyMs: 4000, targetMs: 1500, bufferMs: 100 }), 1);
});

Deno.test('a thin buffer counts as thin until it is ample', () => {
  const control = new RateControl();
  assert.ok(control.next({ ...near, bufferMs: 200 }) as number < 1);
  assert.ok(control.next({ ...near, bufferMs: 400 }) as number < 1);
  assert.equal(control.next({ ...near, bufferMs: 500 }), 1);
});

Deno.test('far behind with the media here, playback jumps', () => {
  assert.equal(new RateControl().next({ latencyMs: 9000, targetMs: 1500, bufferMs: 8500 }), 'jump');
  assert.notEqual(new RateControl().next({ latencyMs: 9000, targetMs: 1500, bufferMs: 1000 }), 'jump');
});

Deno.test('after an outage playback jumps to live as soon as the media is here, without one it drifts', () => {
  const control = new RateControl();
  control.next({ latencyMs: 3000, targetMs: 1500, bufferMs: 0 });
  assert.notEqual(control.next({ latencyMs: 5000, targetMs: 1500, bufferMs: 1000 }), 'jump');
  assert.equal(control.next({ latencyMs: 5000, targetMs: 1500, bufferMs: 4600 }), 'jump');
  assert.equal(control.next(near), 1);
  assert.notEqual(
    control.next({ latencyMs: 5000, targetMs: 1500, bufferMs: 4600 }),
    'jump',
    'the target was shortened',
  );
});

Deno.test('a browser that stops with a little left ran dry all the same', () => {
  const control = new RateControl();
  control.next({ latencyMs: 3000, targetMs: 1500, bufferMs: 140 });
  assert.equal(control.next({ latencyMs: 5000, targetMs: 1500, bufferMs: 4600 }), 'jump');
});

Deno.test('on the way to the target the rate changes a few times only', () => {
  const control = new RateControl();
  let latencyMs = 3000;
  let rate = 1;
  let changes = 0;
  for (let at = 0; at < 1000; at++) {
    const next = control.next({ latencyMs, targetMs: 1500, bufferMs: latencyMs - 300 }) as number;
    if (next !== rate) changes++;
    rate = next;
    latencyMs -= (rate - 1) * 100;
  }
  assert.ok(changes <= 3, `${changes} changes`);
});
