/** Draining: peers of a shard are sent on to others. Pure; part of a shard. */
import type { Seats } from './seats.ts';
import type { Port } from './world.ts';

/**
 * Sends up to `count` peers away, each to the next of `paths`, those first who neither seed nor bridge. Returns how
 * many are left.
 */
export function drain(seats: Seats, paths: string[], count: number): number {
  let i = 0;
  const roles = (port: Port) => Number(port.seat.peer?.seed) + Number(port.seat.peer?.bridge);
  const ports = [...seats.ports()].sort((a, b) => roles(a) - roles(b));
  for (const port of ports.slice(0, paths.length > 0 ? count : 0)) {
    // Another shard picks its own bridges.
    if (port.seat.peer?.bridge) port.send({ action: 'bridge', path: null });
    port.send({ action: 'redirect', path: paths[i++ % paths.length]! });
    seats.unseat(port);
    port.close(4002, 'redirected');
  }
  return seats.size;
}
