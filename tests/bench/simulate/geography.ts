/**
 * Where peers are and how they reach each other: six regions, access delay, NAT kinds. The numbers are those of the
 * reference simulator.
 */
import type { NatKind } from '../../../protocol/tracker.ts';
import type { Random } from './random.ts';

export const REGION_SHARES = [0.28, 0.25, 0.22, 0.12, 0.09, 0.04];
/** One-way delay between regions in milliseconds, without access. */
const BASE_OWD_MS = [
  [12, 50, 90, 100, 50, 140],
  [50, 20, 90, 70, 110, 85],
  [90, 90, 30, 150, 100, 65],
  [100, 70, 150, 22, 150, 150],
  [50, 110, 100, 150, 30, 150],
  [140, 85, 65, 150, 150, 18],
];
const LAN_OWD_MS = 2;
const NAT_ORDER: NatKind[] = ['open', 'cone', 'symmetric', 'blocked'];

/** What of a peer decides its delays and whom it can meet. */
export interface Place {
  /** Tells peers apart; a pair has the same distance each time. */
  slot: number;
  region: number;
  /** Internet provider within the region, 0 to 11. */
  network: number;
  accessMs: number;
  nat: NatKind;
  /** Number of the LAN, -1: alone behind its address. */
  lan: number;
}

export function sameLan(a: Place, b: Place): boolean {
  return a.lan >= 0 && a.lan === b.lan;
}

/** One-way delay between two peers in milliseconds. */
export function owdMs(a: Place, b: Place): number {
  if (sameLan(a, b)) return LAN_OWD_MS;
  let base = BASE_OWD_MS[a.region]![b.region]!;
  if (a.region === b.region && a.network === b.network) base *= 0.5;
  const mixed = Math.imul(a.slot, 2654435761) ^ Math.imul(b.slot, 2654435761);
  const spread = ((mixed ^ (mixed >>> 15)) & 1023) / 1023;
  return a.accessMs + b.accessMs + base * (0.8 + 0.4 * spread);
}

/** One-way delay to a Media object: one in the peer's region, fed from region 0. */
export function edgeOwdMs(place: Place, edgeRegions: 'one' | 'each'): number {
  return place.accessMs + BASE_OWD_MS[edgeRegions === 'one' ? 0 : place.region]![place.region]!;
}

/** Probability that ICE without TURN connects two peers. */
export function meetingProbability(a: Place, b: Place): number {
  if (sameLan(a, b)) return 0.9;
  const x = Math.min(NAT_ORDER.indexOf(a.nat), NAT_ORDER.indexOf(b.nat));
  const y = Math.max(NAT_ORDER.indexOf(a.nat), NAT_ORDER.indexOf(b.nat));
  if (y === 3) return 0;
  if (x === 0) return 0.97;
  if (y === 1) return 0.95;
  return x === 1 ? 0.15 : 0.05;
}

/** Time from an offer's arrival to an open data channel, beside the signaling: ICE, DTLS, SCTP. */
export function iceDelayMs(random: Random, owd: number): number {
  return 300 + random.logNormal(450, 0.5) + 5 * owd;
}
