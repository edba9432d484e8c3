import { expect, test } from 'vitest';
import { packIndex } from '../../protocol/piece-index.ts';
import { RecordFlag } from '../../protocol/record.ts';
import { admin, ask, eventually, goOnAir } from '../testing/edge.ts';
import { initOf, segmentOfFrames } from '../testing/frames.ts';

async function withSegments(segments: number, settings = {}) {
  const air = await goOnAir(settings);
  for (const track of [0, 1]) {
    air.link.push(initOf(track));
    for (let segment = 0; segment < segments; segment++) {
      air.link.push(...segmentOfFrames(segment, { track }));
    }
  }
  return air;
}

async function text(path: string): Promise<string> {
  const response = await ask(path);
  expect(response.status).toBe(200);
  return new TextDecoder().decode(await response.arrayBuffer());
}

test('a stock player finds its way from the index to every byte', async () => {
  const { channel } = await withSegments(3);
  const index = await ask(`/hls/${channel}/index.m3u8`);
  expect(index.headers.get('content-type')).toBe('application/vnd.apple.mpegurl');
  expect(index.headers.get('access-control-allow-origin')).toBe('*');
  expect(new TextDecoder().decode(await index.arrayBuffer())).toContain('0.m3u8');
  const playlist = await text(`/hls/${channel}/0.m3u8`);
  const init = /EXT-X-MAP:URI="([^"]+)"/.exec(playlist)![1]!;
  const initBody = new Uint8Array(await (await ask(`/hls/${channel}/${init}`)).arrayBuffer());
  expect(initBody).toEqual(initOf(0).bytes);
  const segments = playlist.split('\n').filter((line) => line.endsWith('.m4s'));
  expect(segments.length).toBe(3);
  const body = new Uint8Array(await (await ask(`/hls/${channel}/${segments[1]}`)).arrayBuffer());
  expect(body.length).toBe(400);
  expect([body[0], body[100], body[200], body[300]]).toEqual([0, 1, 2, 3]);
});

test('segments and init segments may be kept, playlists only for a moment', async () => {
  const { channel, broadcast } = await withSegments(1);
  const controls = await Promise.all(
    [`0.m3u8`, `index.m3u8`, `${broadcast.id}/0/0.m4s`, `${broadcast.id}/0/0.init.mp4`].map(async (path) =>
      (await ask(`/hls/${channel}/${path}`)).headers.get('cache-control')
    ),
  );
  expect(controls.map((control) => control?.includes('immutable'))).toEqual([false, false, true, true]);
});

test('an open segment is neither named nor served', async () => {
  const { channel, broadcast, link } = await withSegments(1);
  link.push(...segmentOfFrames(1).slice(0, 3));
  expect(await text(`/hls/${channel}/0.m3u8`)).not.toContain('1.m4s');
  expect((await ask(`/hls/${channel}/${broadcast.id}/0/1.m4s`)).status).toBe(404);
});

test('a player that comes before the first segment waits for it', async () => {
  const { channel, link } = await goOnAir();
  const index = ask(`/hls/${channel}/index.m3u8`);
  for (const track of [0, 1]) link.push(initOf(track), ...segmentOfFrames(0, { track }));
  expect((await index).status).toBe(200);
});

test('a player that comes long before the first segment is told later', async () => {
  const { channel } = await goOnAir();
  const response = await ask(`/hls/${channel}/index.m3u8`);
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
});

