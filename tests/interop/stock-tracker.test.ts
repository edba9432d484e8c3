/** The stock `bittorrent-tracker` client against the real edge: what it announces and asks is answered as it expects. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { startEdge } from '../edge.ts';
import { putOnAir } from '../on-air.ts';
import { type StockClient, stockClient } from './stock-client.ts';

Deno.test({
  name: 'stock tracker clients announce, meet, scrape and leave at the edge',
  // The client keeps timers of its own past destroy.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const edge = await startEdge();
    const air = await putOnAir(edge, 'stock');
    const { infoHash } = air.broadcast;
    const announce = `${edge.url.replace('http', 'ws')}/swarm/${infoHash}/announce`;
    const Client = await stockClient();
    const clients: StockClient[] = [];
    const client = (hash = infoHash, url = announce) => {
      const made = new Client({
        infoHash: hash,
        peerId: randomBytes(20),
        announce: [url],
      });
      clients.push(made);
      return made;
    };
    try {
      const [first, second] = [client(), client()];

      await t.step('the first one is counted alone', async () => {
        first.start({ numwant: 2, left: 100 });
        const [update] = await once(first, 'update') as [
          { complete: number; incomplete: number; interval: number },
        ];
        assert.deepEqual([update.complete, update.incomplete], [0, 1]);
      });

      await t.step('the second one is counted as complete, and its offer makes a peer of both', async () => {
        const met = Promise.all([once(first, 'peer'), once(second, 'peer')]);
        second.start({ numwant: 3, left: 0 });
        const [update] = await once(second, 'update') as [{ complete: number; incomplete: number }];
        assert.deepEqual([update.complete, update.incomplete], [1, 1]);
        await met;
      });

      await t.step('a scrape tells the same', async () => {
        second.scrape();
        const [scraped] = await once(second, 'scrape') as [
          { infoHash: string; complete: number; incomplete: number },
        ];
        assert.deepEqual([scraped.infoHash, scraped.complete, scraped.incomplete], [infoHash, 1, 1]);
      });

      await t.step('stopped is answered, and the peer no longer counted', async () => {
        first.stop();
        const [update] = await once(first, 'update') as [{ complete: number; incomplete: number }];
        assert.deepEqual([update.complete, update.incomplete], [1, 0]);
      });

      await t.step('an info-hash that Shoal does not know is refused with a reason', async () => {
        const other = '12'.repeat(20);
        const stranger = client(other, announce.replace(infoHash, other));
        stranger.start({ numwant: 0, left: 0 });
        const [warning] = await once(stranger, 'warning') as [Error];
        assert.match(warning.message, /not served/);
      });
    } finally {
      await Promise.all(clients.map((one) => new Promise<void>((resolve) => one.destroy(() => resolve()))));
      air.leave();
      await edge.stop();
    }
  },
});
