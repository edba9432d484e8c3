/** Two real Chromiums behind two symmetric NATs: they feed each other through coturn with the edge's credentials. */
import assert from 'node:assert/strict';
import { Child } from './child.ts';
import { Lab } from './lab.ts';
import { pairOf, pairsOf } from './matrix.ts';
import { type Relay, startRelay } from './relay.ts';
import type { Sight } from './viewer.ts';

Deno.test('two browsers behind symmetric NATs play and feed each other through TURN', async () => {
  const lab = new Lab();
  const viewers = new Map<string, Child>();
  let relay: Relay | undefined;
  let servers: Child | undefined;
  try {
    await lab.begin();
    const { namespace, address } = lab.servers;
    relay = await startRelay(namespace, lab.addresses);
    servers = new Child(namespace, 'servers.ts', JSON.stringify({ address, pages: true, ...relay }));
    const { url } = await servers.next<{ url: string }>();
    for (const name of ['one', 'other']) {
      const { hosts } = await lab.lan('symmetric', 1);
      viewers.set(name, new Child(hosts[0]!.namespace, 'browser.ts', url));
    }
    const end = performance.now() + 60_000;
    for (;;) {
      const seen = new Map<string, Sight>();
      for (const [name, viewer] of viewers) seen.set(name, await viewer.ask<Sight>());
      const pair = pairOf(pairsOf(seen), 'one', 'other');
      const bytes = [...seen.values()].map(({ stats }) => stats.peerBytes);
      if (pair && bytes.some((one) => one > 300_000)) {
        assert.equal(pair.route, 'turn');
        console.log(
          `two Chromiums, symmetric and symmetric: ${pair.route} in ${pair.ms} ms, ${bytes} bytes from each other`,
        );
        break;
      }
      assert.ok(performance.now() < end, `not in time: ${JSON.stringify([...seen])}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  } finally {
    await Promise.all([...viewers.values()].map((one) => one.stop()));
    await servers?.stop();
    await relay?.stop();
    await lab.remove();
  }
});
