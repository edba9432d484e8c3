/**
 * What a viewer reported during its visit. It lies in the seat, so that it outlives an eviction of the shard, and
 * becomes a visit when the viewer leaves.
 */
import { addCounted, type Counted, nothingCounted, type PeerReport } from '../../protocol/stats.ts';

/** Of the last report: rates over the time that it covers, and what was so at its moment. */
export interface LastReport {
  atMs: number;
  lanKbps: number;
  peerKbps: number;
  turnKbps: number;
  edgeKbps: number;
  uploadKbps: number;
  latencyMs: number;
  bufferMs: number;
  neighbours: number;
  /** 1: its picture waited for want of upload. */
  waiting: number;
}

export interface Tally {
  counted: Counted;
  startupMs?: number;
  last?: LastReport;
}

const BYTES = ['lanBytes', 'peerBytes', 'turnBytes', 'edgeBytes', 'uploadBytes', 'duplicateBytes'] as const;
/** No viewer moves more than this: what a report claims beyond it is cut. */
const MOST_KBPS = 400_000;
/** The same of stalls, of pieces fetched alone, of neighbours, and of any time: beyond every window and patience. */
const MOST_STALLS_PER_S = 10;
const MOST_REPAIRS_PER_S = 300;
const MOST_PEERS = 200;
const LONGEST_MS = 600_000;
/** A report may cover a little more than what passed here: clocks differ. */
const SLACK_MS = 10_000;
/** The first one of a seat: the viewer may have been without its socket. */
const FIRST_SLACK_MS = 600_000;

export function emptyTally(): Tally {
  return { counted: nothingCounted() };
}

/** The report as it is believed. `elapsedMs`: since the viewer's last report, or since it took its seat. */
export function plausible(
  report: PeerReport,
  elapsedMs: number,
  first: boolean,
): PeerReport & { forMs: number } {
  const mostMs = elapsedMs + (first ? FIRST_SLACK_MS : SLACK_MS);
  const forMs = Math.max(1000, Math.min(report.forMs ?? elapsedMs, mostMs));
  const cut = { ...report, forMs };
  for (const name of BYTES) cut[name] = Math.min(report[name], MOST_KBPS / 8 * forMs);
  cut.stallMs = Math.min(report.stallMs, forMs);
  cut.stalls = Math.min(report.stalls, forMs * MOST_STALLS_PER_S / 1000);
  cut.repairs = Math.min(report.repairs, forMs * MOST_REPAIRS_PER_S / 1000);
  cut.latencyMs = Math.min(report.latencyMs, LONGEST_MS);
  cut.bufferMs = Math.min(report.bufferMs, LONGEST_MS);
  cut.peers = Math.min(report.peers, MOST_PEERS);
  if (report.startupMs !== undefined) cut.startupMs = Math.min(report.startupMs, LONGEST_MS);
  return cut;
}

/** Adds a report in place. */
export function addToTally(tally: Tally, report: PeerReport & { forMs: number }, nowMs: number): void {
  addCounted(tally.counted, report);
  if (report.startupMs !== undefined) tally.startupMs = report.startupMs;
  const rate = (bytes: number) => Math.round(bytes * 8 / report.forMs);
  tally.last = {
    atMs: nowMs,
    lanKbps: rate(report.lanBytes),
    peerKbps: rate(report.peerBytes),
    turnKbps: rate(report.turnBytes),
    edgeKbps: rate(report.edgeBytes),
    uploadKbps: rate(report.uploadBytes),
    latencyMs: Math.round(report.latencyMs),
    bufferMs: Math.round(report.bufferMs),
    neighbours: report.peers,
    waiting: report.waits ? 1 : 0,
  };
}
