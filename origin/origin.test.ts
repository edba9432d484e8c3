import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { concatBytes } from '../protocol/bytes.ts';
import { trackOf } from '../protocol/piece-index.ts';
import { readConfig } from './config.ts';
import { decodedFrames } from './media/testing/probe.ts';
import { type RunningOrigin, startOrigin } from './origin.ts';
import type { Health } from './publish/local-http.ts';
import { FakeEdge, SECRET } from './publish/testing/fake-edge.ts';

function configFor(edge: FakeEdge, changes: Record<string, string> = {}) {
  const environment: Record<string, string> = {
    SHOAL_EDGE_URL: edge.url,
    SHOAL_ORIGIN_SECRET: SECRET,
    SHOAL_RTMP_HOST: '127.0.0.1',
    SHOAL_RTMP_PORT: '0',
    SHOAL_ORIGIN_HTTP_PORT: '0',
    ...changes,
  };
  return readConfig((name) => environment[name]);
}

async function withOrigin(act: (edge: FakeEdge, origin: RunningOrigin) => Promise<void>): Promise<void> {
  const edge = new FakeEdge();
  const origin = await startOrigin(configFor(edge), () => {});
  try {
    await act(edge, origin);
  } finally {
    await origin.stop();
    await edge.stop();
  }
}

/** A real encoder in real time; resolves with what it complained of when it has ended. */
function publish(url: string, seconds: number): Promise<{ code: number | null; complaints: string }> {
  const picture = ['-re', '-f', 'lavfi', '-i', `testsrc2=s=320x180:r=30:d=${seconds}`];
  const sound = ['-re', '-f', 'lavfi', '-i', `sine=440:r=48000:d=${seconds}`];
  const codecs = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-tune',
    'zerolatency',
    '-g',
    '30',
    '-c:a',
    'aac',
  ];
  const args = ['-hide_banner', '-loglevel', 'error', ...picture, ...sound, ...codecs, '-f', 'flv', url];
  const child = spawn('ffmpeg', args, { timeout: 30_000, stdio: ['ignore', 'ignore', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (chunk) => complaints += chunk);
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, complaints })));
}

Deno.test('a real encoder comes through RTMP as pieces that decode, and leaves politely', async () => {
  await withOrigin(async (edge, origin) => {
    const { code } = await publish(`rtmp://127.0.0.1:${origin.rtmpPort}/live/news?key=good`, 3);
    assert.equal(code, 0);
    const lost = await edge.told('lost');
    assert.equal(lost.polite, true);
    const video = () => edge.frames.filter(({ record }) => trackOf(record.index) === 0);
    await edge.until(() => video().length >= 30);
    const inOrder = video().sort((a, b) =>
      a.record.decodeTimeUs - b.record.decodeTimeUs ||
      (b.record.flags & 8) - (a.record.flags & 8)
    );
    assert.equal(await decodedFrames(concatBytes(...inOrder.map(({ bytes }) => bytes))), 90);

    const local = `http://127.0.0.1:${origin.httpPort}`;
    const metrics = await (await fetch(`${local}/metrics`)).text();
    assert.match(metrics, /shoal_origin_media_bytes_total\{kind="(live|refill)"\} [1-9]/);
    assert.match(metrics, /shoal_origin_publishes_total\{result="accepted"\} 1/);
    const health = await fetch(`${local}/healthz`);
    assert.equal(health.status, 200);
    assert.deepEqual((await health.json() as Health).channels, [{
      channel: 'news',
      encoder: false,
      link: true,
    }]);
    const elsewhere = await fetch(`${local}/secrets`);
    assert.equal(elsewhere.status, 404);
    await elsewhere.body?.cancel();
  });
});

Deno.test('a real encoder with a wrong key is told so and no media is taken', async () => {
  await withOrigin(async (edge, origin) => {
    edge.onPublish = ({ id }) => ({
      type: 'refused',
      id,
      code: 'wrong-key',
      reason: 'the stream key is wrong',
    });
    const { code } = await publish(`rtmp://127.0.0.1:${origin.rtmpPort}/live/news?key=bad`, 3);
    assert.notEqual(code, 0);
    assert.ok(edge.control.every(({ type }) => type === 'hello' || type === 'publish'));
  });
});

Deno.test('an origin that the edge cannot hear says that it is not well', async () => {
  const edge = new FakeEdge();
  const config = configFor(edge);
  await edge.stop();
  const origin = await startOrigin(config, () => {});
  const health = await fetch(`http://127.0.0.1:${origin.httpPort}/healthz`);
  assert.equal(health.status, 503);
  assert.equal((await health.json() as Health).controlConnected, false);
  await origin.stop();
});

Deno.test('a taken port is named and nothing is left running', async () => {
  const edge = new FakeEdge();
  const first = await startOrigin(configFor(edge), () => {});
  const config = configFor(edge, { SHOAL_RTMP_PORT: String(first.rtmpPort) });
  await assert.rejects(startOrigin(config, () => {}), /RTMP port \d+ is taken by another process/);
  await first.stop();
  await edge.stop();
});
