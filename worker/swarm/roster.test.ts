import { expect, test } from 'vitest';
import fc from 'fast-check';
import { meets, Roster } from './roster.ts';
import type { PeerRow } from './seat.ts';

function row(
  id: string,
  more: Partial<PeerRow> & { address?: string; network?: string; country?: string } = {},
): PeerRow {
  const { address = '', network = '', country = '', ...rest } = more;
  return {
    id,
    identity: id,
    key: '',
    expiresS: 0,
    sinceMs: 0,
    place: { address, network, country, region: '' },
    uploadKbps: 2000,
    track: 0,
    nat: 'open',
    device: 'computer',
    seed: false,
    bridge: false,
    ...rest,
  };
}

/** Mulberry32: the same choices every time. */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

test('a peer of the same household is always among the neighbours, in a shard of a thousand', () => {
  const roster = new Roster();
  for (let i = 0; i < 1000; i++) {
    roster.add(row(`p${i}`, { address: `10.0.${i >> 8}.${i & 255}`, uploadKbps: 9000 }));
  }
  roster.add(row('brother', { address: '192.0.2.1', uploadKbps: 0 }));
  const chosen = roster.choose(row('me', { address: '192.0.2.1' }), 6, [], seeded(1));
  expect(chosen).toHaveLength(6);
  expect(chosen[0]).toEqual({ peer_id: 'brother', near: 'lan' });
});

test('neighbours are near ones first, and still some from anywhere', () => {
  const roster = new Roster();
  for (let i = 0; i < 50; i++) {
    roster.add(row(`lan${i}`, { address: '192.0.2.1', network: 'AS1', country: 'NL' }));
  }
  for (let i = 0; i < 50; i++) {
    roster.add(row(`net${i}`, { address: `10.0.0.${i}`, network: 'AS1', country: 'NL' }));
  }
  for (let i = 0; i < 500; i++) {
    roster.add(row(`far${i}`, { address: `10.9.${i >> 8}.${i & 255}`, country: 'JP' }));
  }
  const me = row('me', { address: '192.0.2.1', network: 'AS1', country: 'NL' });
  const counts: Record<string, number> = {};
  for (let seed = 0; seed < 50; seed++) {
    for (const { near } of roster.choose(me, 6, [], seeded(seed))) counts[near] = (counts[near] ?? 0) + 1;
  }
  expect(counts.lan).toBeGreaterThanOrEqual(100);
  expect(counts.far).toBeGreaterThanOrEqual(50);
});

test('nobody is named twice, nor oneself, nor who is known already', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer(),
      (n, want, seed) => {
        const roster = new Roster();
        for (let i = 0; i < n; i++) {
          roster.add(
            row(`p${i}`, { address: `10.0.0.${i % 5}`, network: `AS${i % 3}` }),
          );
        }
        const me = row('p0', { address: '10.0.0.0', network: 'AS0' });
        const known = ['p1', 'p2'];
        const ids = roster.choose(me, want, known, seeded(seed)).map((one) => one.peer_id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids).not.toContain('p0');
        expect(ids.some((id) => known.includes(id))).toBe(false);
        expect(ids.length).toBeLessThanOrEqual(want);
        expect(ids.length).toBeGreaterThanOrEqual(Math.min(want, Math.max(0, n - 3), 1));
      },
    ),
  );
});

test('the same randomness makes the same choice', () => {
  const pick = () => {
    const roster = new Roster();
    for (let i = 0; i < 200; i++) roster.add(row(`p${i}`));
    return roster.choose(row('me'), 6, [], seeded(7));
  };
  expect(pick()).toEqual(pick());
});

test('peers that cannot meet are named only when there are no others', () => {
  const roster = new Roster();
  for (let i = 0; i < 20; i++) roster.add(row(`sym${i}`, { nat: 'symmetric', uploadKbps: 20_000 }));
  const me = row('me', { nat: 'symmetric' });
  expect(roster.choose(me, 4, [], seeded(1))).toHaveLength(4);
  for (let i = 0; i < 20; i++) roster.add(row(`open${i}`, { nat: 'open', uploadKbps: 100 }));
  for (const { peer_id } of roster.choose(me, 4, [], seeded(2))) expect(peer_id).toMatch(/^open/);
});

test('who can meet few of a shard is told of those few, not of whom chance shows', () => {
  const roster = new Roster();
  for (let i = 0; i < 300; i++) roster.add(row(`cone ${i}`, { nat: 'cone', uploadKbps: 9000 }));
  for (let i = 0; i < 4; i++) roster.add(row(`open ${i}`, { nat: 'open', uploadKbps: 300 }));
  for (let seed = 1; seed <= 20; seed++) {
    const chosen = roster.choose(row('me', { nat: 'symmetric' }), 4, [], seeded(seed));
    expect(chosen.map((one) => one.peer_id).sort()).toEqual(['open 0', 'open 1', 'open 2', 'open 3']);
  }
});

test('what can meet without TURN: a symmetric NAT and an open one, a blocked peer only in its own household', () => {
  const can = (a: PeerRow['nat'], b: PeerRow['nat']) => meets(row('a', { nat: a }), row('b', { nat: b }));
  expect([can('symmetric', 'open'), can('cone', 'cone'), can('unknown', 'symmetric')]).toEqual([
    true,
    true,
    true,
  ]);
  expect([can('symmetric', 'symmetric'), can('symmetric', 'cone'), can('blocked', 'open')]).toEqual([
    false,
    false,
    false,
  ]);
  expect(meets(row('a', { nat: 'blocked', address: '192.0.2.1' }), row('b', { address: '192.0.2.1' }))).toBe(
    true,
  );
});

test('in a flash crowd nobody is named to everybody', () => {
  const roster = new Roster();
  const random = seeded(3);
  const named = new Map<string, number>();
  for (let i = 0; i < 1000; i++) {
    const me = row(`p${i}`, { uploadKbps: i % 50 === 0 ? 20_000 : 1000 });
    for (const { peer_id } of roster.choose(me, 6, [], random)) {
      named.set(peer_id, (named.get(peer_id) ?? 0) + 1);
    }
    roster.add(me);
  }
  expect(Math.max(...named.values())).toBeLessThan(120);
});

test('a choice in a shard of five thousand looks at a few dozen rows', () => {
  const roster = new Roster();
  let looks = 0;
  for (let i = 0; i < 5000; i++) {
    const one = row(`p${i}`, { address: `10.0.${i >> 8}.${i & 255}`, network: 'AS1', country: 'NL' });
    roster.add(Object.defineProperty(one, 'uploadKbps', { get: () => (looks++, 1000) }));
  }
  looks = 0;
  roster.choose(row('me', { network: 'AS1', country: 'NL' }), 6, [], seeded(5));
  expect(looks).toBeLessThan(100);
});

test('who was removed is never named, whatever the order of coming and going', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 15 })), { maxLength: 80 }),
      (steps) => {
        const roster = new Roster();
        const here = new Set<string>();
        for (const [come, n] of steps) {
          const id = `p${n}`;
          if (come) {
            here.add(id);
            roster.add(row(id, { address: `10.0.0.${n % 4}`, network: `AS${n % 2}` }));
          } else {
            here.delete(id);
            roster.remove(id);
          }
          expect(roster.size).toBe(here.size);
        }
        const chosen = roster.choose(row('me', { address: '10.0.0.1', network: 'AS1' }), 20, [], seeded(1));
        expect(new Set(chosen.map((one) => one.peer_id))).toEqual(here);
      },
    ),
  );
});
