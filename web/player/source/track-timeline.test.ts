import assert from 'node:assert/strict';
import type { SegmentView } from '../../peer/shelf.ts';
import { HOLE_WAIT_MS, TrackTimeline } from './track-timeline.ts';

function segment(number: number, parts: Partial<SegmentView> = {}): SegmentView {
  return {
    track: 0,
    segment: number,
    count: 20,
    complete: true,
    startUs: number * 2_000_000,
    endUs: (number + 1) * 2_000_000,
    byteLength: 1000,
    initSegment: 0,
    discontinuity: false,
    dependent: false,
    ...parts,
  };
}

function timelineOf(views: SegmentView[], hasInit = () => true) {
  return { views, timeline: new TrackTimeline(0, () => views, hasInit) };
}

const firsts = (timeline: TrackTimeline) => timeline.units.map((unit) => unit.segments[0]);

Deno.test('segments that follow each other become units in order', () => {
  const { timeline } = timelineOf([segment(4), segment(5), segment(6)]);
  assert.equal(timeline.update(0), true);
  assert.deepEqual(firsts(timeline), [4, 5, 6]);
  assert.deepEqual(timeline.units.map((unit) => unit.open), [false, false, true]);
});

Deno.test('nothing changes when nothing new has come', () => {
  const { timeline } = timelineOf([segment(4)]);
  timeline.update(0);
  assert.equal(timeline.update(100), false);
});

Deno.test('a segment whose beginning is missing waits', () => {
  const { timeline, views } = timelineOf([segment(4, { startUs: undefined, count: 0 })]);
  timeline.update(0);
  assert.deepEqual(firsts(timeline), []);
  views[0] = segment(4);
  timeline.update(1);
  assert.deepEqual(firsts(timeline), [4]);
});

Deno.test('a segment whose init segment is missing waits', () => {
  let here = false;
  const { timeline } = timelineOf([segment(4)], () => here);
  timeline.update(0);
  assert.deepEqual(firsts(timeline), []);
  here = true;
  timeline.update(1);
  assert.deepEqual(firsts(timeline), [4]);
});

Deno.test('skipped segment numbers of a long GOP are no hole', () => {
  const long = segment(4, { endUs: 13_000_000 });
  const { timeline } = timelineOf([long, segment(6, { startUs: 13_000_000, endUs: 15_000_000 })]);
  timeline.update(0);
  assert.deepEqual(firsts(timeline), [4, 6]);
});

Deno.test('a hole is waited for, and filled when the segment comes in time', () => {
  const { timeline, views } = timelineOf([segment(4), segment(6)]);
  timeline.update(0);
  assert.deepEqual(firsts(timeline), [4]);
  views.splice(1, 0, segment(5));
  timeline.update(HOLE_WAIT_MS - 1);
  assert.deepEqual(firsts(timeline), [4, 5, 6]);
});

Deno.test('a hole is given up after a while, and what comes for it later is left out', () => {
  const { timeline, views } = timelineOf([segment(4), segment(6)]);
  timeline.update(0);
  timeline.update(HOLE_WAIT_MS);
  assert.deepEqual(firsts(timeline), [4, 6]);
  views.splice(1, 0, segment(5));
  timeline.update(HOLE_WAIT_MS + 100);
  assert.deepEqual(firsts(timeline), [4, 6]);
});

Deno.test('a hole that an outage left is not waited for: the mesh goes on behind it', () => {
  const { timeline } = timelineOf([segment(4), segment(9)]);
  timeline.update(0);
  assert.deepEqual(firsts(timeline), [4]);
  timeline.update(200);
  assert.deepEqual(firsts(timeline), [4, 9]);
});

Deno.test('the next segment waits for the last pieces of the one before it', () => {
  const open = segment(4, { complete: false, count: 18, endUs: 9_800_000 });
  const { timeline, views } = timelineOf([open, segment(5)]);
  timeline.update(0);
  assert.deepEqual(firsts(timeline), [4]);
  views[0] = segment(4);
  timeline.update(50);
  assert.deepEqual(firsts(timeline), [4, 5]);
});

Deno.test('a discontinuity follows whatever came before it', () => {
  const { timeline } = timelineOf([segment(4), segment(9, { discontinuity: true })]);
  timeline.update(0);
  assert.deepEqual(firsts(timeline), [4, 9]);
  assert.equal(timeline.units[0]!.endUs, 10_000_000);
});

Deno.test('a segment that was cut off by force belongs to the unit before it', () => {
  const { timeline } = timelineOf([segment(4), segment(5, { dependent: true }), segment(6)]);
  timeline.update(0);
  assert.deepEqual(timeline.units.map((unit) => unit.segments), [[4, 5], [6]]);
});

Deno.test('playback never begins with a segment that cannot be decoded from its beginning', () => {
  const { timeline } = timelineOf([segment(4, { dependent: true }), segment(5)]);
  timeline.update(0);
  assert.deepEqual(firsts(timeline), [5]);
});

Deno.test('a dependent segment behind a hole is passed by until an independent one comes', () => {
  const { timeline, views } = timelineOf([segment(4), segment(6, { dependent: true })]);
  timeline.update(0);
  timeline.update(HOLE_WAIT_MS);
  assert.deepEqual(firsts(timeline), [4]);
  views.push(segment(7));
  timeline.update(HOLE_WAIT_MS + 1);
  assert.deepEqual(firsts(timeline), [4, 7]);
});

Deno.test('segment numbers go on over the wrap', () => {
  const last = (1 << 20) - 1;
  const { timeline } = timelineOf([
    segment(last, { startUs: 0, endUs: 2_000_000 }),
    segment(0, { startUs: 2_000_000, endUs: 4_000_000 }),
  ]);
  timeline.update(0);
  assert.deepEqual(firsts(timeline), [last, 0]);
  assert.equal(timeline.after(timeline.units[0]!)?.segments[0], 0);
});

Deno.test('an open unit that outgrows its estimate is told anew', () => {
  const { timeline, views } = timelineOf([segment(4, { complete: false })]);
  timeline.update(0);
  const before = timeline.units[0]!.endUs;
  views[0] = segment(4, { complete: false, endUs: before + 1 });
  assert.equal(timeline.update(1), true);
  assert.ok(timeline.units[0]!.endUs > before + 1);
});

Deno.test('what has left the window leaves the timeline', () => {
  const { timeline, views } = timelineOf([segment(4), segment(5)]);
  timeline.update(0);
  views.shift();
  assert.equal(timeline.update(1), true);
  assert.deepEqual(firsts(timeline), [5]);
});

Deno.test('a reader that waits is woken by an update, by a nudge and by the end', async () => {
  const { timeline } = timelineOf([segment(4)]);
  const first = timeline.changed();
  timeline.update(0);
  await first;
  const second = timeline.changed();
  timeline.nudge();
  await second;
  const third = timeline.changed();
  timeline.end();
  await third;
  assert.equal(timeline.ended, true);
});
