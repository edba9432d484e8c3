import assert from 'node:assert/strict';
import { kbpsBetween, segmentsOf, StreamMeter } from './stream-meter.ts';

const playlist = (first: number, last: number) =>
  `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:${first}\n#EXT-X-MAP:URI="init.mp4"\n` +
  Array.from(
    { length: last - first + 1 },
    (_, i) => `#EXTINF:1.000000,\n#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z\n${first + i}.m4s\n`,
  ).join('');

Deno.test('segments are read from a playlist as ffmpeg writes it', () => {
  assert.deepEqual(segmentsOf(playlist(7, 8)), [{ name: '7.m4s', seconds: 1 }, {
    name: '8.m4s',
    seconds: 1,
  }]);
});

Deno.test('every segment is counted once, also those that left the folder meanwhile', async () => {
  const folder = await Deno.makeTempDir();
  try {
    const write = async (name: string, bytes: number) =>
      await Deno.writeFile(`${folder}/${name}`, new Uint8Array(bytes));
    await write('1.m4s', 60_000);
    await write('2.m4s', 70_000);
    await Deno.writeTextFile(`${folder}/index.m3u8`, playlist(1, 2));
    const meter = new StreamMeter(folder);
    const first = await meter.look();
    assert.deepEqual(first, { bytes: 130_000, seconds: 2 });
    await Deno.remove(`${folder}/1.m4s`);
    await write('3.m4s', 80_000);
    await Deno.writeTextFile(`${folder}/index.m3u8`, playlist(2, 3));
    const second = await meter.look();
    assert.deepEqual(second, { bytes: 210_000, seconds: 3 });
    assert.equal(kbpsBetween(first, second), 640);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
