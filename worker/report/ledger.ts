/**
 * The books of one channel: what shards, Workers, the Media object and the origin tell is summed here, closed every
 * ten seconds into a row of history, and shown as figures. Pure; the Report object holds it, and keeps its snapshot.
 */
import type { IngestStatus } from '../../protocol/control.ts';
import type { EdgeBytes, Figures, HistoryRow, Totals } from '../../protocol/report.ts';
import { addCounted, nothingCounted } from '../../protocol/stats.ts';
import { addNow, emptyNow, latencyAt, type ShardNow } from '../swarm/shard-now.ts';
import { type EdgeUse, MEDIA_KINDS, mediaBytes } from './edge-use.ts';
import { healthOf } from './health.ts';
import type { Pulse } from './pulse.ts';
import type { ShardAmounts } from './shard-told.ts';

export const STEP_MS = 10_000;
/** Steps that "lately" means: five minutes, in which every viewer reports once. */
const LATELY = 30;
/** What the origin says is believed for this long. */
const INGEST_MS = 30_000;

/** What outlives an eviction. */
export interface LedgerSnapshot {
  totals: Totals;
  recent: HistoryRow[];
  shards: [string, ShardNow][];
}

export class Ledger {
  readonly #totals: Totals;
  /** Closed steps, newest last. */
  readonly #recent: HistoryRow[];
  readonly #shards: Map<string, ShardNow>;
  #open: HistoryRow;
  #startups = { count: 0, ms: 0 };
  #ingest: { atMs: number; status: IngestStatus } | undefined;
  #isDirty = false;

  constructor(nowMs: number, snapshot?: LedgerSnapshot) {
    this.#totals = snapshot?.totals ?? emptyTotals();
    this.#recent = snapshot?.recent.map(keptRow) ?? [];
    this.#shards = new Map(snapshot?.shards.map(([shard, now]) => [shard, { ...emptyNow(), ...now }]));
    this.#open = emptyRow(stepOf(nowMs));
  }