test('a reconnect of the encoder is one discontinuity in one media sequence', async () => {
  const { channel, link } = await withSegments(2);
  const flags = RecordFlag.discontinuity;
  for (const track of [0, 1]) {
    link.push(initOf(track, 5), ...segmentOfFrames(5, { track, initSegment: 5, flags }));
  }
  const playlist = await eventually(() => text(`/hls/${channel}/0.m3u8`), (lines) => lines.includes('5.m4s'));
  expect(playlist).toContain('#EXT-X-MEDIA-SEQUENCE:0\n');
  expect(playlist.split('#EXT-X-DISCONTINUITY\n').length).toBe(2);
  expect(playlist).toMatch(/#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="[0-9a-f]+\/0\/5\.init\.mp4"/);
  expect(playlist).toContain('#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:10.000Z');
});

test('an encoder that is back without sound: the sound goes on as silence, and as sound once it is back', async () => {
  const { channel, broadcast, link } = await withSegments(2);
  const uris = async (track: number) =>
    (await text(`/hls/${channel}/${track}.m3u8`)).split('\n').filter((line) => line.endsWith('.m4s'));
  for (let segment = 2; segment < 20; segment++) link.push(...segmentOfFrames(segment));
  await eventually(() => uris(0), (listed) => listed.includes(`${broadcast.id}/0/19.m4s`));
  const silent = await uris(1);
  expect(silent).toEqual((await uris(0)).map((uri) => uri.replace('/0/', '/1/')));
  // All sound has left the window, and who comes now is told of it.
  expect(silent).not.toContain(`${broadcast.id}/1/1.m4s`);
  expect(await text(`/hls/${channel}/index.m3u8`)).toContain('TYPE=AUDIO');
  const init = /EXT-X-MAP:URI="([^"]+)"/.exec(await text(`/hls/${channel}/1.m3u8`))![1]!;
  const bodyOf = async (path: string) =>
    new Uint8Array(await (await ask(`/hls/${channel}/${path}`)).arrayBuffer());
  expect(await bodyOf(init)).toEqual(initOf(1).bytes);
  const body = await bodyOf(`${broadcast.id}/1/18.m4s`);
  expect(new TextDecoder().decode(body.subarray(4, 8))).toBe('moof');

  for (const track of [0, 1]) link.push(...segmentOfFrames(20, { track }));
  const back = await eventually(() => uris(1), (listed) => listed.includes(`${broadcast.id}/1/20.m4s`));
  expect(back).toContain(`${broadcast.id}/1/19.m4s`);
  expect((await bodyOf(`${broadcast.id}/1/20.m4s`)).length).toBe(400);
});

test('a hole in a segment is asked of the origin', async () => {
  const { channel, link } = await withSegments(1);
  link.push(...segmentOfFrames(1, { pieces: 8 }).filter(({ record }) => record.index !== packIndex(1, 0, 4)));
  link.push(...segmentOfFrames(2));
  await eventually(() => text(`/hls/${channel}/0.m3u8`), (lines) => lines.includes('2.m4s'));
  expect((await link.take('want')).indexes).toEqual([packIndex(1, 0, 4)]);
});

test('with an egress cap plain HLS is off unless it is switched on, and it can be switched off without one', async () => {
  const { channel } = await withSegments(1, { egressCapKbps: 5000 });
  const status = async () => (await ask(`/hls/${channel}/index.m3u8`)).status;
  expect(await status()).toBe(404);
  await admin('PATCH', `/${channel}`, { settings: { hls: true } });
  expect(await status()).toBe(200);
  await admin('PATCH', `/${channel}`, { settings: { hls: false, egressCapKbps: null } });
  await eventually(status, (now) => now === 404);
});

test('addresses that mean nothing are not found', async () => {
  const { channel, broadcast } = await withSegments(1);
  const paths = [
    '16.m3u8',
    '7.m3u8',
    'x.m3u8',
    `${broadcast.id}/0/0.mp4`,
    `${broadcast.id}/16/0.m4s`,
    'nothing/0/0.m4s',
  ];
  for (const path of paths) expect((await ask(`/hls/${channel}/${path}`)).status).toBe(404);
  expect((await ask('/hls/nobody/index.m3u8')).status).toBe(404);
  expect((await ask(`/hls/${channel}/${'e'.repeat(32)}/0/0.m4s`)).status).toBe(404);
});
