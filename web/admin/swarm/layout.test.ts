import assert from 'node:assert/strict';
import { layOut, linkPath, type SwarmNode } from './layout.ts';

function node(peerId: string, tier: number | null): SwarmNode {
  const rest = { device: 'computer' as const, network: '', country: '', shard: '0', uploadKbps: 0 };
  return { peerId, tier, role: tier === 1 ? 'seed' : 'viewer', latencyMs: null, edgeShare: null, ...rest };
}

Deno.test('each tier stands below the one that feeds it, who hangs in the air last', () => {
  const { nodes, tiers, height } = layOut({
    nodes: [node('c', 2), node('x', null), node('a', 1)],
    links: [{ from: null, to: 'a', lanes: 8 }, { from: 'a', to: 'c', lanes: 8 }],
  }, 800);
  const at = new Map(nodes.map(({ node, y }) => [node.peerId, y]));
  assert.ok(at.get('a')! < at.get('c')!);
  assert.ok(at.get('c')! < at.get('x')!);
  assert.deepEqual(tiers.map(({ tier, count }) => [tier, count]), [[1, 1], [2, 1], [null, 1]]);
  assert.ok(height > at.get('x')!);
});

Deno.test('children stand in the order of who feeds them most', () => {
  const { nodes } = layOut({
    nodes: [node('s1', 1), node('s2', 1), node('u', 2), node('v', 2)],
    links: [
      { from: 's1', to: 'v', lanes: 6 },
      { from: 's2', to: 'v', lanes: 2 },
      { from: 's2', to: 'u', lanes: 8 },
    ],
  }, 800);
  const x = (peerId: string) => nodes.find(({ node }) => node.peerId === peerId)!.x;
  assert.ok(x('s1') < x('s2'));
  assert.ok(x('v') < x('u'));
});

Deno.test('a tier that does not fit takes further lines, and everybody stays inside', () => {
  const nodes = Array.from({ length: 100 }, (_, i) => node(`n${i}`, 1));
  const layout = layOut({ nodes, links: [] }, 360);
  assert.equal(layout.nodes.length, 100);
  assert.ok(new Set(layout.nodes.map(({ y }) => y)).size > 1);
  assert.ok(layout.nodes.every(({ x }) => x > 0 && x < 360));
});

Deno.test('a link whose end is not drawn is not drawn either', () => {
  const { links } = layOut({ nodes: [node('a', 1)], links: [{ from: 'gone', to: 'a', lanes: 1 }] }, 800);
  assert.equal(links.length, 0);
});

Deno.test('a link leaves downwards and arrives from above', () => {
  const link = { from: 'a', to: 'b', lanes: 1, x1: 0, y1: 0, x2: 10, y2: 100 };
  assert.equal(linkPath(link), 'M0 0C0 50 10 50 10 100');
  assert.equal(linkPath({ ...link, y1: 100, y2: 0 }), 'M0 100C0 50 10 50 10 0');
});

Deno.test('a link within a tier hangs below it, inside the drawing', () => {
  const link = { from: 'a', to: 'b', lanes: 1, x1: 0, y1: 50, x2: 2000, y2: 50 };
  assert.equal(linkPath(link), 'M0 50C0 114 2000 114 2000 50');
});
