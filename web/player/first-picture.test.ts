import assert from 'node:assert/strict';
import { FirstPicture } from './first-picture.ts';

/** What of a video element is looked at here. */
class Screen extends EventTarget {
  currentTime = 4;
  readyState = 4;
  seeking = false;
  videoWidth = 640;
  frames = 0;
  callbacks: (() => void)[] = [];

  getVideoPlaybackQuality() {
    return { totalVideoFrames: this.frames };
  }

  requestVideoFrameCallback(callback: () => void) {
    return this.callbacks.push(callback);
  }

  cancelVideoFrameCallback() {
    this.callbacks = [];
  }
}

function setUp() {
  const screen = new Screen();
  let seen = 0;
  const first = new FirstPicture(screen as unknown as HTMLVideoElement, () => seen++);
  first.arm();
  const tick = (shown: Partial<Screen>) => {
    Object.assign(screen, shown);
    screen.dispatchEvent(new Event('timeupdate'));
    return seen;
  };
  return { screen, first, tick, seen: () => seen };
}

Deno.test('a frame that is shown is the first picture, whatever the clock says', () => {
  const { screen, first, seen } = setUp();
  assert.equal(first.startupMs, 0);
  screen.callbacks[0]!();
  assert.equal(seen(), 1);
  assert.ok(first.startupMs > 0);
  assert.deepEqual(screen.callbacks, []);
});

Deno.test('a browser that promises frame callbacks and makes none has its picture once clock and frames move', () => {
  const { first, tick } = setUp();
  assert.equal(tick({ frames: 3 }), 0, 'the clock stands');
  assert.equal(tick({ frames: 0, currentTime: 4.3 }), 0, 'sound alone, so far');
  assert.equal(tick({ frames: 3, currentTime: 4.4, seeking: true }), 0, 'on its way elsewhere');
  assert.equal(tick({ seeking: false }), 1);
  assert.ok(first.startupMs > 0);
});

Deno.test('a broadcast of sound alone has begun when its clock moves', () => {
  const { tick } = setUp();
  assert.equal(tick({ videoWidth: 0 }), 0);
  assert.equal(tick({ currentTime: 4.2 }), 1);
});

Deno.test('frames of the broadcast before are not the picture of the next one', () => {
  const { screen, first, tick, seen } = setUp();
  screen.callbacks[0]!();
  screen.frames = 90;
  first.arm();
  assert.equal(tick({ currentTime: 5 }), 1, 'nothing new was shown');
  assert.equal(tick({ currentTime: 5.2, frames: 91 }), 2);
  assert.equal(seen(), 2);
});
