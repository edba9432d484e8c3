/** Publishing with a real ffmpeg over loopback. */
import assert from 'node:assert/strict';
import { UnsupportedMedia } from './seam.ts';
import { selfSigned } from './testing/certificate.ts';
import { Ffmpeg } from './testing/ffmpeg.ts';
import { Loopback, type Published, until } from './testing/loopback.ts';

function isWhole({ tags, ended }: Published): void {
  assert.deepEqual(ended, { reason: 'the encoder ended the publish', polite: true });
  assert.equal(tags.filter((tag) => tag.type === 'video').length, 20 + 2); // frames, configuration, end of sequence
  assert.ok(tags.filter((tag) => tag.type === 'audio').length > 80);
  const [name, metadata] = tags.find((tag) => tag.type === 'data')!.data as [string, Record<string, unknown>];
  assert.equal(name, 'onMetaData');
  assert.equal(metadata.width, 160);
  const [first] = tags.filter((tag) => tag.type === 'video');
  assert.deepEqual([...first!.body.subarray(0, 2)], [0x17, 0]); // AVC sequence header
  const times = tags.filter((tag) => tag.type === 'audio').map((tag) => tag.timestampMs);
  assert.deepEqual(times, times.toSorted((a, b) => a - b));
}

const forms: [what: string, url: (host: string) => string, output: string[]][] = [
  ['live/<channel>?key=<key>', (host) => `rtmp://${host}/live/demo?key=K`, []],
  ['live/<channel>/<key>', (host) => `rtmp://${host}/live/demo/K`, []],
  [
    'server live and stream key <channel>?key=<key>, as OBS does',
    (host) => `rtmp://${host}`,
    ['-rtmp_app', 'live', '-rtmp_playpath', 'demo?key=K'],
  ],
  [
    'server live/<channel> and stream key <key>, as OBS does',
    (host) => `rtmp://${host}`,
    ['-rtmp_app', 'live/demo', '-rtmp_playpath', 'K'],
  ],
  [
    'the key in tcUrl',
    (host) => `rtmp://${host}`,
    ['-rtmp_app', 'live', '-rtmp_tcurl', 'rtmp://localhost/live?key=K', '-rtmp_playpath', 'demo'],
  ],
];
for (const [what, url, output] of forms) {
  Deno.test(`ffmpeg publishes a whole stream to ${what}`, async () => {
    await using loopback = new Loopback();
    await using ffmpeg = new Ffmpeg(url(`127.0.0.1:${loopback.server.port}`), { seconds: 2, output });
    const { code, errors } = await ffmpeg.finished;
    assert.equal(code, 0, errors);
    const { app, channel, key, remote } = loopback.last!.request;
    assert.deepEqual({ app, channel, key }, { app: 'live', channel: 'demo', key: 'K' });
    assert.match(remote, /^127\.0\.0\.1:\d+$/);
    isWhole(loopback.last!);
    assert.ok(loopback.logs.every((line) => !line.includes('key=')));
  });
}

Deno.test('ffmpeg with timestamps above 24 bits publishes frames that are whole', async () => {
  await using loopback = new Loopback();
  const url = `rtmp://127.0.0.1:${loopback.server.port}/live/demo?key=K`;
  await using ffmpeg = new Ffmpeg(url, { seconds: 2, output: ['-output_ts_offset', '17000'] });
  const { code, errors } = await ffmpeg.finished;
  assert.equal(code, 0, errors);
  isWhole(loopback.last!);
  const frames = loopback.last!.tags.filter((tag) => tag.type === 'video' && tag.body[1] === 1);
  assert.equal(frames.length, 20);
  assert.ok(frames.some((frame) => frame.body.length > 1000));
  for (const { body, timestampMs } of frames) {
    assert.ok(timestampMs >= 17_000_000 && timestampMs < 17_003_000, `${timestampMs}`);
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    let at = 5;
    while (at < body.length) at += 4 + view.getUint32(at);
    assert.equal(at, body.length); // the lengths of its NAL units fill the frame
  }
});

