import { Hono } from 'hono';
import { afterEach, expect, test, vi } from 'vitest';
import { app } from './app.ts';
import type { Env } from './env.ts';
import { log, LOG_LEVELS, setLogLevel } from './log.ts';
import { requestLog } from './request-log.ts';
import { bindings } from './testing/edge.ts';

afterEach(() => {
  vi.restoreAllMocks();
  setLogLevel('info');
});

/** What is written from now on, in order. */
function listen(): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  for (const level of LOG_LEVELS) {
    vi.spyOn(console, level).mockImplementation((line: unknown) => void lines.push(JSON.parse(String(line))));
  }
  return lines;
}

test('a line is one JSON object, and lines below the level are not written', () => {
  const lines = listen();
  log('debug', 'quiet');
  log('warn', 'loud', { channel: 'demo' });
  setLogLevel('debug');
  setLogLevel('nonsense');
  log('debug', 'told');
  expect(lines).toMatchObject([
    { level: 'warn', message: 'loud', channel: 'demo' },
    { level: 'debug', message: 'told' },
  ]);
});

test('a refused call of the API has one id in the log and in its answer, and no token in either', async () => {
  const lines = listen();
  const headers = { authorization: 'Bearer secret-guess' };
  const answer = await app.request('/api/channels', { headers }, bindings);
  const [line] = lines;
  expect(line).toMatchObject({ level: 'info', message: 'request', status: 401 });
  expect(line!.requestId).toBe(answer.headers.get('shoal-request'));
  expect(JSON.stringify(lines)).not.toContain('secret-guess');
});

test('a viewer that is told to come later is no line, a failure is one whoever asked', async () => {
  const lines = listen();
  const failing = new Hono<{ Bindings: Env; Variables: { requestId: string } }>()
    .use('*', requestLog)
    .get('*', (c) => c.text('no', c.req.query('status') === '500' ? 500 : 503));
  for (const path of ['/media/demo/b/join', '/join/demo', '/healthz', '/media/demo/b/join?status=500']) {
    await failing.request(path, {}, bindings);
  }
  expect(lines).toMatchObject([{ path: '/healthz', status: 503 }, {
    path: '/media/demo/b/join',
    status: 500,
  }]);
});
