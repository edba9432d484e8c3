/** /metrics in the text format of Prometheus (version 0.0.4). docs/grafana/shoal.json shows them. */
import type { ChannelWord } from '../store/figure-book.ts';
import { MEDIA_KINDS } from './edge-use.ts';

type Sample = [labels: string, value: number];
type Channel = [name: string, word: ChannelWord];

/** Channel names hold nothing that would need escaping. */
export function prometheusText(channels: Channel[]): string {
  const lines: string[] = [];
  const family = (name: string, kind: 'counter' | 'gauge', help: string, samples: Sample[]) => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`);
    for (const [labels, value] of samples) lines.push(`${name}{${labels}} ${value}`);
  };
  const each = (value: (word: ChannelWord) => number): Sample[] =>
    channels.map(([name, word]) => [`channel="${name}"`, value(word)]);
  /** Of those that know it. */
  const known = (value: (word: ChannelWord) => number | null | undefined): Sample[] =>
    channels.flatMap(([name, word]): Sample[] => {
      const found = value(word);
      return found === null || found === undefined ? [] : [[`channel="${name}"`, found]];
    });
  const by = (label: string, values: string[], value: (word: ChannelWord, of: string) => number): Sample[] =>
    channels.flatMap(([name, word]) =>
      values.map((of): Sample => [`channel="${name}",${label}="${of}"`, value(word, of)])
    );

  family(
    'shoal_edge_media_bytes_total',
    'counter',
    'Media bytes sent to viewers, by kind.',
    by('kind', [...MEDIA_KINDS], ({ totals }, kind) => totals.edge[kind as keyof typeof totals.edge]),
  );
  const counters: [string, string, (word: ChannelWord) => number][] = [
    [
      'shoal_edge_cache_hits_total',
      'Media requests answered from the cache.',
      ({ totals }) => totals.cacheHits,
    ],
    [
      'shoal_edge_cache_misses_total',
      'Media requests that an object answered.',
      ({ totals }) => totals.cacheMisses,
    ],
    [
      'shoal_edge_origin_misses_total',
      'Pieces asked of the origin again.',
      ({ totals }) => totals.originMisses,
    ],
    ['shoal_edge_refused_total', 'Media requests refused by the egress cap.', ({ totals }) => totals.refused],
    ['shoal_viewers_joined_total', 'Viewers who took a seat in the swarm.', ({ totals }) => totals.joined],
    ['shoal_viewers_left_total', 'Viewers who left it.', ({ totals }) => totals.left],
    ['shoal_viewer_reports_total', 'Reports that viewers sent.', ({ totals }) => totals.reports],
    [
      'shoal_viewer_upload_bytes_total',
      'Bytes that viewers gave to others.',
      ({ totals }) => totals.uploadBytes,
    ],
    [
      'shoal_viewer_duplicate_bytes_total',
      'Bytes that viewers got twice.',
      ({ totals }) => totals.duplicateBytes,
    ],
    [
      'shoal_viewer_repairs_total',
      'Pieces that viewers fetched from the edge alone.',
      ({ totals }) => totals.repairs,
    ],
    ['shoal_viewer_stalls_total', 'Stalls of playback.', ({ totals }) => totals.stalls],
    ['shoal_viewer_stall_seconds_total', 'Time spent in stalls.', ({ totals }) => totals.stallMs / 1000],
    ['shoal_viewer_startups_total', 'Visits that came to a first picture.', ({ totals }) => totals.startups],
    [
      'shoal_viewer_startup_seconds_total',
      'Time to the first picture, summed.',
      ({ totals }) => totals.startupMs / 1000,
    ],
  ];
  for (const [name, help, value] of counters) family(name, 'counter', help, each(value));
  family(
    'shoal_viewer_received_bytes_total',
    'counter',
    'Bytes that viewers got, by source, as they report.',
    by(
      'source',
      ['lan', 'peer', 'turn', 'edge'],
      ({ totals }, source) => totals[`${source}Bytes` as 'lanBytes'],
    ),
  );
  family(
    'shoal_viewers',
    'gauge',
    'Viewers in the swarm.',
    each((word) => isOnAir(word) ? word.figures?.viewers ?? 0 : 0),
  );
  family(
    'shoal_channel_live',
    'gauge',
    'Whether the channel is live.',
    each(({ state }) => Number(state === 'live')),
  );
  family(
    'shoal_channel_state',
    'gauge',
    'One for the state that the channel is in.',
    by('state', ['idle', 'live', 'lost', 'stopped'], ({ state }, of) => Number(state === of)),
  );
  const gauges: [string, string, (word: ChannelWord) => number | null | undefined][] = [
    ['shoal_edge_egress_kbps', 'Media that the edge sends.', ({ figures }) => figures?.egressKbps],
    ['shoal_edge_egress_cap_kbps', 'What it may send at most.', ({ figures }) => figures?.capKbps],
    [
      'shoal_offload_ratio',
      "Share of viewers' bytes that no server sent.",
      ({ figures }) => figures?.offload,
    ],
    ['shoal_latency_p50_seconds', 'Live latency, median.', ({ figures }) => seconds(figures?.latencyP50Ms)],
    [
      'shoal_latency_p95_seconds',
      'Live latency, 95th percentile.',
      ({ figures }) => seconds(figures?.latencyP95Ms),
    ],
    [
      'shoal_latency_target_seconds',
      'What players aim at.',
      ({ figures }) => seconds(figures?.latencyTargetMs),
    ],
    [
      'shoal_supply_ratio',
      'Upload that viewers grant, divided by what they watch.',
      ({ figures }) => figures?.supplyRatio,
    ],
    ['shoal_supply_step', 'Steps that supply control has taken.', ({ figures }) => figures?.supplyStep],
    [
      'shoal_supply_relief',
      'Whether who gives little was asked to take a lower rendition.',
      ({ figures }) => figures && (figures.relieved === null ? 0 : 1),
    ],
    [
      'shoal_waiting_viewers',
      'Viewers whose picture waits for want of upload.',
      ({ figures }) => figures?.waiting,
    ],
    ['shoal_helped_viewers', 'Viewers fed by the edge for want of supply.', ({ figures }) => figures?.helped],
    ['shoal_neighbours', 'Linked neighbours a viewer.', ({ figures }) => figures?.neighbours],
    ['shoal_shards', 'Shards of the swarm.', ({ figures }) => figures?.shards],
    ['shoal_seeds', 'Viewers that hold feeds.', ({ figures }) => figures?.seeds],
    ['shoal_ingest_kbps', 'Bitrate of the encoder.', ({ figures }) => figures?.ingest?.bitrateKbps],
    ['shoal_ingest_fps', 'Pictures a second of the encoder.', ({ figures }) => figures?.ingest?.fps],
    [
      'shoal_ingest_keyframe_seconds',
      'Time between keyframes.',
      ({ figures }) => figures?.ingest?.keyframeIntervalS,
    ],
  ];
  for (const [name, help, value] of gauges) {
    family(name, 'gauge', help, known((word) => isOnAir(word) ? value(word) : undefined));
  }
  return lines.join('\n') + '\n';
}

function isOnAir({ state }: ChannelWord): boolean {
  return state === 'live' || state === 'lost';
}

function seconds(ms: number | null | undefined): number | null {
  return ms === null || ms === undefined ? null : ms / 1000;
}
