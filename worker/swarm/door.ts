/**
 * Who is let into a shard, and who is shown out: ticket, pass, bans, leases, and the end of a right to watch. Pure;
 * part of a shard.
 */
import type { PlaybackRefusal } from '../../protocol/claims.ts';
import type { LeaseSeats, LeaseShares } from './lease-seats.ts';
import { isOver, markOf, type Right } from './right.ts';
import type { Seats } from './seats.ts';
import { checkTicket, type TicketHolder } from './ticket-check.ts';
import type { Announce, Port, SwarmWorld } from './world.ts';

/** Whose ticket and pass are good. */
export interface Entrant {
  holder: TicketHolder;
  right: Right;
}

export class Door {
  readonly #world: Pick<SwarmWorld, 'nowMs' | 'peerIdOf' | 'verify' | 'right'>;
  readonly #infoHash: string;
  readonly #seats: Seats;
  readonly #leases: LeaseSeats;
  /** Ticket identities, and viewer ids (markOf). */
  readonly #banned: Set<string>;

  constructor(
    world: Pick<SwarmWorld, 'nowMs' | 'peerIdOf' | 'verify' | 'right'>,
    infoHash: string,
    seats: Seats,
    leases: LeaseSeats,
    banned: Iterable<string>,
  ) {
    this.#world = world;
    this.#infoHash = infoHash;
    this.#seats = seats;
    this.#leases = leases;
    this.#banned = new Set(banned);
  }

  /** `refusal` is the reason, for the peer. */
  async check(port: Port, announce: Announce): Promise<Entrant | { refusal: string }> {
    const holder = await checkTicket(this.#world, this.#infoHash, announce);
    if ('refusal' in holder) return holder;
    const right = await this.#world.right(holder.id, announce.pass);
    if (!right) return { refusal: 'pass must be the one of the join answer, and a device must be free' };
    if (isOver(right, this.#world.nowMs())) return { refusal: 'pass is over' };
    if (this.#banned.has(holder.identity) || this.#banned.has(markOf(right.subject ?? ''))) {
      return { refusal: 'this ticket is banned' };
    }
    if (port.seat.stock.length > 0) return { refusal: 'this socket was used without a ticket' };
    return { holder, right };
  }

  /** Swarm.ban. */
  ban(identities: string[], reason: string, subjects: string[], code: PlaybackRefusal): void {
    const out = new Set(identities);
    for (const row of this.#seats.find({ subjects })) out.add(row.identity);
    for (const mark of [...out, ...subjects.map(markOf)]) this.#banned.add(mark);
    for (const { port, row } of this.#seats.all()) {
      if (out.has(row.identity)) this.#seats.expel(port, code, reason);
    }
    this.#drop(out);
  }

  /** These may come again. */
  pardon(identities: string[], subjects: string[]): void {
    for (const mark of [...identities, ...subjects.map(markOf)]) this.#banned.delete(mark);
  }

  /** Viewers of a lease that is not among these, or is spent, are sent away. */
  setLeases(shares: LeaseShares): void {
    this.#leases.shares = shares;
    const out = new Set<string>();
    for (const { port, row } of this.#seats.all()) {
      const code = this.#leases.end(row.right?.lease);
      if (code === undefined) continue;
      out.add(row.identity);
      this.#seats.expel(port, code);
    }
    this.#drop(out);
  }

  /** Sends away who came without a token. */
  expelAnonymous(): void {
    for (const { port, row } of this.#seats.all()) {
      if (row.right?.anonymous) this.#seats.expel(port, 'token-missing');
    }
  }

  /** Sends away whose right to watch is over. Returns when the next one ends, milliseconds since 1970. */
  expire(): number | undefined {
    const now = this.#world.nowMs();
    let next = Infinity;
    for (const { port, row: { right } } of this.#seats.all()) {
      if (isOver(right, now)) this.#seats.expel(port, right?.endsBy ?? 'token-expired');
      else next = Math.min(next, (right?.untilS ?? Infinity) * 1000);
    }
    return next === Infinity ? undefined : next;
  }

  /** Their neighbours are to drop them too. */
  #drop(identities: Set<string>): void {
    if (identities.size > 0) this.#seats.pushAll({ action: 'drop', identities: [...identities] });
  }
}
