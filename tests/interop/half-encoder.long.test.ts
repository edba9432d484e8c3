/** An encoder that comes back into its broadcast without its sound: what stock players make of the edge's HLS and the antenna's. */
import assert from 'node:assert/strict';
import { startAntenna } from '../antenna.ts';
import { startFeed } from '../feed.ts';
import { startStack } from '../stack.ts';
import { until } from '../until.ts';

/** A player's demuxer that reads on for as long as there is something: where sound and picture are, seconds. */
function startReader(index: string) {
  const child = new Deno.Command('ffprobe', {
    args: ['-v', 'error', '-show_entries', 'packet=codec_type,dts_time', '-of', 'csv=p=0', index],
    stdin: 'null',
    stdout: 'piped',
    stderr: 'piped',
  }).spawn();
  const at = { video: 0, audio: 0 };
  const read = async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      for (const [, kind, seconds] of text.matchAll(/^(video|audio),([\d.]+)$/gm)) {
        at[kind as keyof typeof at] = Number(seconds);
      }
    }
  };
  const done = Promise.all([read(), new Response(child.stderr).text(), child.status]);
  const stop = async () => {
    // It has ended by itself where the stream is over.
    child.kill('SIGKILL');
    return (await done)[1];
  };
  return { at, stop };
}

Deno.test('players of the edge and of the antenna play on when the encoder comes back without sound, and with sound later', async () => {
  const stack = await startStack();
  const output = ['-f', 'flv', stack.publishUrl()];
  let feed = startFeed({ output, videoKbps: 200 });
  const antenna = await startAntenna([`${stack.edge.url}/watch/demo`, '--port', '0']);
  const folders = [`${stack.edge.url}/hls/demo`, `${antenna.url}/demo`];
  const textOf = async (url: string) => (await fetch(url)).text();
  const readers: ReturnType<typeof startReader>[] = [];
  try {
    for (const folder of folders) {
      const index = `${folder}/index.m3u8`;
      await until('there is a playlist', async () => (await textOf(index)).startsWith('#EXTM3U'), {
        withinMs: 40_000,
      });
      readers.push(startReader(index));
    }
    const places = () => readers.map(({ at }) => ({ ...at }));
    await until('both play', () => places().every(({ video, audio }) => video > 3 && audio > 3));

    const goesOn = async (what: string, encoder: string[]) => {
      feed.kill();
      await feed.ended;
      const before = places();
      feed = startFeed({ output, videoKbps: 200, encoder });
      const since = () => places().map(({ video }, i) => video - before[i]!.video);
      await until(`both have played on for 15 s ${what}`, () => since().every((s) => s > 15), {
        withinMs: 45_000,
        show: () => ({ before, now: places() }),
      });
      for (const { audio, video } of places()) {
        assert.ok(Math.abs(audio - video) < 3, `sound at ${audio} s, picture at ${video} s`);
      }
    };
    await goesOn('without sound', ['-an']);
    for (const folder of folders) assert.ok(!(await textOf(`${folder}/1.m3u8`)).includes('#EXT-X-GAP'));
    await goesOn('with sound', []);
  } finally {
    const logs = await Promise.all(readers.map((reader) => reader.stop()));
    feed.kill();
    await feed.ended;
    await antenna.stop();
    await stack.stop();
    assert.equal(logs.join(''), '', 'what the players complained about');
  }
});
