/** hls.js, the stock HLS player of browsers, on a page of another site: what it makes of the plain HLS. */
import assert from 'node:assert/strict';
import { launchChromium } from '../e2e/chromium.ts';
import { LIGHT, startLastingEncoder } from '../fault/lasting-encoder.ts';
import { startStack } from '../stack.ts';
import { until } from '../until.ts';

interface Reading {
  currentTime: number;
  frames: number;
  /** Times the picture's own clock begins anew or jumps, as the playlist told. */
  discontinuities: number;
  fatal: string | null;
}

const HLS_JS = new URL('../../node_modules/hls.js/dist/hls.min.js', import.meta.url);

function pageOf(playlist: string): string {
  return `<!doctype html><video muted autoplay></video><script src="/hls.js"></script><script>
    const video = document.querySelector('video');
    const hls = new Hls();
    let fatal = null;
    hls.on(Hls.Events.ERROR, (_, error) => { if (error.fatal) fatal = error.type + ': ' + error.details; });
    const counts = new Set();
    hls.on(Hls.Events.FRAG_CHANGED, (_, { frag }) => counts.add(frag.cc));
    hls.loadSource(${JSON.stringify(playlist)});
    hls.attachMedia(video);
    globalThis.read = () => ({
      currentTime: video.currentTime,
      frames: video.getVideoPlaybackQuality().totalVideoFrames,
      discontinuities: counts.size - 1,
      fatal,
    });
  </script>`;
}

Deno.test('hls.js plays the plain HLS of a live broadcast from another site, and plays on when the encoder comes back', async () => {
  const stack = await startStack();
  const encoder = startLastingEncoder(stack.publishUrl(), { ...LIGHT, gop: 12 });
  const site = Deno.serve({ hostname: '127.0.0.1', port: 0, onListen: () => {} }, async (request) => {
    if (new URL(request.url).pathname === '/hls.js') return new Response(await Deno.readFile(HLS_JS));
    const body = pageOf(`${stack.edge.url}/hls/demo/index.m3u8`);
    return new Response(body, { headers: { 'content-type': 'text/html' } });
  });
  const browser = await launchChromium();
  try {
    await until('there is a segment', async () => {
      const answer = await fetch(`${stack.edge.url}/hls/demo/0.m3u8`);
      return (await answer.text()).includes('.m4s');
    });
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${site.addr.port}/`);
    const read = () => page.evaluate('read()') as Promise<Reading>;
    const advanced = (what: string, from: Reading, seconds: number) =>
      until(what, async () => {
        const now = await read();
        assert.equal(now.fatal, null);
        return now.currentTime >= from.currentTime + seconds &&
          now.frames >= from.frames + seconds * 12 * 0.8 && now;
      });

    const start = await until('the picture moves', async () => {
      const now = await read();
      return now.frames > 0 && now.currentTime > 0 && now;
    });
    const before = await advanced('three seconds are played', start, 3);
    assert.equal(before.discontinuities, 0);

    encoder.kill();
    const after = await until('the picture is past the break', async () => {
      const now = await read();
      return now.discontinuities > 0 && now;
    }, { withinMs: 30_000 });
    assert.ok(encoder.sessions > 1);
    await advanced('three seconds after the break are played', after, 3);
  } finally {
    await browser.close();
    await site.shutdown();
    await encoder.stop();
    await stack.stop();
  }
});
