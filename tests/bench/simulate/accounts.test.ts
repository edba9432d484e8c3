import assert from 'node:assert/strict';
import { Arrivals } from './arrivals.ts';
import { Edge } from './edge.ts';
import { Meter } from './meter.ts';
import { packetsFor } from './packet-bytes.ts';
import { asBridge, isBridgeable, reductionFor } from './reduction.ts';
import type { Host } from './host.ts';
import { LinkStates, Uplink } from './uplink.ts';

Deno.test('an uplink sends one thing after the other, and stands still when its network does', () => {
  const uplink = new Uplink(800);
  assert.equal(uplink.send(0, 1000), 10);
  assert.equal(uplink.send(0, 1000), 20);
  assert.equal(uplink.send(100, 500), 105);
  uplink.stall(105, 300);
  assert.equal(uplink.send(110, 100), 406);
});

Deno.test('a backlog drains evenly and is empty at its end', () => {
  const links = new LinkStates();
  const other = links.open();
  const id = links.open();
  links.queue(id, 0, 100, 1000);
  assert.equal(links.queuedBytes(id, 0), 1000);
  assert.equal(links.queuedBytes(id, 50), 500);
  links.queue(id, 50, 150, 500);
  assert.equal(links.queuedBytes(id, 100), 500);
  assert.equal(links.queuedBytes(id, 150), 0);
  assert.equal(links.queuedBytes(other, 50), 0);
});

Deno.test('messages of a link arrive in order, and a link that takes the place of another begins anew', () => {
  const links = new LinkStates();
  const ids = Array.from({ length: 5000 }, () => links.open());
  const last = ids.at(-1)!;
  assert.equal(links.arrival(last, 300), 300);
  assert.equal(links.arrival(last, 200), 300);
  links.queue(last, 0, 100, 1000);
  links.close(last);
  assert.equal(links.open(), last);
  assert.equal(links.arrival(last, 200), 200);
  assert.equal(links.queuedBytes(last, 50), 0);
});

Deno.test('an arrival is noted once, and a new row or a new viewer begins empty', () => {
  const arrivals = new Arrivals(3);
  arrivals.open(7);
  assert.equal(arrivals.lagMs(7, 1), -1);
  assert.ok(arrivals.note(7, 1, 250));
  assert.ok(!arrivals.note(7, 1, 900));
  assert.equal(arrivals.lagMs(7, 1), 250);
  assert.ok(!arrivals.has(7, 2));
  arrivals.forget(1);
  assert.ok(!arrivals.has(7, 1));
  arrivals.note(7, 0, 0);
  arrivals.open(7 + 512);
  assert.ok(!arrivals.has(7 + 512, 0));
});

Deno.test('lateness is the share of all that should have come, what never came included', () => {
  const meter = new Meter();
  for (let i = 0; i < 97; i++) meter.sample(400);
  for (const lag of [1500, 2500, -1]) meter.sample(lag);
  const near = (value: number, wanted: number) => assert.ok(Math.abs(value - wanted) < 1e-9, `${value}`);
  near(meter.laterThan(1000), 0.03);
  near(meter.laterThan(2000), 0.02);
  near(meter.laterThan(3000), 0.01);
  near(meter.laterThan(5000), 0.01);
  assert.equal(meter.lagAt(0.5), 405);
  assert.equal(meter.lagAt(0.999), Infinity);
});

Deno.test('the edge refuses joins and repair when the cap is spent, seeds never, and counts by kind', () => {
  const edge = new Edge(800);
  assert.ok(edge.take('repair', 100_000, 0));
  assert.ok(!edge.take('repair', 10_000, 0));
  assert.ok(!edge.take('join', 10_000, 0));
  assert.ok(edge.take('seed', 10_000, 0));
  assert.ok(edge.take('blocked', 1e9, 0));
  assert.deepEqual(edge.bytes, { seed: 10_000, join: 0, repair: 100_000, help: 0, blocked: 1e9 });
  assert.equal(edge.requests, 3);
  assert.ok(edge.take('repair', 50_000, 1000));
  assert.ok(new Edge(null).take('join', 1e9, 0));
});

Deno.test('a reduced audience keeps its shards in number: some whole, of the rest eight bridges each', () => {
  assert.deepEqual(reductionFor(20_000, 0, 1000), { viewers: 20_000, bridges: 0, factor: 1 });
  assert.deepEqual(reductionFor(1000, 4, 1000), { viewers: 1000, bridges: 0, factor: 1 });
  const reduced = reductionFor(500_000, 4, 1000);
  assert.equal(reduced.viewers, 2400);
  assert.equal(reduced.bridges, (834 - 4) * 8);
  assert.ok(Math.abs(reduced.factor * reduced.viewers - 500_000) < 1e-6);
});

Deno.test('a lent bridge has three quarters of its upload and is one that a shard would lend', () => {
  const host: Host = {
    slot: 1,
    region: 0,
    network: 0,
    accessMs: 5,
    nat: 'cone',
    lan: -1,
    uplinkClass: 4,
    uplinkKbps: 8000,
    grantedKbps: 2000,
    conduct: 'honest',
  };
  assert.ok(isBridgeable(host));
  assert.ok(!isBridgeable({ ...host, uplinkClass: 1 }));
  assert.ok(!isBridgeable({ ...host, nat: 'symmetric' }));
  assert.ok(!isBridgeable({ ...host, conduct: 'poison' }));
  const lent = asBridge(host, 77);
  assert.deepEqual([lent.slot, lent.uplinkKbps, lent.grantedKbps], [77, 6000, 2000]);
});

Deno.test('a message takes as many packets as it needs', () => {
  assert.deepEqual([1, 1150, 1151, 5600].map(packetsFor), [1, 1, 2, 5]);
});
