import assert from 'node:assert/strict';
import { until } from '../../../tests/until.ts';
import { holdFirstSeek, seeksTooEarly } from './first-seek.ts';

const LINUX = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605.1.15 (KHTML, like Gecko)';

class FakeVideo extends EventTarget {
  ranges: [number, number][] = [];
  get buffered(): TimeRanges {
    const { ranges } = this;
    return { length: ranges.length, start: (i) => ranges[i]![0], end: (i) => ranges[i]![1] };
  }
}

Deno.test('metadata is told of when media is there where playback begins, once', async () => {
  const video = new FakeVideo();
  const release = holdFirstSeek(video, 20);
  let told = 0;
  video.addEventListener('loadedmetadata', () => told++);
  video.dispatchEvent(new Event('loadedmetadata'));
  video.ranges = [[2, 4]];
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(told, 0);
  video.ranges = [[2, 4], [19, 21]];
  await until('it is told', () => told > 0);
  release();
  video.dispatchEvent(new Event('loadedmetadata'));
  assert.equal(told, 2, 'what is loaded later is nobody’s business here');
});

Deno.test('who lets go before media came holds nothing back any more', async () => {
  const video = new FakeVideo();
  holdFirstSeek(video, 20)();
  let told = 0;
  video.addEventListener('loadedmetadata', () => told++);
  video.dispatchEvent(new Event('loadedmetadata'));
  assert.equal(told, 1);
  const release = holdFirstSeek(video, 20);
  video.dispatchEvent(new Event('loadedmetadata'));
  release();
  video.ranges = [[19, 21]];
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(told, 2, 'the second one had listened before');
});

Deno.test('WebKit on Linux is held back, no other browser', () => {
  assert.equal(seeksTooEarly(`${LINUX} Version/18.0 Safari/605.1.15`), true);
  assert.equal(
    seeksTooEarly('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36'),
    false,
  );
  assert.equal(
    seeksTooEarly('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15'),
    false,
  );
  assert.equal(
    seeksTooEarly('Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0'),
    false,
  );
});
