/** /metrics in the text format of Prometheus (version 0.0.4). */
import { type EdgeUse, MEDIA_KINDS } from './edge-use.ts';

/** What is known of one channel. */
export interface ChannelUse {
  name: string;
  state: string;
  viewers: number;
  use: EdgeUse;
}

/** Channel names hold nothing that would need escaping. */
export function prometheusText(channels: ChannelUse[]): string {
  const lines: string[] = [];
  const family = (name: string, kind: 'counter' | 'gauge', help: string, samples: [string, number][]) => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`);
    for (const [labels, value] of samples) lines.push(`${name}{${labels}} ${value}`);
  };
  const each = (value: (channel: ChannelUse) => number): [string, number][] =>
    channels.map((channel) => [`channel="${channel.name}"`, value(channel)]);
  family(
    'shoal_edge_media_bytes_total',
    'counter',
    'Media bytes sent to viewers, by kind.',
    channels.flatMap(({ name, use }) =>
      MEDIA_KINDS.map((kind): [string, number] => [`channel="${name}",kind="${kind}"`, use.bytes[kind] ?? 0])
    ),
  );
  family(
    'shoal_edge_cache_hits_total',
    'counter',
    'Media requests answered from the cache.',
    each((c) => c.use.cacheHits),
  );
  family(
    'shoal_edge_cache_misses_total',
    'counter',
    'Media requests that an object answered.',
    each((c) => c.use.cacheMisses),
  );
  family(
    'shoal_edge_origin_misses_total',
    'counter',
    'Pieces asked of the origin again.',
    each((c) => c.use.originMisses),
  );
  family(
    'shoal_edge_refused_total',
    'counter',
    'Media requests refused by the egress cap.',
    each((c) => c.use.refused),
  );
  family('shoal_viewers', 'gauge', 'Viewers in the swarm.', each((c) => c.viewers));
  family(
    'shoal_channel_live',
    'gauge',
    'Whether the channel is live.',
    each((c) => Number(c.state === 'live')),
  );
  return lines.join('\n') + '\n';
}
