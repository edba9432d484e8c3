/** What a peer says of itself when it sits down and later on, as its row holds it. */
import type { Capability } from '../../protocol/from-peer.ts';
import type { Agent } from './agent.ts';
import type { Entrant } from './door.ts';
import type { PeerRow, Seat } from './seat.ts';
import { emptyTally } from './tally.ts';

/** The row of who sits down now. What it can give is its own word still. */
export function newRow(
  { holder, right }: Entrant,
  { place, agent }: Seat,
  capability: Capability | undefined,
  nowMs: number,
): PeerRow {
  return {
    ...holder,
    sinceMs: nowMs,
    place,
    uploadKbps: capability?.uploadKbps ?? 0,
    track: capability?.track ?? 0,
    nat: capability?.nat ?? 'unknown',
    device: deviceOf(capability?.device, agent),
    ...(agent?.browser ? { browser: agent.browser } : {}),
    ...(capability?.deviceId ? { deviceId: capability.deviceId } : {}),
    tally: emptyTally(),
    seed: false,
    bridge: false,
    right,
  };
}

/** Puts into the row what its peer says anew, but for its upload. */
export function describe(row: PeerRow, capability: Capability, agent: Agent | undefined): void {
  row.track = capability.track;
  row.nat = capability.nat;
  row.device = deviceOf(capability.device, agent);
  if (capability.deviceId !== undefined) row.deviceId = capability.deviceId;
}

/** A browser on a television says so in its user agent; what a peer says of itself is finer otherwise. */
function deviceOf(claimed: PeerRow['device'] | undefined, agent: Agent | undefined): PeerRow['device'] {
  if (claimed !== undefined && claimed !== 'computer') return claimed;
  return agent?.device ?? claimed ?? 'computer';
}
