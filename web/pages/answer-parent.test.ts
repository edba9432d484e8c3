import assert from 'node:assert/strict';
import { wrap } from '../sdk/embed-message.ts';
import { answerParent } from './answer-parent.ts';

const PAGE = 'https://page.example';

/** A player that writes down what is done to it, in a frame whose parent writes down what it is told. */
function frame() {
  const done: string[] = [];
  const told: { data: Record<string, unknown>; to: string }[] = [];
  const events = new EventTarget();
  const player = new Proxy({ state: 'live', reason: undefined } as Record<string, unknown>, {
    get(target, name) {
      if (name === 'addEventListener') return events.addEventListener.bind(events);
      if (name in target) return target[name as string];
      return (...values: unknown[]) => void done.push([String(name), ...values].join(' '));
    },
    set(_, name, value) {
      done.push(`${String(name)} = ${value}`);
      return true;
    },
  });
  const parent = {
    postMessage: (data: unknown, to: string) => void told.push({ data: data as Record<string, unknown>, to }),
  };
  let receive = (_: unknown) => {};
  answerParent(player as never, {
    parent: parent as never,
    addEventListener: (_, listener) => receive = listener as never,
  });
  const say = (data: unknown, { source = parent as unknown, origin = PAGE } = {}) =>
    receive({ data, source, origin });
  const happen = (name: string, detail: unknown) => events.dispatchEvent(new CustomEvent(name, { detail }));
  return { done, told, say, happen };
}

Deno.test('the player says that it is ready, and nothing else before somebody said hello', () => {
  const { told, happen } = frame();
  happen('shoal-state', { state: 'live' });
  assert.deepEqual(told.map(({ data, to }) => [data.type, to]), [['ready', '*']]);
});

Deno.test('whoever said hello is told what happens, and only there', () => {
  const { told, say, happen } = frame();
  say(wrap({ type: 'hello' }));
  happen('shoal-playing', { paused: false });
  assert.deepEqual(told.slice(1).map(({ data, to }) => [data.name, to]), [['state', PAGE], [
    'playing',
    PAGE,
  ]]);
});

Deno.test('calls of the page around are obeyed', () => {
  const { done, say } = frame();
  say(wrap({ type: 'hello' }));
  say(wrap({ type: 'call', method: 'play' }));
  say(wrap({ type: 'call', method: 'mute' }));
  say(wrap({ type: 'call', method: 'setVolume', value: 0.4 }));
  say(wrap({ type: 'call', method: 'setToken', value: 'abc' }));
  assert.deepEqual(done, ['play', 'muted = true', 'volume = 0.4', 'token = abc']);
});

Deno.test('other windows, other origins and calls before hello are not', () => {
  const { done, say } = frame();
  const play = wrap({ type: 'call', method: 'play' });
  say(play);
  say(wrap({ type: 'hello' }), { source: {} });
  say(play);
  say(wrap({ type: 'hello' }));
  say(play, { origin: 'https://evil.example' });
  say(play, { source: {} });
  say(wrap({ type: 'call', method: 'setP2p', value: 'loud' }));
  say(wrap({ type: 'call', method: 'setVolume', value: 'much' }));
  assert.deepEqual(done, []);
});
