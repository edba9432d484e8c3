/**
 * The typed messages between two Shoal peers. Their bytes are BitTorrent's (BEP 3, BEP 6, BEP 10), see wire/.
 */
import type { PieceFrame } from '../../protocol/frame.ts';

/** What the sender holds of one track; how `bits` count is written in window-state.ts. */
export interface TrackState {
  track: number;
  base: number;
  bits: Uint8Array;
  /** Per substream: how late its pieces reach the sender, in LAG_UNIT_MS; NO_SOURCE; and the bit NO_ROOM. */
  lags: Uint8Array;
}

export type Message =
  /** Ticket, nonce for the proof, and what this peer is. First on every link, both ways. */
  | { type: 'hello'; ticket: Uint8Array; nonce: Uint8Array; uploadKbps: number; tracks: number[] }
  /** Signature over the other's nonce, the link's binding and both peer ids: the ticket is mine. */
  | { type: 'proof'; signature: Uint8Array }
  /** A renewed ticket of the same identity. */
  | { type: 'ticket'; ticket: Uint8Array }
  /**
   * What the sender holds, how fresh it gets it and what upload it has to spare. `clockMs` is the sender's media
   * clock (milliseconds since time zero, as far as it knows): the receiver's own minus this is the transit time
   * and the difference of the clocks together, which is what a lag has to be corrected by.
   */
  | { type: 'state'; clockMs: number; spareKbps: number; tracks: TrackState[] }
  /**
   * Push me this substream from now on; pieces after `since` that you hold come at once. `orphan`: nobody else does,
   * which may be worth another's place; `lonely`: I have met few who could.
   */
  | { type: 'subscribe'; track: number; substream: number; since: number; orphan: boolean; lonely: boolean }
  | { type: 'unsubscribe'; track: number; substream: number }
  /** Answer to subscribe, or its end later on (displaced: pushes go on for a moment). */
  | { type: 'subscribed'; track: number; substream: number; accepted: boolean }
  /** Whom the pieces of a subscribed substream come through, newest hop first (peerTag): keeps trees free of loops. */
  | { type: 'path'; track: number; substream: number; path: number[] }
  /** A piece with its record: pushed, or the answer to a request. */
  | { type: 'piece'; frame: PieceFrame }
  | { type: 'request'; index: number }
  | { type: 'cancel'; index: number }
  /** BEP 6: not now. */
  | { type: 'reject'; index: number }
  /** BEP 3: stock clients' way to say what they hold. Shoal's peers send states and ignore it. */
  | { type: 'have'; index: number }
  /** Peers the sender is linked to and that are willing to meet more. */
  | { type: 'peers'; peerIds: string[] }
  /** An opaque signaling payload passed on by a common neighbour: `from` is set by that neighbour. */
  | { type: 'relay'; to: string; from: string; payload: string }
  /** Leaving: find other parents now. */
  | { type: 'goodbye' };

/** One message by its type. */
export type MessageOf<T extends Message['type']> = Extract<Message, { type: T }>;
