/** Reports: small, rare, and aligned by the edge's word, so that a shard can sleep between them. */
import {
  type Counted,
  COUNTED_NAMES,
  MOST_PARENTS,
  nothingCounted,
  type Parent,
  type PeerReport,
} from '../../protocol/stats.ts';
import type { FromPeer } from '../../protocol/from-peer.ts';
import type { PeerEnvironment } from './environment.ts';
import type { PlaybackFigures, ViewerStats } from './viewer-stats.ts';

export interface ReporterOptions {
  environment: PeerEnvironment;
  stats(): ViewerStats;
  playback(): PlaybackFigures;
  uploadKbps(): number;
  /** Who feeds this viewer: told while somebody looks. */
  parents(): Parent[];
  tell(message: FromPeer): boolean;
}

const LEAST_PERIOD_MS = 1000;
/** The first report for somebody who begins to look comes within this, after a moment in which playback begins. */
const SOON_MS = 2000;
const LEAST_SOON_MS = 500;
/** Reports as frequent as this are asked for when somebody looks. */
const DETAILED_BELOW_MS = 60_000;

export class Reporter {
  #options: ReporterOptions;
  #told: Counted;
  #toldMs: number;
  #startupTold = false;
  #detailed = false;
  #periodMs = Infinity;
  #timer: number | undefined;

  constructor(options: ReporterOptions) {
    this.#options = options;
    // Bytes count from the session's beginning, playback from the visit's.
    const { stalls, stallMs } = options.playback();
    this.#told = { ...nothingCounted(), stalls, stallMs };
    this.#toldMs = options.environment.now();
  }

  /**
   * Reports first after `firstMs`, then each period: the edge says so that all of a shard fall into one second. When
   * somebody begins to look, there is one report more, soon: half a minute is long before an empty chart.
   */
  pace(everyMs: number, firstMs: number): void {
    const period = Math.max(LEAST_PERIOD_MS, everyMs);
    const begins = period <= DETAILED_BELOW_MS && period < this.#periodMs;
    this.#detailed = period <= DETAILED_BELOW_MS;
    this.#periodMs = period;
    const { environment } = this.#options;
    const soon = begins ? LEAST_SOON_MS + environment.random() * (SOON_MS - LEAST_SOON_MS) : Infinity;
    const nowMs = environment.now();
    this.#arm(nowMs + Math.min(soon, firstMs), nowMs + firstMs);
  }

  /** Reports now. What could not be sent is in the next report. */
  report(): void {
    const counted = this.#count();
    const stats = this.#options.stats();
    const playback = this.#options.playback();
    const nowMs = this.#options.environment.now();
    const report: PeerReport = {
      ...nothingCounted(),
      forMs: Math.max(0, Math.round(nowMs - this.#toldMs)),
      latencyMs: Math.max(0, playback.latencyMs),
      bufferMs: Math.max(0, playback.bufferMs),
      peers: stats.peers,
      uploadKbps: this.#options.uploadKbps(),
      waits: playback.waits,
    };
    for (const name of COUNTED_NAMES) report[name] = Math.max(0, counted[name] - this.#told[name]);
    if (this.#detailed) report.parents = this.#options.parents().slice(0, MOST_PARENTS);
    if (!this.#startupTold && playback.startupMs !== undefined) report.startupMs = playback.startupMs;
    if (!this.#options.tell({ action: 'report', report })) return;
    this.#told = counted;
    this.#toldMs = nowMs;
    this.#startupTold ||= report.startupMs !== undefined;
  }

  /** @param dueMs Of the first report that is not extra. */
  #arm(atMs: number, dueMs: number): void {
    const { environment } = this.#options;
    environment.clearTimer(this.#timer ?? 0);
    this.#timer = environment.setTimer(atMs - environment.now(), () => {
      this.report();
      let nextMs = dueMs;
      // A page that slept has missed some.
      while (nextMs <= environment.now()) nextMs += this.#periodMs;
      this.#arm(nextMs, nextMs);
    });
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
