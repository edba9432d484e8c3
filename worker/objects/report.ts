/**
 * Report object, one a channel: statistics and visits, apart from the Channel object so that neither slow storage nor
 * a looking admin costs the broadcast anything. A thin shell around report/ledger.ts and the two stores: what is told
 * is summed in memory, written once every ten seconds by the alarm, and told on to the Board.
 */
import { DurableObject } from 'cloudflare:workers';
import { DEFAULT_SETTINGS } from '../../protocol/channel.ts';
import type { IngestStatus } from '../../protocol/control.ts';
import type { Page } from '../../protocol/page.ts';
import type { ChannelFigures, History, VisitQuery, VisitRow } from '../../protocol/report.ts';
import { boardOf, channelOf, type Env } from '../env.ts';
import type { EdgeUse } from '../report/edge-use.ts';
import { Ledger, type LedgerSnapshot, STEP_MS, stepOf } from '../report/ledger.ts';
import type { Pulse } from '../report/pulse.ts';
import type { ShardTold } from '../report/shard-told.ts';
import { HistoryStore } from '../store/history-store.ts';
import { VisitStore } from '../store/visit-store.ts';
import { QUIET_REPORT_MS, WATCHED_REPORT_MS } from '../swarm/pace.ts';

/** What is too old is looked for this often. */
const RETENTION_MS = 3_600_000;
const DAY_MS = 24 * RETENTION_MS;
/** Somebody who looks says so again within this; then viewers report rarely again. */
export const WATCH_MS = 60_000;
/** Figures are pushed this often while somebody looks. */
const PUSH_MS = 1500;
/** Shards tell this often while somebody looks, longer the more of them there are. */
const TOLD_MS = 1000;
const TOLD_PER_SHARD_MS = 20;

const UNKNOWN: Pulse = {
  state: 'idle',
  reason: '',
  settings: DEFAULT_SETTINGS,
  latencyTargetMs: DEFAULT_SETTINGS.latencyTargetMs,
  supplyRatio: null,
  supplyStep: 0,
  helped: 0,
  relieved: null,
  shards: 0,
  seeds: 0,
  bitrateKbps: 0,
};

