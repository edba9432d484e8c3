/**
 * Who sits in a shard, and at which socket: the newest socket of a peer has its seat. All of it can be rebuilt from
 * the sockets. Pure; part of a shard.
 */
import { PLAYBACK_REFUSALS, type PlaybackRefusal } from '../../protocol/claims.ts';
import type { Introduction, ToPeer } from '../../protocol/tracker.ts';
import type { Reports } from './reports.ts';
import { Roster } from './roster.ts';
import type { PeerRow } from './seat.ts';
import type { Port, SwarmWorld } from './world.ts';

export class Seats {
  readonly #world: Pick<SwarmWorld, 'left'>;
  readonly #reports: Pick<Reports, 'forget'>;
  readonly #roster = new Roster();
  readonly #ports = new Map<string, Port>();
  #joined = 0;
  #left = 0;

  /** What was reported by who leaves is forgotten, and the world is told. */
  constructor(world: Pick<SwarmWorld, 'left'>, reports: Pick<Reports, 'forget'>) {
    this.#world = world;
    this.#reports = reports;
  }

  get size(): number {
    return this.#roster.size;
  }

  row(id: string): PeerRow | undefined {
    return this.#roster.get(id);
  }

  rows(): Iterable<PeerRow> {
    return this.#roster.rows();
  }

  /** The socket of this peer. */
  port(id: string): Port | undefined {
    return this.#ports.get(id);
  }

  ports(): Iterable<Port> {
    return this.#ports.values();
  }

  /** All who sit here now with their sockets; it does not change when they are sent away. */
  all(): { port: Port; row: PeerRow }[] {
    return [...this.#ports].map(([id, port]) => ({ port, row: this.#roster.get(id)! }));
  }

  /** Seated peers with this id, or of one of these viewer ids. */
  find({ peerId, subjects = [] }: { peerId?: string; subjects?: string[] }): PeerRow[] {
    return [...this.#roster.rows()].filter(({ id, right }) =>
      id === peerId || (right?.subject !== undefined && subjects.includes(right.subject))
    );
  }

  /** Up to `want` neighbours for this peer (Roster). */
  choose(row: PeerRow, want: number, known: Iterable<string>, random: () => number): Introduction[] {
    return this.#roster.choose(row, want, known, random);
  }

  /** Takes up a socket that outlived an eviction. */
  restore(port: Port, row: PeerRow): void {
    this.#roster.add(row);
    this.#ports.set(row.id, port);
  }

  /** The newest socket of a peer id wins: it proved that it is the same peer. */
  seat(port: Port, row: PeerRow): void {
    const holder = this.#ports.get(row.id);
    if (holder && holder !== port) {
      this.unseat(holder);
      holder.close(4001, 'replaced');
    } else if (port.seat.peer) {
      this.unseat(port);
    }
    port.seat.peer = row;
    port.save();
    this.#roster.add(row);
    this.#ports.set(row.id, port);
    this.#joined++;
  }

  /** Nobody sits at this socket any more. */
  unseat(port: Port): void {
    const row = port.seat.peer;
    if (!row) return;
    delete port.seat.peer;
    port.save();
    if (this.#ports.get(row.id) !== port) return;
    this.#ports.delete(row.id);
    this.#roster.remove(row.id);
    this.#reports.forget(row.id);
    this.#left++;
    this.#world.left(row);
  }

  /** Ends a visit: the peer is told why. */
  expel(port: Port, code: PlaybackRefusal, reason: string = PLAYBACK_REFUSALS[code]): void {
    this.unseat(port);
    port.send({ action: 'kicked', reason, code });
    port.close(4003, code);
  }

  /** To every Shoal peer of this shard. */
  pushAll(message: ToPeer): void {
    for (const port of this.#ports.values()) port.send(message);
  }

  /** How many came and left since the last call. */
  takeCounts(): { joined: number; left: number } {
    const taken = { joined: this.#joined, left: this.#left };
    this.#joined = 0;
    this.#left = 0;
    return taken;
  }
}
