/** The Channel object's part in rental: knows the leases of its channel, counts their viewers, deals out their quota. */
import type { Broadcast } from '../../protocol/broadcast.ts';
import type { LeaseDay, LeaseTerms } from '../../protocol/lease.ts';
import { LeaseLedger, type LeaseTotal, type LedgerSnapshot } from '../store/lease-ledger.ts';
import type { LeaseShares } from '../swarm/lease-seats.ts';
import type { Rollup } from '../swarm/rollup.ts';
import { isBackbone } from '../swarm/backbone.ts';

/** Counts are kept at most this often: an eviction loses no more. */
const KEEP_MS = 2000;
/** Shards hear of new shares of a quota at most this often. */
const DEAL_MS = 10_000;

export class ChannelLeases {
  readonly #ctx: DurableObjectState;
  readonly #ledger: LeaseLedger;
  #terms: LeaseTerms[];
  #kbps = 0;
  #keptMs = 0;
  #dealtMs = 0;

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
    this.#terms = ctx.storage.kv.get<LeaseTerms[]>('leases') ?? [];
    this.#ledger = new LeaseLedger(ctx.storage.sql, ctx.storage.kv.get<LedgerSnapshot>('lease-ledger'));
  }

  /** Told by the lease desk: all leases of this channel that are not over. */
  setTerms(terms: LeaseTerms[]): void {
    this.#terms = terms;
    this.#ctx.storage.kv.put('leases', terms);
  }

  /** For the join card, with viewers as counted last. */
  get terms(): LeaseTerms[] {
    return this.#terms.map((terms) => ({ ...terms, viewers: this.#ledger.viewers(terms.id) }));
  }

  /** How many viewers of each lease a shard may seat (null: any number); leases that are not named are over. */
  sharesOf(shard: string, shards: string[]): LeaseShares {
    return Object.fromEntries(this.#terms.map(({ id, viewerQuota, spent }) => [
      id,
      spent
        ? 'spent'
        : viewerQuota === null || isBackbone(shard)
        ? null
        : this.#ledger.shareOf(id, viewerQuota, shard, shards),
    ]));
  }

  /** What is on air: viewers' time becomes bytes by its bitrate. */
  setBroadcast(broadcast: Broadcast | undefined): void {
    const best = (kind: 'video' | 'audio') =>
      Math.max(
        0,
        ...(broadcast?.tracks ?? []).filter((track) => track.kind === kind).map((t) => t.bitrateKbps),
      );
    const kbps = best('video') + best('audio');
    if (kbps === this.#kbps) return;
    this.#ledger.pass(this.#kbps, Date.now());
    this.#kbps = kbps;
  }

  /** A shard's totals. Answers whether the shards are to hear of new shares now. */
  rolledUp({ shard, leases = {} }: Rollup, shards: string[]): boolean {
    if (isBackbone(shard) || (Object.keys(leases).length === 0 && this.#ledger.isEmpty)) return false;
    const nowMs = Date.now();
    this.#ledger.note(shard, leases, this.#kbps, nowMs);
    if (nowMs - this.#keptMs >= KEEP_MS) this.#keep(nowMs);
    const hasQuota = shards.length > 1 && this.#terms.some(({ viewerQuota }) => viewerQuota !== null);
    if (!hasQuota || nowMs - this.#dealtMs < DEAL_MS) return false;
    this.#dealtMs = nowMs;
    return true;
  }

  /** The broadcast is over: nobody watches any more. */
  end(): void {
    if (this.#ledger.isEmpty) return;
    this.#ledger.end(this.#kbps, Date.now());
    this.#keep(Date.now());
  }

  /** Sums up to now, of the leases that run or of those that are named. */
  totals(leases: string[] = this.#terms.map(({ id }) => id)): Record<string, LeaseTotal> {
    this.#count();
    return this.#ledger.totals(leases);
  }

  days(lease: string): LeaseDay[] {
    this.#count();
    return this.#ledger.days(lease);
  }

  #count(): void {
    if (this.#ledger.isEmpty) return;
    const nowMs = Date.now();
    this.#ledger.pass(this.#kbps, nowMs);
    this.#keep(nowMs);
  }

  #keep(nowMs: number): void {
    this.#keptMs = nowMs;
    this.#ledger.flush(nowMs);
    this.#ctx.storage.kv.put('lease-ledger', this.#ledger.snapshot());
  }
}
