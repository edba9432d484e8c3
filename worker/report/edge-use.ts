/** What the edge sent to viewers, by kind: counted where it is sent, added up on the way to /metrics. */
import { EdgeBytes } from '../../protocol/report.ts';

/** Kinds of media from the edge, as protocol/report.ts names them. */
export type MediaKind = keyof EdgeBytes;
export const MEDIA_KINDS = Object.keys(EdgeBytes.entries) as MediaKind[];

export interface EdgeUse {
  /** Body bytes of media. */
  bytes: Partial<Record<MediaKind, number>>;
  /** Media requests answered from the data centre's cache, and those that were not. */
  cacheHits: number;
  cacheMisses: number;
  /** Pieces asked of the origin because the window lacked them. */
  originMisses: number;
  /** Requests refused because the egress cap was spent. */
  refused: number;
  /** Of single pieces among those: what viewers lacked and did not get either. */
  refusedRepairBytes: number;
}

export function emptyUse(): EdgeUse {
  return { bytes: {}, cacheHits: 0, cacheMisses: 0, originMisses: 0, refused: 0, refusedRepairBytes: 0 };
}

export function addUse(total: EdgeUse, more: EdgeUse): void {
  for (const kind of MEDIA_KINDS) {
    const bytes = more.bytes[kind];
    if (bytes) total.bytes[kind] = (total.bytes[kind] ?? 0) + bytes;
  }
  total.cacheHits += more.cacheHits;
  total.cacheMisses += more.cacheMisses;
  total.originMisses += more.originMisses;
  total.refused += more.refused;
  total.refusedRepairBytes += more.refusedRepairBytes;
}

export function countBytes(use: EdgeUse, kind: MediaKind, bytes: number): void {
  use.bytes[kind] = (use.bytes[kind] ?? 0) + bytes;
}

/** All media bytes, whatever their kind. */
export function mediaBytes(use: EdgeUse): number {
  return MEDIA_KINDS.reduce((sum, kind) => sum + (use.bytes[kind] ?? 0), 0);
}

/** Whether there is anything to tell. */
export function hasUse(use: EdgeUse): boolean {
  return use.cacheHits + use.cacheMisses + use.originMisses + use.refused > 0 ||
    MEDIA_KINDS.some((kind) => (use.bytes[kind] ?? 0) > 0);
}
