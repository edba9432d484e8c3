import { runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import type { NewHook } from '../../protocol/webhook.ts';
import { bindings } from '../testing/edge.ts';
import { HookBook, RETRY_AFTER_MS } from './hook-book.ts';

const HOOK: NewHook = {
  url: 'https://hooks.example.org/',
  events: [],
  channels: [],
  viewerMark: null,
  disabled: false,
};
let ids = 0;
const newId = () => `d${++ids}`;

async function withBook(use: (book: HookBook) => void): Promise<void> {
  const stub = bindings.HOOKS.getByName(crypto.randomUUID());
  await runInDurableObject(
    stub,
    (_: unknown, state: DurableObjectState) => use(new HookBook(state.storage.sql)),
  );
}

test('a delivery is tried again after growing pauses, with the same id, and then given up', async () => {
  await withBook((book) => {
    book.put('h1', HOOK, 'sealed', '2026');
    book.queue({ type: 'channel.live', channel: 'c', data: {} }, 1000, newId);
    let nowMs = 1000;
    for (const pauseMs of RETRY_AFTER_MS) {
      const [due] = book.due(nowMs, 10, 10);
      book.failed(due!, '500', nowMs, 0.5);
      expect(book.due(nowMs + pauseMs, 10, 10)).toEqual([]);
      expect(book.nextMs()).toBe(Math.round(nowMs + pauseMs * 1.1));
      nowMs = book.nextMs()!;
      expect(book.due(nowMs, 10, 10)).toMatchObject([{ id: due!.id, url: HOOK.url }]);
    }
    book.failed(book.due(nowMs, 10, 10)[0]!, '503', nowMs, 0.5);
    expect(book.nextMs()).toBeUndefined();
    expect(book.get('h1')).toMatchObject({ waiting: 0, dead: 1, lastResult: '503' });
    expect(book.revive('h1', book.dead('h1')[0]!.id, nowMs)).toBe(true);
    expect(book.due(nowMs, 10, 10)).toMatchObject([{ attempts: 0 }]);
  });
});

test('one hook takes only its part of what is sent at a time', async () => {
  await withBook((book) => {
    book.put('h1', { ...HOOK, events: ['channel.live'] }, 's', '1');
    for (let i = 0; i < 6; i++) book.queue({ type: 'channel.live', channel: 'c', data: {} }, i, newId);
    book.put('h2', HOOK, 's', '2');
    book.queue({ type: 'channel.lost', channel: 'c', data: {} }, 9, newId);
    expect(book.due(10, 5, 4).map(({ hook }) => hook)).toEqual(['h1', 'h1', 'h1', 'h1', 'h2']);
  });
});

test('a receiver that was away for long holds up nobody else', async () => {
  await withBook((book) => {
    book.put('h1', { ...HOOK, events: ['channel.live'] }, 's', '1');
    for (let i = 0; i < 1000; i++) book.queue({ type: 'channel.live', channel: 'c', data: {} }, i, newId);
    book.put('h2', HOOK, 's', '2');
    book.queue({ type: 'channel.lost', channel: 'c', data: {} }, 2000, newId);
    expect(book.due(3000, 20, 4).map(({ hook }) => hook)).toEqual(['h1', 'h1', 'h1', 'h1', 'h2']);
  });
});

test('what waits for a receiver that is away is bounded: the oldest goes', async () => {
  await withBook((book) => {
    book.put('h1', HOOK, 's', '1');
    for (let i = 0; i < 1005; i++) book.queue({ type: 'channel.live', channel: `c${i}`, data: {} }, i, newId);
    expect(book.get('h1')?.waiting).toBe(1000);
    expect(book.due(1e9, 1, 1)[0]!.body).toContain('"c5"');
  });
});

test('a hook that is removed takes its deliveries along', async () => {
  await withBook((book) => {
    book.put('h1', HOOK, 's', '1');
    book.queue({ type: 'channel.live', channel: 'c', data: {} }, 0, newId);
    book.remove('h1');
    expect([book.due(10, 9, 9), book.nextMs(), book.list()]).toEqual([[], undefined, []]);
  });
});
