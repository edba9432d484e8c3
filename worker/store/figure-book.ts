/** What the Board knows of every channel: the last word of its Report object, kept in SQL. */
import type { ChannelState } from '../../protocol/channel.ts';
import type { ChannelNews, Figures, Totals } from '../../protocol/report.ts';
import { emptyTotals } from '../report/ledger.ts';
import type { Sql } from './channel-book.ts';

export interface ChannelWord {
  state: ChannelState;
  reason: string;
  /** Absent before the first word of the Report object. */
  figures?: Figures;
  totals: Totals;
  spark: number[];
}

export class FigureBook {
  readonly #sql: Sql;
  readonly #words = new Map<string, ChannelWord>();

  constructor(sql: Sql) {
    this.#sql = sql;
    sql.exec('CREATE TABLE IF NOT EXISTS words (channel TEXT PRIMARY KEY, word TEXT NOT NULL)');
    for (
      const { channel, word } of sql.exec<{ channel: string; word: string }>('SELECT * FROM words').toArray()
    ) {
      this.#words.set(channel, JSON.parse(word));
    }
  }

  get(channel: string): ChannelWord | undefined {
    return this.#words.get(channel);
  }

  all(): [string, ChannelWord][] {
    return [...this.#words];
  }

  /** Answers what is known now. */
  put(channel: string, more: Partial<ChannelWord>): ChannelWord {
    const word = {
      state: 'idle' as const,
      reason: '',
      totals: emptyTotals(),
      spark: [],
      ...this.#words.get(channel),
      ...more,
    };
    this.#words.set(channel, word);
    this.#sql.exec('INSERT OR REPLACE INTO words VALUES (?, ?)', channel, JSON.stringify(word));
    return word;
  }

  remove(channel: string): void {
    this.#words.delete(channel);
    this.#sql.exec('DELETE FROM words WHERE channel = ?', channel);
  }
}

export function newsOf(name: string, { state, reason, figures, spark }: ChannelWord): ChannelNews {
  const isOnAir = state === 'live' || state === 'lost';
  return {
    name,
    state,
    reason,
    viewers: isOnAir ? figures?.viewers ?? 0 : 0,
    egressKbps: isOnAir ? figures?.egressKbps ?? 0 : 0,
    offload: isOnAir ? figures?.offload ?? null : null,
    spark,
  };
}
