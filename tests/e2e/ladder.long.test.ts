/** A ladder made by a real ffmpeg, and headless viewers of it, one of them behind a line of a stated rate. */
import assert from 'node:assert/strict';
import { headlessEnvironment, headlessQuiet } from '../../web/antenna/headless-environment.ts';
import type { Viewer } from '../../web/peer/viewer.ts';
import { Downlink } from '../downlink.ts';
import { startFeed } from '../feed.ts';
import { viewerOf } from '../headless-viewer.ts';
import { startStack } from '../stack.ts';
import { until } from '../until.ts';

const options = { sanitizeOps: false, sanitizeResources: false, sanitizeExit: false };
/** Source and sound are about 1,000 kbps with what goes around them, the lower rendition and sound about 300. */
const SOURCE_KBPS = 900;
const LADDER = [{ height: 180, kbps: 200 }];
const LINE_KBPS = 500;
/** Numbers of the tracks. */
const SOURCE = 0;
const SOUND = 1;
const LOWER = 2;

Deno.test.afterAll(headlessQuiet);

/** Milliseconds of media of a track, without a gap, up to the newest. */
function newestMs(viewer: Viewer, track: number): number {
  return Math.max(0, ...viewer.segments(track).map(({ endUs }) => endUs ?? 0)) / 1000;
}

Deno.test(
  'viewers of two renditions feed their own kind, over links that a switch leaves alone',
  options,
  async (t) => {
    const stack = await startStack({ channels: [{ name: 'demo', settings: { ladder: LADDER } }] });
    const feed = startFeed({ output: ['-f', 'flv', stack.publishUrl()], videoKbps: SOURCE_KBPS });
    const viewers: Viewer[] = [];
    const linked = () => viewers.every((one) => one.stats().peers === viewers.length - 1);
    const liveEdgeMs = (one: Viewer) => one.serverNowMs() - one.broadcast!.epochMs;
    const keepsUp = (one: Viewer, track: number) =>
      liveEdgeMs(one) - newestMs(one, track) < one.latencyTargetMs;
    try {
      await t.step('the broadcast is announced with its renditions', async () => {
        viewers.push(...[1, 2, 3, 4].map(() => viewerOf(stack)));
        await until('live', () => viewers.every((one) => one.state === 'live'));
        const heights = viewers[0]!.broadcast!.tracks.map(({ height }) => height);
        assert.deepEqual(heights, [360, undefined, 180]);
        await until('all linked with all', linked);
      });

      await t.step('plain HLS lists them, with one group of sound', async () => {
        const main = await fetch(`${stack.edge.url}/hls/demo/index.m3u8`);
        const text = await main.text();
        assert.equal(main.status, 200, text);
        assert.match(text, /RESOLUTION=640x360.*AUDIO="audio"\n0\.m3u8/);
        assert.match(text, /RESOLUTION=320x180.*AUDIO="audio"\n2\.m3u8/);
      });

      await t.step('two go over to the lower one: every link stays, and they miss nothing', async () => {
        let unlinked = 0;
        const others = viewers.length - 1;
        for (const one of viewers) {
          one.on('peers', ({ count }) => {
            if (count < others) unlinked++;
          });
        }
        const lower = viewers.slice(2);
        for (const one of lower) one.setTracks([LOWER, SOUND]);
        await until(
          'the lower rendition keeps up',
          () => lower.every((one) => keepsUp(one, LOWER)),
        );
        const before = sums(viewers);
        const fromMs = liveEdgeMs(viewers[0]!);
        await until(
          'eight more seconds of both',
          () => viewers.every((one, at) => newestMs(one, at < 2 ? SOURCE : LOWER) > fromMs + 8000),
        );
        assert.equal(unlinked, 0, 'no link was lost');
        // Two pairs: the edge feeds one of each, and the sound once; half is the most there can be, and a little more.
        assert.ok(offloadSince(before, viewers) > 0.4);
      });

      await t.step(
        'a viewer whose line cannot carry the source is carried by those of the lower one',
        async () => {
          const environment = new Downlink(LINE_KBPS).behind(headlessEnvironment());
          const slow = viewerOf(stack, { environment, tracks: () => [LOWER, SOUND] });
          viewers.push(slow);
          await until('all linked with all', linked);
          // The join's 2 s and what is cut meanwhile: at the 200 kbps that the line has to spare it catches up in some 4 s.
          let since = performance.now();
          await until('it has kept up for a second', () => {
            if (!keepsUp(slow, LOWER)) since = performance.now();
            return performance.now() - since > 1000;
          }, { withinMs: 8000 });
          const before = sums(viewers);
          const fromMs = liveEdgeMs(slow);
          let looks = 0;
          let late = 0;
          await until('eight seconds more', () => {
            looks++;
            if (!keepsUp(slow, LOWER)) late++;
            return newestMs(slow, LOWER) > fromMs + 8000;
          });
          console.log(`behind its target at ${late} of ${looks} looks`, slow.stats());
          assert.ok(late < looks / 10, `behind its target at ${late} of ${looks} looks`);
          assert.ok(offloadSince(before, viewers) > 0.4);
        },
      );
    } finally {
      for (const one of viewers) {
        one.stop();
      }
      await feed.stop();
      await stack.stop();
    }
  },
);

function sums(viewers: Viewer[]) {
  const stats = viewers.map((viewer) => viewer.stats());
  return {
    peer: stats.reduce((sum, one) => sum + one.peerBytes, 0),
    edge: stats.reduce((sum, one) => sum + one.edgeBytes, 0),
  };
}

/** Share of the pieces that came from peers. */
function offloadSince(before: ReturnType<typeof sums>, viewers: Viewer[]): number {
  const now = sums(viewers);
  const fromPeers = now.peer - before.peer;
  return fromPeers / (fromPeers + now.edge - before.edge);
}
