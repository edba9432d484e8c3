/** Viewers behind every kind of NAT, with a real coturn, edge, origin and encoder: who meets whom, and by which way. */
import assert from 'node:assert/strict';
import { Child } from './child.ts';
import { Lab } from './lab.ts';
import { pairOf, pairsOf, printMatrix } from './matrix.ts';
import { type Relay, startRelay } from './relay.ts';
import type { Sight } from './viewer.ts';

/** Bytes of a stream with its control, headers and signaling, over those of its media. */
const ABOUT_ONE = 1.4;
/** About five seconds of the stream. */
const ROUND_BYTES = 400_000;
const MOST_ROUNDS = 12;

Deno.test('two ends of one connection make a pair, and its dearer side tells its way', () => {
  const sight = (binding: string, route: 'lan' | 'peer' | 'turn', ms: number) =>
    ({ meetings: [{ binding, route, ms }] }) as Sight;
  const pairs = pairsOf(new Map([['a', sight('x', 'peer', 10)], ['b', sight('x', 'turn', 20)]]));
  assert.deepEqual(pairs, [{ one: 'a', other: 'b', route: 'turn', ms: 20 }]);
  assert.deepEqual(pairOf(pairs, 'b', 'a'), pairs[0]);
  assert.deepEqual(pairsOf(new Map([['a', sight('x', 'peer', 10)]])), []);
  assert.equal(printMatrix(['a', 'b'], pairs), '   a        b\na           turn 20\nb  turn 20');
});

