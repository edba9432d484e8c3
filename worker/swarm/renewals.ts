/** How long who sits in a shard goes on: tickets and grants are renewed while the right to watch lasts. Pure. */
import type { Door } from './door.ts';
import { failure } from './outgoing.ts';
import type { Pace } from './pace.ts';
import { isOver } from './right.ts';
import type { PeerRow } from './seat.ts';
import type { Seats } from './seats.ts';
import type { Port, SwarmWorld } from './world.ts';

/** A seated peer whose ticket ended this long ago is no longer relayed for. */
const EXPIRY_GRACE_S = 60;
/** A peer asks for another ticket three minutes before the end of its own (web/peer/session.ts), if none has come. */
const RENEWED_BEFORE_MS = 185_000;

type RenewalWorld = Pick<SwarmWorld, 'nowMs' | 'right' | 'renew' | 'grant'>;

export class Renewals {
  readonly #world: RenewalWorld;
  readonly #seats: Seats;
  readonly #door: Door;
  readonly #pace: Pace;

  constructor(world: RenewalWorld, seats: Seats, door: Door, pace: Pace) {
    this.#world = world;
    this.#seats = seats;
    this.#door = door;
    this.#pace = pace;
  }

  /** Whether this peer's ticket is good, or was until just now. */
  isCurrent(row: PeerRow): boolean {
    return row.expiresS + EXPIRY_GRACE_S > this.#world.nowMs() / 1000;
  }

  /** A peer asks for another ticket, perhaps with another pass of the same viewer. */
  async renew(port: Port, row: PeerRow, pass: string | undefined): Promise<void> {
    if (pass !== undefined) {
      const right = await this.#world.right(row.id, pass);
      if (port.seat.peer !== row) return;
      if (!right || right.subject !== row.right?.subject) {
        return port.send(failure('renew: pass must be one of the same viewer'));
      }
      row.right = right;
    }
    if (isOver(row.right, this.#world.nowMs())) return void this.#door.expire();
    await this.#renewed(port, row);
  }

  /** A ticket that its peer would ask to renew before the next report is renewed with this one: a message less. */
  async renewInTime(port: Port, row: PeerRow): Promise<void> {
    const nowMs = this.#world.nowMs();
    const lasts = row.expiresS * 1000 - nowMs > this.#pace.everyMs + RENEWED_BEFORE_MS;
    const cannotLast = (row.right?.untilS ?? Infinity) <= row.expiresS;
    if (lasts || cannotLast || isOver(row.right, nowMs)) return;
    await this.#renewed(port, row);
  }

  async #renewed(port: Port, row: PeerRow): Promise<void> {
    const renewed = await this.#world.renew(row);
    const grant = renewed ? await this.#world.grant(row) : undefined;
    // It left meanwhile.
    if (port.seat.peer !== row) return;
    if (!renewed || !grant) return this.#seats.expel(port, row.right?.endsBy ?? 'token-expired');
    row.expiresS = renewed.expiresS;
    port.save();
    port.send({ action: 'renewed', ticket: renewed.ticket, grant, iceServers: renewed.iceServers });
  }
}
