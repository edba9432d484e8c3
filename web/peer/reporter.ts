/** Reports: small, rare, and aligned to a phase of the edge's clock, so that a shard can sleep between them. */
import type { PeerReport } from '../../protocol/stats.ts';
import type { FromPeer } from '../../protocol/tracker.ts';
import type { PeerEnvironment } from './environment.ts';
import type { PlaybackFigures, ViewerStats } from './viewer-stats.ts';

export interface ReporterOptions {
  environment: PeerEnvironment;
  /** The edge's clock. */
  nowMs(): number;
  stats(): ViewerStats;
  playback(): PlaybackFigures;
  uploadKbps(): number;
  tell(message: FromPeer): boolean;
}

type Counted = Pick<
  PeerReport,
  | 'lanBytes'
  | 'peerBytes'
  | 'turnBytes'
  | 'edgeBytes'
  | 'uploadBytes'
  | 'duplicateBytes'
  | 'repairs'
  | 'stalls'
  | 'stallMs'
>;
const LEAST_PERIOD_MS = 1000;
const NOTHING: Counted = {
  lanBytes: 0,
  peerBytes: 0,
  turnBytes: 0,
  edgeBytes: 0,
  uploadBytes: 0,
  duplicateBytes: 0,
  repairs: 0,
  stalls: 0,
  stallMs: 0,
};

export class Reporter {
  #options: ReporterOptions;
  #told: Counted;
  #startupTold = false;
  #timer: number | undefined;

  constructor(options: ReporterOptions) {
    this.#options = options;
    // Bytes count from the session's beginning, playback from the visit's.
    const { stalls, stallMs } = options.playback();
    this.#told = { ...NOTHING, stalls, stallMs };
  }

  /** Reports whenever the edge's clock modulo the period is the phase. */
  pace(everyMs: number, phaseMs: number): void {
    const period = Math.max(LEAST_PERIOD_MS, everyMs);
    const { environment, nowMs } = this.#options;
    environment.clearTimer(this.#timer ?? 0);
    const into = (((nowMs() - phaseMs) % period) + period) % period;
    this.#timer = environment.setTimer(period - into, () => {
      this.report();
      this.pace(everyMs, phaseMs);
    });
  }

  /** Reports now. What could not be sent is in the next report. */
  report(): void {
    const counted = this.#count();
    const stats = this.#options.stats();
    const playback = this.#options.playback();
    const since = (name: keyof Counted) => Math.max(0, counted[name] - this.#told[name]);
    const report: PeerReport = {
      lanBytes: since('lanBytes'),
      peerBytes: since('peerBytes'),
      turnBytes: since('turnBytes'),
      edgeBytes: since('edgeBytes'),
      uploadBytes: since('uploadBytes'),
      duplicateBytes: since('duplicateBytes'),
      repairs: since('repairs'),
      stalls: since('stalls'),
      stallMs: since('stallMs'),
      latencyMs: Math.max(0, playback.latencyMs),
      bufferMs: Math.max(0, playback.bufferMs),
      peers: stats.peers,
      uploadKbps: this.#options.uploadKbps(),
    };
    if (!this.#startupTold && playback.startupMs !== undefined) report.startupMs = playback.startupMs;
    if (!this.#options.tell({ action: 'report', report })) return;
    this.#told = counted;
    this.#startupTold ||= report.startupMs !== undefined;
  }

  close(): void {
    this.#options.environment.clearTimer(this.#timer ?? 0);
  }

  #count(): Counted {
    const stats = this.#options.stats();
    const { stalls, stallMs } = this.#options.playback();
    return {
      lanBytes: stats.lanBytes,
      // In a report each byte stands once: `peer` is what came directly, neither over the LAN nor through TURN.
      peerBytes: stats.peerBytes - stats.lanBytes - stats.turnBytes,
      turnBytes: stats.turnBytes,
      edgeBytes: stats.edgeBytes,
      uploadBytes: stats.uploadBytes,
      duplicateBytes: stats.duplicateBytes,
      repairs: stats.repairs,
      stalls,
      stallMs,
    };
  }
}
