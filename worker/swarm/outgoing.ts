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

export function failure(reason: string, about?: { action?: unknown; info_hash?: unknown }): Outgoing {
  const reply: Extract<Outgoing, { 'failure reason': string }> = { 'failure reason': reason };
  if (about?.action === 'announce' || about?.action === 'scrape') reply.action = about.action;
  if (typeof about?.info_hash === 'string') reply.info_hash = about.info_hash.slice(0, 20);
  return reply;
}
