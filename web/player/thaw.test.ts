import assert from 'node:assert/strict';
import { watchThaw } from './thaw.ts';

function setUp(now: { playing: boolean; following: boolean }) {
  const page = new EventTarget();
  const done: string[] = [];
  const stop = watchThaw({
    page,
    isPlaying: () => now.playing,
    isFollowing: () => now.following,
    play: () => Promise.resolve(void done.push('play')),
    jumpToLive: () => void done.push('live'),
  });
  const tell = async (name: string) => {
    page.dispatchEvent(new Event(name));
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { done, tell, stop };
}

Deno.test('who watched live when the page froze is back at live, however the pause looks', async () => {
  const now = { playing: true, following: true };
  const { done, tell } = setUp(now);
  await tell('freeze');
  now.playing = now.following = false;
  await tell('resume');
  assert.deepEqual(done, ['live', 'play', 'live']);
});

Deno.test('who watched the past goes on there, who had paused stays paused', async () => {
  const past = setUp({ playing: true, following: false });
  await past.tell('freeze');
  await past.tell('resume');
  assert.deepEqual(past.done, ['play']);
  const paused = setUp({ playing: false, following: true });
  await paused.tell('freeze');
  await paused.tell('resume');
  assert.deepEqual(paused.done, []);
});

Deno.test('a player that has stopped does nothing when its page wakes', async () => {
  const { done, tell, stop } = setUp({ playing: true, following: true });
  await tell('freeze');
  stop();
  await tell('resume');
  assert.deepEqual(done, []);
});
