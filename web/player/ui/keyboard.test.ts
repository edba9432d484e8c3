import assert from 'node:assert/strict';
import { initialState } from '../player-state.ts';
import { Store } from '../store.ts';
import type { Requests, Ui } from './context.ts';
import { pressKey } from './keyboard.ts';

/** A player that writes down what it is asked for. */
function player() {
  const asked: string[] = [];
  const ask = new Proxy({}, {
    get: (_, name) => (...values: unknown[]) => void asked.push([name, ...values].map(String).join(' ')),
  }) as Requests;
  const ui: Ui = { store: new Store({ ...initialState(), positionS: 20, volume: 0.98 }), ask };
  return { ui, asked };
}

Deno.test('every key asks for its own', () => {
  const keys: [string, string][] = [
    [' ', 'togglePlay'],
    ['k', 'togglePlay'],
    ['m', 'toggleMute'],
    ['f', 'toggleFullscreen'],
    ['i', 'togglePictureInPicture'],
    ['l', 'jumpToLive'],
    ['End', 'jumpToLive'],
    ['c', 'toggleCaptions'],
    ['MediaPlayPause', 'togglePlay'],
    ['s', 'toggleOverlay'],
    ['ArrowLeft', 'seekBy -5'],
    ['ArrowRight', 'seekBy 5'],
    ['ArrowUp', 'setVolume 1'],
  ];
  for (const [key, wanted] of keys) {
    const { ui, asked } = player();
    assert.equal(pressKey(ui, key), true);
    assert.deepEqual(asked, [wanted]);
  }
});

Deno.test('other keys stay with the page', () => {
  const { ui, asked } = player();
  for (const key of ['a', 'Tab', 'Enter', 'Escape', 'PageDown']) assert.equal(pressKey(ui, key), false);
  assert.deepEqual(asked, []);
});
