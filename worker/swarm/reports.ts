/**
 * What a shard's viewers report: sums of it, who does badly, who feeds whom, and by that how far what they say they
 * can give is believed. Pure; part of a shard. All but the tally in a seat is forgotten with an eviction, and may be.
 */
import type { Parent, PeerReport } from '../../protocol/stats.ts';
import { believedKbps, type UploadTerms } from './belief.ts';
import { addReport, emptySums, type ReportSums } from './rollup.ts';
import type { PeerRow } from './seat.ts';
import { addToTally, emptyTally, plausible } from './tally.ts';

export class Reports {
  /** What viewers say they give is held against this. */
  terms: UploadTerms;
  #sums = emptySums();
  /** How badly a peer did in its last report; only who did badly is in here. */
  readonly #needs = new Map<string, { row: PeerRow; need: number }>();
  /** Who feeds whom, as far as it was told: only while somebody looks. */
  readonly #parents = new Map<string, { by: PeerRow; parents: Parent[] }>();

  constructor(terms: UploadTerms) {
    this.terms = terms;
  }

  /** Takes a report, as far as it is plausible, into the row of its viewer and all the sums. */
  take(row: PeerRow, claimed: PeerReport, nowMs: number): void {
    const tally = row.tally ??= emptyTally();
    const report = plausible(claimed, nowMs - (tally.last?.atMs ?? row.sinceMs), tally.last === undefined);
    addReport(this.#sums, report);
    addToTally(tally, report, nowMs);
    // What its uplink has proved to carry of what it was willing to give.
    row.uploadKbps = this.believedKbps(report.uploadKbps, row);
    if (claimed.parents) this.#parents.set(row.id, { by: row, parents: claimed.parents });
    const need = report.stalls * 100 + report.repairs;
    if (need > 0) this.#needs.set(row.id, { row, need });
    else this.#needs.delete(row.id);
  }

  /** What of a peer's word on its upload is taken. */
  believedKbps(claimedKbps: number, about: Pick<PeerRow, 'id' | 'place'>): number {
    return believedKbps(claimedKbps, about, this.terms, this.#parents.values());
  }

  /** Who feeds this viewer, if it told. */
  parentsOf(id: string): Parent[] | undefined {
    return this.#parents.get(id)?.parents;
  }

  /** Who did badly in its last report, worst first. */
  needy(): PeerRow[] {
    return [...this.#needs.values()].sort((a, b) => b.need - a.need).map(({ row }) => row);
  }

  /** This viewer has left. */
  forget(id: string): void {
    this.#needs.delete(id);
    this.#parents.delete(id);
  }

  /** Viewers tell of their parents at another pace from now on, or no longer. */
  forgetParents(): void {
    this.#parents.clear();
  }

  /** The sums since the last call. */
  takeSums(): ReportSums {
    const taken = this.#sums;
    this.#sums = emptySums();
    return taken;
  }
}
