/**
 * What peers of a shard say against each other, and what follows from it. What can be proved to whoever looks ends in
 * a ban; that somebody gives nothing ends in a doubt. Complaints are kept in the seat of who made them, so that they
 * outlive an eviction. Pure; part of a shard.
 */
import { Complaints, VAIN_MS } from './complaints.ts';
import type { PeerRow } from './seat.ts';
import type { Port } from './world.ts';

/** Complaints of one peer that its seat keeps. */
const KEPT = 8;

export class Accusations {
  readonly #complaints = new Complaints();
  readonly #vain = new Complaints(VAIN_MS);

  /** Takes up what a socket that outlived an eviction had complained of. */
  restore(port: Port, row: PeerRow): void {
    for (const { about, place, atMs } of port.seat.complaints ?? []) {
      this.#complaints.file(row, about, place, atMs);
    }
  }

  /** `row`, at this socket, complains of `accused`. Undefined: not enough agree, or it is no news. */
  file(port: Port, row: PeerRow, accused: PeerRow, why: string, atMs: number): 'ban' | 'doubt' | undefined {
    const { identity, place } = accused;
    if (why === 'gives-nothing') return this.#vain.file(row, identity, place, atMs) ? 'doubt' : undefined;
    const told = port.seat.complaints ??= [];
    if (told.length < KEPT && !told.some((one) => one.about === identity)) {
      told.push({ about: identity, place, atMs });
      port.save();
    }
    return this.#complaints.file(row, identity, place, atMs) ? 'ban' : undefined;
  }
}
