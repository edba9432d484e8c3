/**
 * The typed messages between two Shoal peers. Their bytes are BitTorrent's (BEP 3, BEP 6, BEP 10), see wire/.
 */
import type { PieceFrame } from '../../protocol/frame.ts';

export type Message =
  /** Ticket, nonce for the proof, and what this peer is. First on every link, both ways. */
  | { type: 'hello'; ticket: Uint8Array; nonce: Uint8Array; uploadKbps: number; tracks: number[] }
  /** Signature over the other's nonce, the link's binding and both peer ids: the ticket is mine. */
  | { type: 'proof'; signature: Uint8Array }
  /** A renewed ticket of the same identity. */
  | { type: 'ticket'; ticket: Uint8Array }
  /**
   * What the sender holds of one track: bit i of `bits` (most significant first) is the i-th piece after `base` in
   * the order of the sender's records of that track; see window-state.ts for how gaps between segments count.
   */
  | { type: 'state'; track: number; base: number; bits: Uint8Array; spareKbps: number }
  /** Push me this substream from now on, from `since` if you hold it. */
  | { type: 'subscribe'; track: number; substream: number; since: number }
  | { type: 'unsubscribe'; track: number; substream: number }
  /** Answer to subscribe, or its end later on (displaced, out of upload). */
  | { type: 'subscribed'; track: number; substream: number; accepted: boolean }
  /** A piece with its record: pushed, or the answer to a request. */
  | { type: 'piece'; frame: PieceFrame }
  | { type: 'request'; index: number }
  | { type: 'cancel'; index: number }
  /** BEP 6: not now. */
  | { type: 'reject'; index: number }
  /** Peers the sender is linked to and that are willing to meet more. */
  | { type: 'peers'; peerIds: string[] }
  /** An opaque signaling payload passed on by a common neighbour: `from` is set by that neighbour. */
  | { type: 'relay'; to: string; from: string; payload: string }
  /** Leaving: find other parents now. */
  | { type: 'goodbye' };
