/** What a shard sends: Shoal's messages and the stock tracker's replies that ToPeer does not name. */
import type { ToPeer } from '../../protocol/tracker.ts';

export type Outgoing =
  | ToPeer
  | { action?: 'announce' | 'scrape'; info_hash?: string; 'failure reason': string }
  | {
    action: 'scrape';
    files: Record<string, { complete: number; incomplete: number; downloaded: number }>;
    flags: { min_request_interval: number };
  };

/** Seconds between two announces of a stock client. */
export const STOCK_INTERVAL_S = 120;

/**
 * A refusal, with what was asked: the stock client drops a failure of another info-hash, and breaks on an announce
 * without one.
 */
export function failure(reason: string, about?: unknown): Outgoing {
  const reply: Extract<Outgoing, { 'failure reason': string }> = { 'failure reason': reason };
  if (typeof about !== 'object' || about === null) return reply;
  const { action, info_hash } = about as Record<string, unknown>;
  if (typeof info_hash !== 'string') return reply;
  reply.info_hash = info_hash.slice(0, 20);
  if (action === 'announce' || action === 'scrape') reply.action = action;
  return reply;
}
