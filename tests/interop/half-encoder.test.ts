/** An encoder that comes back into its broadcast without its sound: what stock players make of the antenna's HLS. */
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

Deno.test('a player of the antenna plays on when the encoder comes back without sound, and with sound later', async () => {
  const stack = await startStack();
  const output = ['-f', 'flv', stack.publishUrl()];
  let feed = startFeed({ output, videoKbps: 200 });
  const antenna = await startAntenna([`${stack.edge.url}/watch/demo`, '--port', '0']);
  const playlist = async (name: string) => (await fetch(`${antenna.url}/demo/${name}.m3u8`)).text();
  let reader: ReturnType<typeof startReader> | undefined;
  try {
    await until('there is a playlist', async () => (await playlist('index')).startsWith('#EXTM3U'), {
      withinMs: 40_000,
    });
    const { at } = reader = startReader(`${antenna.url}/demo/index.m3u8`);
    await until('it plays', () => at.video > 3 && at.audio > 3);

    const goesOn = async (what: string, encoder: string[]) => {
      feed.kill();
      await feed.ended;
      const before = { ...at };
      feed = startFeed({ output, videoKbps: 200, encoder });
      await until(`it has played on for 15 s ${what}`, () => at.video > before.video + 15, {
        withinMs: 45_000,
        show: () => ({ before, at }),
      });
      assert.ok(Math.abs(at.audio - at.video) < 3, `sound at ${at.audio} s, picture at ${at.video} s`);
    };
    await goesOn('without sound', ['-an']);
    assert.ok(!(await playlist('1')).includes('#EXT-X-GAP'));
    await goesOn('with sound', []);
  } finally {
    const log = await reader?.stop() ?? '';
    feed.kill();
    await feed.ended;
    await antenna.stop();
    await stack.stop();
    assert.equal(log, '', 'what the player complained about');
  }
});
