/** Who feeds whom. Everything it shows stands in the table of viewers, too: the drawing is for the eye. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { SwarmMap } from '../../../protocol/report.ts';
import { counted, formatKbps, formatMs } from '../format.ts';
import { Empty } from '../ui/loaded.tsx';
import { layOut, linkPath, type SwarmNode } from './layout.ts';
import { shortId } from './short-id.ts';

export function SwarmDrawing({ map }: { map: SwarmMap }) {
  const box = useRef<HTMLDivElement>(null);
  const width = useSignal(720);
  const chosen = useSignal<string | undefined>(undefined);
  useEffect(() => {
    const observer = new ResizeObserver(() => width.value = Math.max(320, box.current!.clientWidth));
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  const layout = layOut(map, width.value);
  const marked = map.nodes.find(({ peerId }) => peerId === chosen.value);
  return (
    <div class='stack tight'>
      <div class='swarm' ref={box}>
        {map.nodes.length === 0 ? <Empty title='Nobody is watching.' /> : (
          <svg
            viewBox={`0 0 ${layout.width} ${layout.height}`}
            role='img'
            aria-label={summaryOf(map, layout.tiers)}
          >
            {layout.links.map((link) => (
              <g
                key={`${link.from}>${link.to}`}
                class={marked && (link.from === chosen.value || link.to === chosen.value) ? 'marked' : ''}
              >
                <path d={linkPath(link)} stroke-width={0.75 + link.lanes / 3} />
              </g>
            ))}
            <rect class='box' x={layout.edge.x - 28} y={layout.edge.y - 12} width='56' height='24' rx='6' />
            <text class='box-name' x={layout.edge.x} y={layout.edge.y + 4} text-anchor='middle'>Edge</text>
            {layout.tiers.map(({ tier, count, y }) => (
              <text key={tier} x='0' y={y + 4}>{tierName(tier)}{count > 1 ? ` (${count})` : ''}</text>
            ))}
            {layout.nodes.map(({ node, x, y }) => (
              <g
                key={node.peerId}
                class={`node ${node.role}${node.peerId === chosen.value ? ' marked' : ''}`}
                onPointerEnter={() => chosen.value = node.peerId}
                onClick={() => chosen.value = node.peerId}
              >
                <circle cx={x} cy={y} r={7} />
              </g>
            ))}
          </svg>
        )}
      </div>
      <p class='quiet'>
        {marked ? wordsFor(marked) : 'Point at a viewer to see whom it is fed by and whom it feeds.'}
      </p>
      {map.shardsDrawn < map.shards && (
        <p class='quiet small'>A sample: {map.shardsDrawn} of {counted(map.shards, 'shard')}.</p>
      )}
    </div>
  );
}

function tierName(tier: number | null): string {
  return tier === null ? 'Waiting' : tier === 1 ? 'Seeds' : `${tier} hops`;
}

function wordsFor(node: SwarmNode): string {
  const facts = [
    node.role === 'viewer' ? 'Viewer' : node.role === 'seed' ? 'Seed' : 'Bridge',
    shortId(node.peerId),
    node.country,
    node.network,
    node.latencyMs === null ? '' : `${formatMs(node.latencyMs)} behind live`,
    `can give ${formatKbps(node.uploadKbps)}`,
    node.edgeShare === null ? '' : `${Math.round(node.edgeShare * 100)} % from the edge`,
  ];
  return facts.filter(Boolean).join(', ');
}

function summaryOf(map: SwarmMap, tiers: { tier: number | null; count: number }[]): string {
  const rows = tiers.map(({ tier, count }) => `${tierName(tier).toLowerCase()}: ${count}`);
  return `The swarm of ${counted(map.viewers, 'viewer')}. ${rows.join(', ')}.`;
}
