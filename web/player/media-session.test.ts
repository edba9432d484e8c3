import assert from 'node:assert/strict';
import { showInMediaSession } from './media-session.ts';
import { initialState, type PlayerState } from './player-state.ts';
import { Store } from './store.ts';
import type { Requests } from './ui/context.ts';

Deno.test('of two players the one that goes leaves the buttons of the system to the other', () => {
  const handlers = new Map<string, (() => void) | null>();
  const session = {
    metadata: null as { title: string } | null,
    playbackState: 'none',
    setActionHandler: (action: string, run: (() => void) | null) => void handlers.set(action, run),
  };
  Object.defineProperty(navigator, 'mediaSession', { value: session, configurable: true });
  Object.assign(globalThis, {
    MediaMetadata: class {
      constructor(readonly init: { title: string }) {
        Object.assign(this, init);
      }
    },
  });
  try {
    const toggled: string[] = [];
    const open = (title: string) => {
      const store = new Store<PlayerState>(initialState());
      const ask = { togglePlay: () => toggled.push(title) } as unknown as Requests;
      const undo = showInMediaSession(store, ask);
      store.set({ title, started: true, paused: false });
      return { store, undo };
    };
    const first = open('first');
    const second = open('second');
    assert.equal(session.metadata!.title, 'second');
    first.undo();
    handlers.get('pause')!();
    assert.deepEqual([session.metadata!.title, session.playbackState, toggled], ['second', 'playing', [
      'second',
    ]]);
    const third = open('third');
    third.undo();
    handlers.get('pause')!();
    assert.deepEqual([session.metadata!.title, toggled.at(-1)], ['second', 'second']);
    second.undo();
    assert.deepEqual([session.metadata, session.playbackState, handlers.get('pause')], [null, 'none', null]);
  } finally {
    Reflect.deleteProperty(navigator, 'mediaSession');
    Reflect.deleteProperty(globalThis, 'MediaMetadata');
  }
});