Deno.test('viewers behind every kind of NAT meet by the cheapest way there is, and about one copy enters a LAN', async (t) => {
  const lab = new Lab();
  const viewers = new Map<string, Child>();
  let relay: Relay | undefined;
  let servers: Child | undefined;
  const sights = async () =>
    new Map(
      await Promise.all([...viewers].map(async ([name, one]) => [name, await one.ask<Sight>()] as const)),
    );
  /** Looks until it holds, and shows what is there when it does not. */
  const until = async (what: string, holds: (seen: Map<string, Sight>) => boolean, withinMs = 40_000) => {
    const end = performance.now() + withinMs;
    for (;;) {
      const seen = await sights();
      if (holds(seen)) return seen;
      if (performance.now() > end) {
        const figures = [...seen].map(([name, one]) =>
          `${name} ${one.state} ${one.nat} ${JSON.stringify(one.stats)}`
        );
        assert.fail(
          `not in time: ${what}\n${printMatrix([...seen.keys()], pairsOf(seen))}\n${figures.join('\n')}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  };
  try {
    await lab.begin();
    const { namespace, address } = lab.servers;
    relay = await startRelay(namespace, lab.addresses);
    servers = new Child(namespace, 'servers.ts', JSON.stringify({ address, ...relay }));
    const home = await lab.lan('cone', 3);
    const cone = await lab.lan('cone', 1);
    const symmetric = await lab.lan('symmetric', 1);
    const symmetric2 = await lab.lan('symmetric', 1);
    const blocked = await lab.lan('blocked', 1);
    const hosts = {
      open: await lab.open(),
      home1: home.hosts[0]!,
      home2: home.hosts[1]!,
      home3: home.hosts[2]!,
      cone: cone.hosts[0]!,
      symmetric: symmetric.hosts[0]!,
      symmetric2: symmetric2.hosts[0]!,
      blocked: blocked.hosts[0]!,
      private: await lab.open(),
    };
    const { url } = await servers.next<{ url: string }>();
    for (const [name, host] of Object.entries(hosts)) {
      viewers.set(name, new Child(host.namespace, 'viewer.ts', url, name === 'private' ? 'relay' : 'on'));
    }
    const route = (seen: Map<string, Sight>, one: string, other: string) =>
      pairOf(pairsOf(seen), one, other)?.route;

    await t.step('everybody learns the kind of its NAT', async () => {
      const kinds = await until(
        'kinds',
        (seen) => [...seen].every(([_, { nat }]) => nat !== '' && nat !== 'unknown'),
      );
      const kind = Object.fromEntries([...kinds].map(([name, { nat }]) => [name, nat]));
      assert.deepEqual(kind, {
        open: 'open',
        home1: 'cone',
        home2: 'cone',
        home3: 'cone',
        cone: 'cone',
        symmetric: 'symmetric',
        symmetric2: 'symmetric',
        blocked: 'blocked',
        private: 'blocked',
      });
    });

    await t.step('each two meet that can, directly where that is possible', async () => {
      const able = [...viewers.keys()].filter((name) => !['blocked', 'private'].includes(name));
      const seen = await until(
        'all pairs',
        (now) => able.every((one) => able.every((other) => one >= other || route(now, one, other))),
      );
      console.log(`\n${printMatrix([...viewers.keys()], pairsOf(seen))}\n(way, ms to a usable connection)`);
      const expected: [string, string, string][] = [
        ['home1', 'home2', 'lan'],
        ['home2', 'home3', 'lan'],
        ['home1', 'home3', 'lan'],
        ['home1', 'cone', 'peer'],
        ['cone', 'open', 'peer'],
        ['symmetric', 'open', 'peer'],
        ['symmetric', 'symmetric2', 'turn'],
      ];
      for (const [one, other, way] of expected) {
        assert.equal(route(seen, one, other), way, `${one}, ${other}`);
      }
      assert.match(relay!.log(), /ALLOCATE processed, success/);
    });

    await t.step('where UDP is blocked a viewer plays from the edge, and meets nobody', async () => {
      const seen = await until('runs', (now) => now.get('blocked')!.stats.runBytes > 300_000);
      const { state, meetings, stats } = seen.get('blocked')!;
      assert.deepEqual([state, meetings, stats.peerBytes], ['live', [], 0]);
    });

    await t.step(
      'who wants relays only and cannot have it so plays from the edge, its address unseen',
      async () => {
        const seen = await until('media', (now) => now.get('private')!.stats.edgeBytes > 300_000);
        const { state, meetings, tried, stats } = seen.get('private')!;
        assert.deepEqual([state, meetings, tried, stats.peerBytes], ['live', [], 0, 0]);
      },
    );

    await t.step('three viewers of one LAN take about one copy from outside', async () => {
      const names = ['home1', 'home2', 'home3'];
      const taken = (seen: Map<string, Sight>) => {
        const of = ({ peerBytes, edgeBytes }: Sight['stats']) => peerBytes + edgeBytes;
        return names.reduce((sum, name) => sum + of(seen.get(name)!.stats), 0) / names.length;
      };
      // Until the links have found their places more than once enters: it is measured a few seconds at a time.
      const measured: string[] = [];
      let least = Infinity;
      for (let round = 0; round < MOST_ROUNDS && least > ABOUT_ONE; round++) {
        const [began, before] = [taken(await sights()), (await home.traffic()).inBytes];
        const ended = await until('media', (now) => taken(now) - began > ROUND_BYTES);
        const copies = ((await home.traffic()).inBytes - before) / (taken(ended) - began);
        measured.push(copies.toFixed(2));
        least = Math.min(least, copies);
      }
      const what =
        `copies that entered the LAN of three, all bytes on its uplink, headers and signaling included: `;
      console.log(what + measured.join(', '));
      assert.ok(least <= ABOUT_ONE, what + measured.join(', '));
    });

    await t.step('what can come directly does not come through TURN', async () => {
      const seen = await sights();
      // The one open peer can give to both behind symmetric NATs no more than its upload budget.
      const share = (name: string) => {
        const { turnBytes, peerBytes, edgeBytes } = seen.get(name)!.stats;
        return turnBytes / (peerBytes + edgeBytes);
      };
      const shares = [...viewers.keys()].map((name) => `${name} ${(100 * share(name)).toFixed(0)} %`);
      console.log(`through TURN: ${shares.join(', ')}`);
      const direct = ['open', 'home1', 'home2', 'home3', 'cone'].map(share);
      assert.ok(direct.reduce((sum, one) => sum + one, 0) / direct.length < 0.25);
    });
  } finally {
    await Promise.all([...viewers.values()].map((one) => one.stop()));
    await servers?.stop();
    await relay?.stop();
    await lab.remove();
  }
});
