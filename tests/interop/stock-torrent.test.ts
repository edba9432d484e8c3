/** Two stock `webtorrent` clients in Chromium against the real edge. */
import assert from 'node:assert/strict';
import { headlessEnvironment, headlessQuiet } from '../../web/antenna/headless-environment.ts';
import { Viewer } from '../../web/peer/viewer.ts';
import { launchChromium } from '../e2e/chromium.ts';
import { EDGE_SECRETS, startEdge } from '../edge.ts';
import { putOnAir } from '../on-air.ts';
import { servePages } from './torrent-page.ts';
import { until } from '../until.ts';

const LENGTH = 1_500_000;

Deno.test({
  name:
    'stock webtorrent clients transfer a file over a registered info-hash, and are harmless in a broadcast',
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const edge = await startEdge();
    const browser = await launchChromium();
    const pages = await servePages();
    const viewers: Viewer[] = [];
    const announceOf = (infoHash: string) => `${edge.url.replace('http', 'ws')}/swarm/${infoHash}/announce`;
    try {
      const [seeder, leecher] = [await pages.open(browser), await pages.open(browser)];

      await t.step('an info-hash that nobody registered is refused, and the client says why', async () => {
        const stranger = await pages.open(browser);
        await stranger.add('12'.repeat(20), announceOf('12'.repeat(20)));
        const troubles = await until('the client is told', async () => {
          const { troubles } = await stranger.state();
          return troubles.length > 0 && troubles;
        }, { withinMs: 10_000 });
        assert.match(troubles[0]!, /not served/);
        await stranger.page.browserContext().close();
      });

      await t.step(
        'registered, it brings two clients together, and the file from one to the other',
        async () => {
          const infoHash = await seeder.hashOf(LENGTH);
          const made = await fetch(`${edge.url}/api/torrents/${infoHash}`, {
            method: 'PUT',
            headers: { authorization: `Bearer ${EDGE_SECRETS.SHOAL_ADMIN_TOKEN}` },
          });
          assert.equal(made.status, 200);
          await made.body?.cancel();
          await seeder.seed(LENGTH, announceOf(infoHash));
          await until('the seed is ready', async () => (await seeder.state()).ready, { withinMs: 20_000 });
          assert.equal((await seeder.state()).infoHash, infoHash);
          await leecher.add(infoHash, announceOf(infoHash));
          await until('the file is here', async () => (await leecher.state()).done, { withinMs: 30_000 });
          assert.equal(await leecher.holds(LENGTH), true);
          for (const one of [seeder, leecher]) assert.deepEqual((await one.state()).troubles, []);
          for (const one of [seeder, leecher]) await one.page.browserContext().close();
        },
      );

      await t.step(
        'in a broadcast they meet each other only, stay connected and never get ready',
        async () => {
          const air = await putOnAir(edge, 'live');
          const { infoHash } = air.broadcast;
          const stock = [await pages.open(browser), await pages.open(browser)];
          for (const one of stock) await one.add(infoHash, announceOf(infoHash));
          const met = async () =>
            (await Promise.all(stock.map((one) => one.state()))).every(({ peers }) => peers === 1);
          await until('both stock clients have met', met, { withinMs: 20_000 });
          for (let i = 0; i < 2; i++) {
            const viewer = new Viewer({
              edgeUrl: edge.url,
              channel: 'live',
              environment: headlessEnvironment(),
            });
            viewers.push(viewer);
            viewer.start();
          }
          await until(
            'the viewers have met',
            () => Promise.resolve(viewers.every((one) => one.stats().peers === 1)),
            { withinMs: 20_000 },
          );
          for (const one of stock) {
            const { ready, peers, troubles } = await one.state();
            assert.deepEqual({ ready, peers, troubles }, { ready: false, peers: 1, troubles: [] });
          }
          assert.deepEqual(viewers.map((one) => [one.state, one.stats().peers]), [['live', 1], ['live', 1]]);
          air.leave();
        },
      );
    } finally {
      for (const viewer of viewers) viewer.stop();
      await headlessQuiet();
      await browser.close();
      await pages.stop();
      await edge.stop();
    }
  },
});
