/** Counters and gauges of the origin in the Prometheus text format (version 0.0.4). */
import type { LinkKind } from './link-queue.ts';

/** What is read at the moment somebody asks. */
export interface Gauges {
  sessions: number;
  channels: number;
  windowBytes: number;
  controlConnected: boolean;
  linksUp: number;
}

export class OriginMetrics {
  readonly #mediaBytes: Record<LinkKind, number> = { live: 0, refill: 0, miss: 0 };
  readonly #publishes = new Map<string, number>();
  #pieces = 0;
  #pieceBytes = 0;
  #dropped = 0;
  #lagS = 0;
  #worstLagS = 0;

  /** Media went to the edge. */
  sent(kind: LinkKind, bytes: number): void {
    this.#mediaBytes[kind] += bytes;
  }

  pieceCut(bytes: number): void {
    this.#pieces += 1;
    this.#pieceBytes += bytes;
  }

  dropped(pieces: number): void {
    this.#dropped += pieces;
  }

  /** `result`: `accepted`, or the code of the refusal. */
  publish(result: string): void {
    this.#publishes.set(result, (this.#publishes.get(result) ?? 0) + 1);
  }

  /** How much later than due a timer fired. */
  eventLoopLag(seconds: number): void {
    this.#lagS = seconds;
    this.#worstLagS = Math.max(this.#worstLagS, seconds);
  }

  text(gauges: Gauges): string {
    const lines: string[] = [];
    const metric = (name: string, type: string, help: string, values: [string, number][]) => {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
      for (const [labels, value] of values) lines.push(`${name}${labels} ${value}`);
    };
    metric(
      'shoal_origin_media_bytes_total',
      'counter',
      'Media bytes sent to the edge, records included.',
      Object.entries(this.#mediaBytes).map(([kind, bytes]) => [`{kind="${kind}"}`, bytes]),
    );
    metric(
      'shoal_origin_publishes_total',
      'counter',
      'Publishes asked for, by result.',
      [...this.#publishes].map(([result, count]) => [`{result="${result}"}`, count]),
    );
    metric('shoal_origin_pieces_total', 'counter', 'Pieces cut.', [['', this.#pieces]]);
    metric('shoal_origin_piece_bytes_total', 'counter', 'Bytes of pieces cut.', [['', this.#pieceBytes]]);
    metric('shoal_origin_dropped_pieces_total', 'counter', 'Pieces that a link had no room for.', [[
      '',
      this.#dropped,
    ]]);
    metric('shoal_origin_rtmp_sessions', 'gauge', 'RTMP connections.', [['', gauges.sessions]]);
    metric('shoal_origin_channels', 'gauge', 'Broadcasts held, lost encoders included.', [[
      '',
      gauges.channels,
    ]]);
    metric('shoal_origin_window_bytes', 'gauge', 'Media held in memory.', [['', gauges.windowBytes]]);
    metric('shoal_origin_control_connected', 'gauge', 'Control socket is up.', [[
      '',
      Number(gauges.controlConnected),
    ]]);
    metric('shoal_origin_links_up', 'gauge', 'Links that the edge has welcomed.', [['', gauges.linksUp]]);
    metric('shoal_origin_event_loop_lag_seconds', 'gauge', 'Lateness of the last timer.', [['', this.#lagS]]);
    metric('shoal_origin_event_loop_lag_worst_seconds', 'gauge', 'Worst lateness so far.', [[
      '',
      this.#worstLagS,
    ]]);
    return lines.join('\n') + '\n';
  }
}
