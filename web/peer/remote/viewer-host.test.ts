import assert from 'node:assert/strict';
import type { Pipe } from './pipe.ts';
import { LOOK_EVERY_MS } from './pulse.ts';
import { hostViewer } from './viewer-host.ts';
import type { ViewerNews, ViewerRequest } from './viewer-messages.ts';
import { until } from '../../../tests/until.ts';

Deno.test('where no media comes, figures do often enough to show that the worker is alive, and last of all when it is stopped', async () => {
  let ask: (request: ViewerRequest) => void = () => {};
  const figuresAt: number[] = [];
  const pipe: Pipe<ViewerNews, ViewerRequest> = {
    post: ({ type }) => void (type === 'figures' && figuresAt.push(performance.now())),
    receive: (listener) => ask = listener,
  };
  hostViewer(pipe);
  const options = { edgeUrl: 'http://127.0.0.1:9', channel: 'demo' };
  ask({ type: 'make', options: { ...options, device: 'computer', savesData: false, connects: false } });
  ask({ type: 'start' });
  await until('figures have come three times', () => figuresAt.length >= 3, { withinMs: 15_000 });
  const [first, , third] = figuresAt;
  assert.ok(third! - first! < 6 * LOOK_EVERY_MS);
  const count = figuresAt.length;
  ask({ type: 'stop' });
  assert.equal(figuresAt.length, count + 1);
});
