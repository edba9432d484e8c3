/**
 * A seat: everything a shard knows of one socket. It lies in the socket's attachment, so a shard that was evicted
 * can be rebuilt from its sockets alone.
 */
import type { Capability } from '../../protocol/from-peer.ts';
import type { NatKind } from '../../protocol/tracker.ts';
import type { Agent } from './agent.ts';
import type { Place } from './place.ts';
import type { Tally } from './tally.ts';
import type { Right } from './right.ts';

/** Most peer ids that one socket of stock clients may announce: bittorrent-tracker pools its sockets by URL. */
export const MAX_STOCK_PER_SOCKET = 8;

/** A Shoal peer whose ticket and proof were checked. */
export interface PeerRow {
  /** Peer id, 20 characters. */
  id: string;
  /** Ticket identity in hex: what bans name. */
  identity: string;
  /** The peer's public key in base64url: a renewed ticket is made for the same key. */
  key: string;
  /** When its ticket ends, seconds since 1970. */
  expiresS: number;
  /** When it took its seat, milliseconds since 1970. */
  sinceMs: number;
  place: Place;
  /** What it can give: as much of its own word as is taken (belief.ts). */
  uploadKbps: number;
  track: number;
  nat: NatKind;
  device: Capability['device'];
  /** Holds feeds: its leaving is told at once. */
  seed: boolean;
  /** Was asked to hold a second socket in the backbone. */
  bridge: boolean;
  /** What its pass says. */
  right?: Right;
  /** Device id that the viewer agreed to give; claimed. */
  deviceId?: string;
  /** As `Chrome 141`; claimed. */
  browser?: string;
  /** What it reported so far. */
  tally?: Tally;
}

export interface StockPeer {
  /** 20 characters, whatever they are. */
  id: string;
  complete: boolean;
}

export interface Seat {
  place: Place;
  /** What its browser says of itself. */
  agent?: Agent;
  stock: StockPeer[];
  peer?: PeerRow;
  /** What it complained of: ticket identities, and where those peers were. */
  complaints?: { about: string; place: Place; atMs: number }[];
}

export function emptySeat(place: Place, agent?: Agent): Seat {
  return { place, stock: [], ...(agent ? { agent } : {}) };
}
