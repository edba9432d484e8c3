/** TURN servers with credentials that end by themselves: what a viewer may relay through, and where that comes from. */
import type * as v from 'valibot';
import type { IceServer } from '../../protocol/join.ts';

export type IceServers = v.InferOutput<typeof IceServer>[];

/**
 * How long credentials are good for, in seconds: over the life of a ticket (10 min), with whose renewal new ones
 * come. A relay in use outlives them.
 */
export const TURN_SECONDS = 30 * 60;

/** One way to get credentials. */
export interface TurnDesk {
  /**
   * Servers with credentials for one peer.
   * @param id names the peer in the TURN server's log; not its address, nothing that outlives the visit.
   * @param nowS seconds since 1970.
   */
  issue(id: string, nowS: number): Promise<IceServers>;
}
