/** Whole viewers under Deno with real WebRTC, a real edge in workerd, a real origin and a real encoder. */
import assert from 'node:assert/strict';
import { headlessEnvironment, headlessQuiet } from '../../web/antenna/headless-environment.ts';
import type { Viewer } from '../../web/peer/viewer.ts';
import { type Feed, startFeed } from '../feed.ts';
import { viewerOf } from '../headless-viewer.ts';
import { startStack } from '../stack.ts';
import { untilViewers } from '../until-viewers.ts';

const options = { sanitizeOps: false, sanitizeResources: false, sanitizeExit: false };

Deno.test.afterAll(headlessQuiet);

/** Seconds of gapless media at the end of what a viewer holds of its video track. */
function gaplessUntilMs(viewer: Viewer): number {
  const segments = viewer.segments(0);
  let endUs = 0;
  for (const [at, segment] of segments.entries()) {
    if (at > 0 && !segments[at - 1]!.complete) return endUs / 1000;
    endUs = segment.endUs ?? endUs;
  }
  return endUs / 1000;
}

Deno.test(
  'viewers wait for the encoder, feed each other, and survive each other and the edge',
  options,
  async (t) => {
    const stack = await startStack();
    const viewers: Viewer[] = [];
    let feed: Feed | undefined;
    try {
      const first = viewerOf(stack);
      viewers.push(first);

      await t.step(
        'a viewer of a channel that is not on air is offline, and live by itself later',
        async () => {
          await untilViewers('offline', () => first.state === 'offline', viewers);
          assert.equal(first.reason?.code, 'idle');
          feed = startFeed({ output: ['-f', 'flv', stack.publishUrl()] });
          const hasInit = () => {
            const [segment] = first.segments(0);
            return segment?.initSegment !== undefined && first.init(0, segment.initSegment) !== undefined;
          };
          await untilViewers(
            'live with media that can be decoded',
            () => first.state === 'live' && first.segments(0).length > 1 && hasInit(),
            viewers,
          );
        },
      );

      await t.step('pieces that one got from the edge reach the others by WebRTC', async () => {
        viewers.push(viewerOf(stack), viewerOf(stack));
        await untilViewers(
          'three linked viewers',
          () => viewers.every((one) => one.stats().peers === 2),
          viewers,
        );
        await untilViewers(
          'more from peers than from the edge, since then',
          () => viewers.slice(1).every((one) => one.stats().peerBytes > 300_000),
          viewers,
          60_000,
        );
        const stats = viewers.map((one) => one.stats());
        const [fromPeers, given] = [sum(stats, 'peerBytes'), sum(stats, 'uploadBytes')];
        assert.ok(
          given >= fromPeers * 0.9,
          `what was got from peers was given by peers: ${fromPeers}, ${given}`,
        );
      });

      await t.step('what the viewers hold is without a gap, and close to the live edge', async () => {
        const close = (one: Viewer) =>
          one.serverNowMs() - one.broadcast!.epochMs - gaplessUntilMs(one) < 2000;
        await untilViewers('gapless within two seconds of live', () => viewers.every(close), viewers);
      });

      await t.step('when one is gone without a word, the others go on', async () => {
        const [gone] = viewers.splice(1, 1);
        gone!.stop();
        const before = viewers.map(gaplessUntilMs);
        await untilViewers(
          'four more seconds without a gap',
          () => viewers.every((one, at) => gaplessUntilMs(one) > before[at]! + 4000),
          viewers,
        );
        await untilViewers(
          'the link is gone',
          () => viewers.every((one) => one.stats().peers === 1),
          viewers,
        );
        assert.ok(viewers.every((one) => one.state === 'live'));
      });

      await t.step('when the edge restarts, they come back to it and go on', async () => {
        const broadcast = first.broadcast!.id;
        await stack.restartEdge(500);
        const before = viewers.map((one) => one.newestUs);
        await untilViewers(
          'six more seconds of media',
          () => viewers.every((one, at) => one.newestUs > before[at]! + 6_000_000),
          viewers,
          60_000,
        );
        await untilViewers('live', () => viewers.every((one) => one.state === 'live'), viewers);
        assert.equal(first.broadcast!.id, broadcast, 'it is the same broadcast');
        assert.ok(viewers.every((one) => one.stats().peers === 1), 'their link outlived the edge');
      });
    } finally {
      for (const viewer of viewers) viewer.stop();
      await feed?.stop();
      await stack.stop();
    }
  },
);

Deno.test('a viewer without WebRTC lives on aligned runs of the edge', options, async () => {
  const stack = await startStack();
  const feed = startFeed({ output: ['-f', 'flv', stack.publishUrl()] });
  const viewers: Viewer[] = [];
  try {
    const environment = headlessEnvironment();
    delete environment.RTCPeerConnection;
    viewers.push(viewerOf(stack, { environment }), viewerOf(stack, { p2p: 'off' }));
    await untilViewers('media', () => viewers.every((one) => one.segments(0).length > 0), viewers);
    const before = viewers.map((one) => ({ newestUs: one.newestUs, requests: one.stats().edgeRequests }));
    await untilViewers(
      'six more seconds without a gap',
      () => viewers.every((one, at) => gaplessUntilMs(one) * 1000 > before[at]!.newestUs + 6_000_000),
      viewers,
    );
    for (const [at, viewer] of viewers.entries()) {
      const { peerBytes, runBytes, seedBytes, edgeRequests } = viewer.stats();
      assert.equal(peerBytes, 0);
      assert.ok(runBytes + seedBytes > 100_000, 'media came in runs, or as the one seed');
      const seconds = (viewer.newestUs - before[at]!.newestUs) / 1e6;
      const asked = edgeRequests - before[at]!.requests;
      assert.ok(asked <= 2 * seconds + 2, `about one request a second: ${asked} in ${seconds} s`);
    }
  } finally {
    for (const viewer of viewers) viewer.stop();
    await feed.stop();
    await stack.stop();
  }
});

function sum(stats: ReturnType<Viewer['stats']>[], name: 'peerBytes' | 'uploadBytes'): number {
  return stats.reduce((total, one) => total + one[name], 0);
}