Deno.test('ffmpeg publishes over RTMPS, beside plain RTMP', async () => {
  await using loopback = new Loopback({}, { ...await selfSigned(), port: 0 });
  assert.notEqual(loopback.server.tlsPort, loopback.server.port);
  await using ffmpeg = new Ffmpeg(`rtmps://127.0.0.1:${loopback.server.tlsPort}/live/demo?key=K`, {
    seconds: 2,
  });
  const { code, errors } = await ffmpeg.finished;
  assert.equal(code, 0, errors);
  isWhole(loopback.last!);
});

for (
  const [what, path, reason] of [
    ['with a wrong key', 'demo?key=wrong', 'this stream key is not known'],
    ['to a channel that is taken', 'taken?key=K', 'another encoder is live here'],
    ['without a key', 'demo', 'stream key is missing'],
  ] as const
) {
  Deno.test(`ffmpeg that publishes ${what} fails with the reason and gets no media through`, async () => {
    await using loopback = new Loopback();
    await using ffmpeg = new Ffmpeg(`rtmp://127.0.0.1:${loopback.server.port}/live/${path}`, { seconds: 2 });
    const { code, errors } = await ffmpeg.finished;
    assert.notEqual(code, 0);
    assert.ok(errors.includes(reason), errors);
    assert.deepEqual(loopback.published, []);
  });
}

Deno.test('ffmpeg that sends what the sink does not support ends with the reason in both logs', async () => {
  await using loopback = new Loopback();
  loopback.onTag = (tag) => {
    if (tag.type === 'video') throw new UnsupportedMedia('this picture is too small');
  };
  const url = `rtmp://127.0.0.1:${loopback.server.port}/live/demo?key=K`;
  await using ffmpeg = new Ffmpeg(url, { seconds: 60, live: true });
  const { code, errors } = await ffmpeg.finished;
  assert.notEqual(code, 0);
  assert.ok(errors.includes('this picture is too small'), errors);
  assert.deepEqual(loopback.last!.ended, { reason: 'this picture is too small', polite: false });
  assert.ok(loopback.logs.some((line) => line.includes('this picture is too small')));
});

Deno.test('the owner may drop an encoder when another takes over, and the other goes on', async () => {
  await using loopback = new Loopback();
  const url = `rtmp://127.0.0.1:${loopback.server.port}/live/demo?key=K`;
  await using first = new Ffmpeg(url, { seconds: 60, live: true });
  await until('the first encoder is live', () => (loopback.last?.tags.length ?? 0) > 5);
  await using _second = new Ffmpeg(url, { seconds: 60, live: true });
  await until('the second encoder is live', () => loopback.published.length === 2);
  const [old, current] = loopback.published as [Published, Published];
  old.session.drop('a newer session took over');
  const { code, errors } = await first.finished;
  assert.notEqual(code, 0);
  assert.ok(errors.includes('a newer session took over'), errors);
  assert.deepEqual(old.ended, { reason: 'a newer session took over', polite: false });
  const had = current.tags.length;
  await until('the second encoder goes on', () => current.tags.length > had + 10);
});

Deno.test('an encoder that dies without a goodbye ends its publish impolitely', async () => {
  await using loopback = new Loopback();
  const url = `rtmp://127.0.0.1:${loopback.server.port}/live/demo?key=K`;
  await using ffmpeg = new Ffmpeg(url, { seconds: 60, live: true });
  await until('it is live', () => (loopback.last?.tags.length ?? 0) > 5);
  ffmpeg.kill();
  await until('its end is noticed', () => loopback.last!.ended !== undefined);
  assert.equal(loopback.last!.ended!.polite, false);
});

Deno.test('a server that closes ends its encoders', async () => {
  await using loopback = new Loopback();
  const url = `rtmp://127.0.0.1:${loopback.server.port}/live/demo?key=K`;
  await using ffmpeg = new Ffmpeg(url, { seconds: 60, live: true });
  await until('it is live', () => loopback.server.publishing === 1);
  await loopback.server.close();
  assert.deepEqual(loopback.last!.ended, { reason: 'the server is stopping', polite: false });
  assert.notEqual((await ffmpeg.finished).code, 0);
});
