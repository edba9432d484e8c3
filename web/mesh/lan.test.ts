/** A household within a swarm: what enters it, and what goes round in it. */
import assert from 'node:assert/strict';
import type { Message } from './message.ts';
import { allFeeds, Swarm, SwarmPeer } from './testing/swarm.ts';

/** Every fifth piece that it should push to these is lost; what is asked for is sent. */
class Forgetful extends SwarmPeer {
  to: SwarmPeer[] = [];
  #asked = new Set<number>();

  override receive(from: string, message: Message): void {
    if (message.type === 'request') this.#asked.add(message.index);
    super.receive(from, message);
  }

  override outgoing(message: Message, to: string): Message | undefined {
    if (message.type !== 'piece' || this.#asked.has(message.frame.record.index)) return message;
    const isMeant = this.to.some(({ peerId }) => peerId === to);
    return isMeant && (message.frame.record.index & 255) % 5 === 0 ? undefined : message;
  }
}

function linkHousehold(swarm: Swarm, household: SwarmPeer[]): void {
  for (const [i, peer] of household.entries()) {
    for (const other of household.slice(i + 1)) swarm.link(peer, other, 'lan');
  }
}

/** Deals the feeds over these peers. */
function deal(swarm: Swarm, seeds: SwarmPeer[]): void {
  const feeds = allFeeds(swarm.source);
  for (const [i, seed] of seeds.entries()) seed.feed(feeds.filter((_, at) => at % seeds.length === i));
}

/** Media of all these peers: what came by their LAN, and what came by any other way. */
function taken(household: SwarmPeer[]): { lan: number; outside: number } {
  const sum = { lan: 0, outside: 0 };
  for (const peer of household) {
    const { lan, ...others } = peer.mesh.stats().bytes;
    sum.lan += lan;
    sum.outside += Object.values(others).reduce((total, one) => total + one, 0);
  }
  return sum;
}

/** How often what one of them watches enters the household. */
function copiesInto(household: SwarmPeer[], swarm: Swarm, seconds: number): number {
  const before = taken(household);
  swarm.run(seconds);
  const after = taken(household);
  const outside = after.outside - before.outside;
  return outside / ((outside + after.lan - before.lan) / household.length);
}

Deno.test('about one copy of what a household of five watches enters it', () => {
  const swarm = new Swarm(1);
  const household = Array.from({ length: 5 }, () => swarm.add());
  const others = Array.from({ length: 12 }, () => swarm.add());
  deal(swarm, [household[0]!, household[1]!, others[0]!, others[1]!]);
  linkHousehold(swarm, household);
  swarm.linkAtRandom(10);
  swarm.run(20);
  const copies = copiesInto(household, swarm, 20);
  for (const peer of household) assert.deepEqual(swarm.late(peer, 20_000, 38_000, 1500), []);
  assert.ok(copies < 1.1, `${copies.toFixed(2)} copies entered`);
});

/** Share of what a child within a household gets from outside, when every fifth piece from within is lost. */
function outsideShare(seed: number): number {
  const swarm = new Swarm(seed);
  const first = swarm.add({}, Forgetful) as Forgetful;
  const child = swarm.add();
  const others = [1, 2, 3, 4].map(() => swarm.add());
  first.to = [child];
  deal(swarm, [first]);
  linkHousehold(swarm, [first, child]);
  swarm.linkAtRandom(5);
  swarm.run(15);
  const before = taken([child]);
  swarm.run(20);
  const after = taken([child]);
  assert.ok(others.every((other) => child.links.has(other.peerId)), 'it could ask others');
  assert.deepEqual(swarm.late(child, 15_000, 32_000, 1500), []);
  return (after.outside - before.outside) / (after.lan - before.lan);
}

Deno.test('pieces that were lost within the household are asked for within it, and its child stays its child', () => {
  const shares = [2, 3, 4, 6].map(outsideShare);
  assert.ok(
    Math.max(...shares) < 0.01,
    `${shares.map((share) => (100 * share).toFixed(1))} % came from outside`,
  );
});

Deno.test('a piece that comes late to a household is fetched into it once', () => {
  const swarm = new Swarm(3);
  const household = Array.from({ length: 5 }, () => swarm.add());
  const others = Array.from({ length: 8 }, () => swarm.add({}, Forgetful) as Forgetful);
  for (const other of others) other.to = household;
  deal(swarm, others.slice(0, 4));
  linkHousehold(swarm, household);
  swarm.linkAtRandom(10);
  swarm.run(20);
  const copies = copiesInto(household, swarm, 20);
  for (const peer of household) assert.deepEqual(swarm.late(peer, 20_000, 38_000, 1500), []);
  assert.ok(copies < 1.15, `${copies.toFixed(2)} copies entered`);
});