export class Report extends DurableObject<Env> {
  #ledger!: Ledger;
  #history!: HistoryStore;
  #visits!: VisitStore;
  #pulse: Pulse = UNKNOWN;
  /** Of an object's name an alarm knows nothing. */
  #channel: string | undefined;
  #watchedUntilMs: number;
  #isPushing = false;
  #alarmAtMs: number | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#channel = ctx.storage.kv.get<string>('channel');
    this.#watchedUntilMs = ctx.storage.kv.get<number>('watched-until') ?? 0;
    this.#begin();
  }

  /** A shard's amounts since the last time. Answers how long it may wait with the next. */
  async tellShard(channel: string, told: ShardTold): Promise<{ everyMs: number }> {
    await this.#heard(channel);
    this.#ledger.tellShard(told.shard, told.now, told);
    this.#visits.add(told.visits);
    const watched = Math.min(STEP_MS, Math.max(TOLD_MS, this.#pulse.shards * TOLD_PER_SHARD_MS));
    return { everyMs: this.#isWatched ? watched : STEP_MS };
  }

  /** What Workers and the Media object served since they last told. */
  async tellUse(channel: string, use: EdgeUse): Promise<void> {
    await this.#heard(channel);
    this.#ledger.tellUse(use);
  }

  /** What the origin sees of the encoder. */
  async tellIngest(channel: string, status: IngestStatus): Promise<void> {
    await this.#heard(channel);
    this.#ledger.tellIngest(status, Date.now());
  }

  /** The channel went on air, or its broadcast is over. */
  async tellState(channel: string, isOver: boolean): Promise<void> {
    await this.#heard(channel);
    if (isOver) this.#ledger.end();
    await this.#takePulse();
    await this.#tellBoard();
  }

  /** Somebody looks: viewers report more often, and the Board hears figures, until `WATCH_MS` from now. */
  async watch(channel: string): Promise<void> {
    this.#watchedUntilMs = Date.now() + WATCH_MS;
    this.ctx.storage.kv.put('watched-until', this.#watchedUntilMs);
    await this.#heard(channel);
    // Said again each time: a Channel object that was restarted has forgotten it.
    await channelOf(this.env, channel).setPace(WATCHED_REPORT_MS);
    this.#push();
  }

  /** Nobody looks any more. */
  async unwatch(): Promise<void> {
    if (this.#watchedUntilMs > 0) await this.#unwatch();
  }

  async figures(channel: string): Promise<ChannelFigures> {
    this.#channel ??= channel;
    await this.#takePulse();
    return { now: this.#ledger.figures(Date.now(), this.#pulse), totals: this.#ledger.totals };
  }

  async history(fromMs: number, toMs: number, stepS: number | undefined): Promise<History> {
    await this.#closeStep();
    return this.#history.read(fromMs, toMs, stepS, Date.now());
  }

  async visits(query: VisitQuery, limit: number, after?: string): Promise<Page<VisitRow>> {
    return this.#visits.page(query, limit, after);
  }

  /** The channel was deleted: nothing is kept. */
  async remove(): Promise<void> {
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
    this.#channel = undefined;
    this.#alarmAtMs = undefined;
    this.#watchedUntilMs = 0;
    this.#begin();
  }

  /** Every ten seconds while there is news, else every hour while something is kept. */
  override async alarm(): Promise<void> {
    this.#alarmAtMs = undefined;
    const busy = this.#ledger.isDirty || this.#ledger.viewers > 0 || this.#isWatched;
    if (this.#watchedUntilMs > 0 && !this.#isWatched) await this.#unwatch();
    await this.#closeStep();
    this.ctx.storage.kv.put('ledger', this.#ledger.snapshot());
    await this.#tellBoard();
    const nowMs = Date.now();
    const lastMs = this.ctx.storage.kv.get<number>('forgot') ?? 0;
    if (nowMs - lastMs >= RETENTION_MS) this.#forget(nowMs);
    if (busy) await this.#wakeAt(stepOf(nowMs) + STEP_MS);
    else if (this.ctx.storage.kv.get<boolean>('keeps') !== false) await this.#wakeAt(nowMs + RETENTION_MS);
  }

  #begin(): void {
    const { kv, sql } = this.ctx.storage;
    this.#ledger = new Ledger(Date.now(), kv.get<LedgerSnapshot>('ledger'));
    this.#history = new HistoryStore(sql);
    this.#visits = new VisitStore(sql);
  }

  get #isWatched(): boolean {
    return Date.now() < this.#watchedUntilMs;
  }

  async #heard(channel: string): Promise<void> {
    if (this.#channel === undefined) {
      this.#channel = channel;
      this.ctx.storage.kv.put('channel', channel);
    }
    await this.#wakeAt(stepOf(Date.now()) + STEP_MS);
  }

  async #wakeAt(atMs: number): Promise<void> {
    if (this.#alarmAtMs !== undefined && this.#alarmAtMs <= atMs) return;
    this.#alarmAtMs = atMs;
    await this.ctx.storage.setAlarm(atMs);
  }

  async #closeStep(): Promise<void> {
    if (this.#channel === undefined) return;
    await this.#takePulse();
    const row = this.#ledger.close(Date.now(), this.#pulse);
    if (!row) return;
    this.#history.add(row);
    this.ctx.storage.kv.put('keeps', true);
    if (this.#isWatched) await this.#tryBoard((board, name) => board.pushHistory(name, row));
  }

  async #takePulse(): Promise<void> {
    if (this.#channel === undefined) return;
    try {
      this.#pulse = await channelOf(this.env, this.#channel).pulse() ?? UNKNOWN;
    } catch {
      // The Channel object was just restarted: what was known last is shown on.
    }
  }

  async #tellBoard(): Promise<void> {
    const figures = this.#ledger.figures(Date.now(), this.#pulse);
    const { spark, totals } = this.#ledger;
    const { state, reason } = this.#pulse;
    const told = { figures, spark, totals, ...(this.#pulse === UNKNOWN ? {} : { state, reason }) };
    await this.#tryBoard((board, name) => board.tellFigures(name, told));
  }

  /** What cannot be told now is told with the next step. */
  async #tryBoard(tell: (board: ReturnType<typeof boardOf>, name: string) => Promise<void>): Promise<void> {
    if (this.#channel === undefined) return;
    await tell(boardOf(this.env), this.#channel).catch(() => {});
  }

  #push(): void {
    if (this.#isPushing) return;
    this.#isPushing = true;
    const push = async () => {
      if (!this.#isWatched) {
        this.#isPushing = false;
        return;
      }
      const { now } = await this.figures(this.#channel!);
      await this.#tryBoard((board, name) => board.pushFigures(name, now));
      setTimeout(() => this.ctx.waitUntil(push()), PUSH_MS);
    };
    this.ctx.waitUntil(push());
  }

  async #unwatch(): Promise<void> {
    this.#watchedUntilMs = 0;
    this.ctx.storage.kv.delete('watched-until');
    if (this.#channel !== undefined) await channelOf(this.env, this.#channel).setPace(QUIET_REPORT_MS);
  }

  #forget(nowMs: number): void {
    // How long visits are kept is the channel's to say, and it was not heard yet: the next alarm looks again.
    if (this.#pulse === UNKNOWN) return;
    this.ctx.storage.kv.put('forgot', nowMs);
    const { visitDays } = this.#pulse.settings;
    const history = this.#history.forget(nowMs);
    const visits = this.#visits.forget(nowMs - visitDays * DAY_MS);
    this.ctx.storage.kv.put('keeps', history || visits);
  }
}
