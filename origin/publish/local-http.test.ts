import assert from 'node:assert/strict';
import { createLog } from './log.ts';
import { answerLocally, type Health } from './local-http.ts';
import { OriginMetrics } from './metrics.ts';

function ask(path: string, init: RequestInit = {}, changes: Partial<Health> = {}): Response {
  const metrics = new OriginMetrics();
  metrics.sent('live', 1000);
  metrics.sent('miss', 20);
  metrics.publish('wrong-key');
  metrics.eventLoopLag(0.5);
  metrics.eventLoopLag(0.1);
  return answerLocally(new Request(`http://localhost${path}`, init), {
    metrics,
    gauges: () => ({ sessions: 2, channels: 1, windowBytes: 5, controlConnected: true, linksUp: 1 }),
    health: () => ({ ok: true, controlConnected: true, rtmpPort: 1935, channels: [], ...changes }),
  });
}

Deno.test('metrics tell media bytes by kind, publishes by result and the lag', async () => {
  const lines = (await ask('/metrics').text()).split('\n');
  for (
    const line of [
      '# TYPE shoal_origin_media_bytes_total counter',
      'shoal_origin_media_bytes_total{kind="live"} 1000',
      'shoal_origin_media_bytes_total{kind="refill"} 0',
      'shoal_origin_media_bytes_total{kind="miss"} 20',
      'shoal_origin_publishes_total{result="wrong-key"} 1',
      'shoal_origin_rtmp_sessions 2',
      'shoal_origin_event_loop_lag_seconds 0.1',
      'shoal_origin_event_loop_lag_worst_seconds 0.5',
    ]
  ) assert.ok(lines.includes(line), line);
  assert.equal(
    new Set(lines.filter((line) => line.startsWith('# TYPE'))).size * 2,
    lines.filter((l) => l[0] === '#').length,
  );
});

Deno.test('health is 200 or 503, other paths and methods are refused', async () => {
  assert.equal(ask('/healthz').status, 200);
  assert.equal(ask('/healthz', {}, { ok: false }).status, 503);
  assert.equal(ask('/').status, 404);
  assert.equal(ask('/metrics', { method: 'POST' }).status, 405);
  assert.equal((await ask('/healthz').json() as Health).rtmpPort, 1935);
});

Deno.test('a log line is one JSON object, and low levels are left out', () => {
  const lines: string[] = [];
  const log = createLog('info', (line) => lines.push(line));
  log('debug', 'not told');
  log('warn', 'two\nlines', { channel: 'news', why: undefined });
  assert.equal(lines.length, 1);
  const { time: _, ...rest } = JSON.parse(lines[0]!);
  assert.deepEqual(rest, { level: 'warn', message: 'two\nlines', channel: 'news' });
});