  snapshot(): LedgerSnapshot {
    return { totals: this.#totals, recent: this.#recent, shards: [...this.#shards] };
  }

  get totals(): Totals {
    return this.#totals;
  }

  /** Viewers of the closed steps, oldest first. */
  get spark(): number[] {
    return this.#recent.map(({ viewers }) => viewers);
  }

  get viewers(): number {
    let viewers = 0;
    for (const now of this.#shards.values()) viewers += now.viewers;
    return viewers;
  }

  /** Whether anything was told since the last step was closed. */
  get isDirty(): boolean {
    return this.#isDirty;
  }

  /** `now` undefined: the shard is closed. */
  tellShard(shard: string, now: ShardNow | undefined, amounts: Omit<ShardAmounts, 'visits'>): void {
    this.#isDirty = true;
    if (now) this.#shards.set(shard, now);
    else this.#shards.delete(shard);
    const { sums, joined, left } = amounts;
    for (const total of [this.#totals, this.#open]) {
      addCounted(total, sums);
      total.joined += joined;
      total.left += left;
    }
    this.#totals.reports += sums.reports;
    this.#totals.startups += sums.startups;
    this.#totals.startupMs += sums.startupMs;
    this.#startups.count += sums.startups;
    this.#startups.ms += sums.startupMs;
  }

  tellUse(use: EdgeUse): void {
    this.#isDirty = true;
    for (const kind of MEDIA_KINDS) {
      this.#totals.edge[kind] = (this.#totals.edge[kind] ?? 0) + (use.bytes[kind] ?? 0);
    }
    this.#open.egressBytes += mediaBytes(use);
    for (const name of ['cacheHits', 'cacheMisses', 'originMisses', 'refused'] as const) {
      this.#totals[name] += use[name];
      this.#open[name] += use[name];
    }
  }

  tellIngest(status: IngestStatus, nowMs: number): void {
    this.#isDirty = true;
    this.#ingest = { atMs: nowMs, status };
  }

  /** The broadcast is over: nobody watches. */
  end(): void {
    this.#shards.clear();
    this.#ingest = undefined;
  }

  /** Closes the open step when its time is over. */
  close(nowMs: number, pulse: Pulse): HistoryRow | undefined {
    if (stepOf(nowMs) <= this.#open.at) return undefined;
    const row = this.#open;
    const figures = this.figures(nowMs, pulse);
    for (const name of GAUGES) row[name] = figures[name];
    row.egressKbps = Math.round(row.egressBytes * 8 / STEP_MS);
    row.latencyP50Ms = figures.latencyP50Ms;
    row.latencyP95Ms = figures.latencyP95Ms;
    row.supplyRatio = figures.supplyRatio;
    row.startupMs = this.#startups.count > 0 ? Math.round(this.#startups.ms / this.#startups.count) : null;
    row.ingestKbps = figures.ingest ? Math.round(figures.ingest.bitrateKbps) : null;
    this.#recent.push(row);
    if (this.#recent.length > LATELY) this.#recent.shift();
    this.#open = emptyRow(stepOf(nowMs));
    this.#startups = { count: 0, ms: 0 };
    this.#isDirty = false;
    return row;
  }

  figures(nowMs: number, pulse: Pulse): Figures {
    const now = emptyNow();
    for (const shard of this.#shards.values()) addNow(now, shard);
    const received = now.lanKbps + now.peerKbps + now.turnKbps + now.edgeKbps;
    const mean = (sum: number) => now.reporting > 0 ? Math.round(sum / now.reporting) : null;
    const rows = [...this.#recent.filter(({ at }) => at >= nowMs - LATELY * STEP_MS), this.#open];
    const lately = (pick: (row: HistoryRow) => number) => rows.reduce((sum, row) => sum + pick(row), 0);
    const began = rows.findLast(({ startupMs }) => startupMs !== null)?.startupMs ?? null;
    const viewerHours = lately(({ viewers }) => viewers) * STEP_MS / 3_600_000;
    const ingest = this.#ingest && nowMs - this.#ingest.atMs < INGEST_MS ? this.#ingest.status : undefined;
    const figures: Omit<Figures, 'health'> = {
      at: nowMs,
      state: pulse.state,
      viewers: now.viewers,
      waiting: now.waiting,
      stock: now.stock,
      reporting: now.reporting,
      lanKbps: now.lanKbps,
      peerKbps: now.peerKbps,
      turnKbps: now.turnKbps,
      edgeKbps: now.edgeKbps,
      uploadKbps: now.uploadKbps,
      egressKbps: this.#egressKbps(nowMs),
      capKbps: pulse.settings.egressCapKbps,
      offload: received > 0 ? (now.lanKbps + now.peerKbps) / received : null,
      latencyP50Ms: latencyAt(now.latency, 0.5),
      latencyP95Ms: latencyAt(now.latency, 0.95),
      latencyTargetMs: pulse.latencyTargetMs,
      bufferMs: mean(now.bufferMs),
      neighbours: now.reporting > 0 ? Math.round(now.neighbours / now.reporting * 10) / 10 : null,
      startupMs: this.#startups.count > 0 ? Math.round(this.#startups.ms / this.#startups.count) : began,
      stallsPerHour: viewerHours > 0 ? Math.round(lately(({ stalls }) => stalls) / viewerHours * 10) / 10 : 0,
      supplyRatio: pulse.supplyRatio === null ? null : Math.round(pulse.supplyRatio * 100) / 100,
      supplyStep: pulse.supplyStep,
      helped: pulse.helped,
      relieved: pulse.relieved,
      shards: pulse.shards,
      seeds: pulse.seeds,
      bitrateKbps: pulse.bitrateKbps,
      cacheHits: lately(({ cacheHits }) => cacheHits),
      cacheMisses: lately(({ cacheMisses }) => cacheMisses),
      originMisses: lately(({ originMisses }) => originMisses),
      refused: lately(({ refused }) => refused),
      ...(ingest ? { ingest } : {}),
    };
    return { ...figures, health: healthOf(figures) };
  }

  /** Over the open step and the last closed one, so that the figure does not jump when a step is closed. */
  #egressKbps(nowMs: number): number {
    const last = this.#recent.at(-1);
    const follows = last !== undefined && last.at >= this.#open.at - STEP_MS;
    const bytes = this.#open.egressBytes + (follows ? last.egressBytes : 0);
    const ms = nowMs - (follows ? last.at : this.#open.at);
    return Math.round(bytes * 8 / Math.max(1000, ms));
  }
}

const GAUGES = ['viewers', 'waiting', 'lanKbps', 'peerKbps', 'turnKbps', 'edgeKbps', 'uploadKbps'] as const;

/** Beginning of the step that a moment lies in. */
export function stepOf(nowMs: number, stepMs = STEP_MS): number {
  return nowMs - nowMs % stepMs;
}

export function emptyTotals(): Totals {
  return {
    ...nothingCounted(),
    reports: 0,
    joined: 0,
    left: 0,
    startups: 0,
    startupMs: 0,
    edge: Object.fromEntries(MEDIA_KINDS.map((kind) => [kind, 0])) as EdgeBytes,
    cacheHits: 0,
    cacheMisses: 0,
    originMisses: 0,
    refused: 0,
  };
}

/** A row as it was kept; what was not counted then, before an update, is nothing. */
export function keptRow(row: HistoryRow): HistoryRow {
  return { ...emptyRow(row.at), ...row };
}

export function emptyRow(at: number): HistoryRow {
  return {
    at,
    viewers: 0,
    waiting: 0,
    joined: 0,
    left: 0,
    lanKbps: 0,
    peerKbps: 0,
    turnKbps: 0,
    edgeKbps: 0,
    uploadKbps: 0,
    egressKbps: 0,
    latencyP50Ms: null,
    latencyP95Ms: null,
    supplyRatio: null,
    startupMs: null,
    ingestKbps: null,
    ...nothingCounted(),
    egressBytes: 0,
    cacheHits: 0,
    cacheMisses: 0,
    originMisses: 0,
    refused: 0,
  };
}
