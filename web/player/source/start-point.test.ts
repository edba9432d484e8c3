import assert from 'node:assert/strict';
import { startPoint, type TrackOffer } from './start-point.ts';

function offer(kind: TrackOffer['kind'], startUs: number, readyUs: number): TrackOffer {
  const unit = { segments: [0], startUs, endUs: readyUs, open: true, initSegment: 0, discontinuity: false };
  return { kind, units: [unit], readyUs };
}

Deno.test('playback starts at the target where the media reaches back that far', () => {
  const offers = [offer('video', 4_000_000, 7_500_000), offer('audio', 4_010_000, 7_400_000)];
  assert.equal(startPoint(offers, 6_000_000), 6_000_000);
});

Deno.test('right after a keyframe playback starts with it', () => {
  assert.equal(startPoint([offer('video', 6_000_000, 6_400_000)], 5_000_000), 6_000_000);
});

Deno.test('playback starts where every track has begun', () => {
  const offers = [offer('video', 4_000_000, 7_000_000), offer('audio', 5_000_000, 7_000_000)];
  assert.equal(startPoint(offers, 4_500_000), 5_000_000);
});

Deno.test('when delivery is slower than the target, playback starts as late as it must', () => {
  const start = startPoint([offer('video', 4_000_000, 5_000_000)], 6_000_000)!;
  assert.ok(start < 5_000_000 && start >= 4_000_000);
});

Deno.test('nothing starts while a track has not come, or too little of it', () => {
  const silent: TrackOffer = { kind: 'audio', units: [], readyUs: 0 };
  assert.equal(startPoint([offer('video', 0, 3_000_000), silent], 1_000_000), undefined);
  assert.equal(startPoint([offer('video', 4_000_000, 4_040_000)], 3_000_000), undefined);
  assert.equal(startPoint([], 0), undefined);
});
