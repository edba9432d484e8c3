/** Where the viewers of a drawing stand: the edge on top, below it a row for each tier, everybody under who feeds them most. Pure. */
import type { SwarmMap } from '../../../protocol/report.ts';

export type SwarmNode = SwarmMap['nodes'][number];

export interface Placed {
  node: SwarmNode;
  x: number;
  y: number;
}

export interface PlacedLink {
  /** Undefined: the edge. */
  from: string | undefined;
  to: string;
  /** Substreams that go this way. */
  lanes: number;
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

export interface Tier {
  /** Hops from the edge; null: nobody drawn feeds them. */
  tier: number | null;
  count: number;
  y: number;
}

export interface SwarmLayout {
  width: number;
  height: number;
  edge: { x: number; y: number };
  nodes: Placed[];
  links: PlacedLink[];
  tiers: Tier[];
}

const ROW_HEIGHT = 96;
/** How far an arc within a tier hangs down, in control points: three quarters of it are drawn. */
const LOWEST_ARC = 64;
const TOP = 28;
/** Room on the left for the names of the tiers. */
const LEFT = 92;
const RIGHT = 24;
/** Nodes of one line; a tier with more of them takes several. */
const LINE_GAP = 26;
const NODE_GAP = 22;

export function layOut(map: Pick<SwarmMap, 'nodes' | 'links'>, width: number): SwarmLayout {
  const perLine = Math.max(1, Math.floor((width - LEFT - RIGHT) / NODE_GAP));
  const edge = { x: LEFT + (width - LEFT - RIGHT) / 2, y: TOP };
  const places = new Map<string, { x: number; y: number }>();
  const mainParents = mainParentsOf(map);
  const tiers: Tier[] = [];
  const nodes: Placed[] = [];
  let y = TOP;
  for (const [tier, members] of tiersOf(map.nodes)) {
    y += ROW_HEIGHT;
    const wish = (node: SwarmNode) => places.get(mainParents.get(node.peerId) ?? '')?.x ?? edge.x;
    const sorted = members.toSorted((a, b) => wish(a) - wish(b) || (a.peerId < b.peerId ? -1 : 1));
    tiers.push({ tier, count: members.length, y });
    for (let start = 0; start < sorted.length; start += perLine) {
      const line = sorted.slice(start, start + perLine);
      const gap = (width - LEFT - RIGHT) / line.length;
      line.forEach((node, i) => {
        const place = { x: LEFT + gap * (i + 0.5), y };
        places.set(node.peerId, place);
        nodes.push({ node, ...place });
      });
      if (start + perLine < sorted.length) y += LINE_GAP;
    }
  }
  const links = map.links.flatMap(({ from, to, lanes }): PlacedLink[] => {
    const [a, b] = [from === null ? edge : places.get(from), places.get(to)];
    return a && b ? [{ from: from ?? undefined, to, lanes, x1: a.x, y1: a.y, x2: b.x, y2: b.y }] : [];
  });
  return { width, height: y + LOWEST_ARC, edge, nodes, links, tiers };
}

/** Tiers from the edge down, those that hang in the air last. */
function tiersOf(nodes: SwarmNode[]): [number | null, SwarmNode[]][] {
  const byTier = new Map<number | null, SwarmNode[]>();
  for (const node of nodes) byTier.set(node.tier, [...(byTier.get(node.tier) ?? []), node]);
  return [...byTier].sort(([a], [b]) => (a ?? Infinity) - (b ?? Infinity));
}

/** Who feeds each viewer the most substreams. */
function mainParentsOf({ links }: Pick<SwarmMap, 'links'>): Map<string, string> {
  const best = new Map<string, { from: string; lanes: number }>();
  for (const { from, to, lanes } of links) {
    if (from !== null && lanes > (best.get(to)?.lanes ?? 0)) best.set(to, { from, lanes });
  }
  return new Map([...best].map(([to, { from }]) => [to, from]));
}

/** A line that leaves downwards and arrives from above; between two of one tier, an arc below them. */
export function linkPath({ x1, y1, x2, y2 }: PlacedLink): string {
  const isLevel = Math.abs(y2 - y1) < ROW_HEIGHT / 2;
  const dip = Math.min(LOWEST_ARC, 14 + Math.abs(x2 - x1) / 10);
  const bend = Math.max(16, Math.abs(y2 - y1) / 2);
  const [a, b] = isLevel ? [y1 + dip, y2 + dip] : y2 > y1 ? [y1 + bend, y2 - bend] : [y1 - bend, y2 + bend];
  const points = [x1, y1, x1, a, x2, b, x2, y2].map((value) => Math.round(value * 10) / 10);
  return `M${points[0]} ${points[1]}C${points.slice(2).join(' ')}`;
}
