/**
 * How many neighbours, and whom: introductions by neighbours, offers relayed through common neighbours, the edge only
 * when the neighbours know nobody. The worst is replaced now and then; LAN and backbone links are kept.
 *
 * A bridge has two circles, its shard and the backbone. Neither is told of the other: who is met through a neighbour
 * belongs to that neighbour's circle, or shards would grow into each other.
 */
import type { Context } from './context.ts';
import type { Links } from './links.ts';
import type { MessageOf } from './message.ts';
import type { Neighbour } from './neighbour.ts';
import type { Link } from './seams.ts';

/** Introductions in one message. */
export const MAX_INTRODUCED = 8;
/** Candidates that are remembered, connections that are tried at once, and how long one is waited for. */
const MAX_CANDIDATES = 40;
const MAX_TRYING = 3;
const TRY_MS = 8000;
/** A peer that was tried is not tried again for so long. */
const TRIED = 40;
/** With how few links of the backbone a bridge asks the edge for more. */
const FEW_IN_BACKBONE = 4;
/** A lane may be without a source for so long before the edge is asked for help. */
const ORPHANED_MS = 1500;

interface Candidate {
  peerId: string;
  /** The neighbour that told of it. */
  via: string;
  backbone: boolean;
}

export class Membership {
  #context: Context;
  #links: Links;
  #candidates: Candidate[] = [];
  #trying: { peerId: string; backbone: boolean; endsAt: number }[] = [];
  #tried: string[] = [];
  #starvedAt = -Infinity;
  #backoff = 1;
  #introduceAt = 0;
  #replaceAt: number;

  constructor(context: Context, links: Links) {
    this.#context = context;
    this.#links = links;
    const now = context.world.now();
    this.#introduceAt = now + context.tuning.introduceMs * context.world.random();
    this.#replaceAt = now + context.tuning.replaceMs * (0.5 + context.world.random());
  }

  /** Room for a new link? One that nobody uses gives way. */
  makeRoom(link: Link): boolean {
    const most = Math.ceil(this.#context.options.neighbours * 1.5) + 4;
    if (link.route === 'lan' || link.backbone) return this.#links.size < 3 * most;
    if (this.#links.size < most) return true;
    const idle = this.#worst(true);
    if (idle === undefined) return false;
    this.#links.close(idle, 'made room');
    return true;
  }

  onLinked(neighbour: Neighbour): void {
    this.#trying = this.#trying.filter((one) => one.peerId !== neighbour.peerId);
    this.#candidates = this.#candidates.filter((one) => one.peerId !== neighbour.peerId);
    this.#introduce(neighbour);
  }

  onUnlinked(neighbour: Neighbour): void {
    this.#candidates = this.#candidates.filter((one) => one.via !== neighbour.peerId);
  }

  onPeers(from: Neighbour, message: MessageOf<'peers'>): void {
    for (const peerId of message.peerIds.slice(0, MAX_INTRODUCED)) {
      if (!this.#isNew(peerId)) continue;
      if (this.#candidates.length >= MAX_CANDIDATES) this.#candidates.shift();
      this.#candidates.push({ peerId, via: from.peerId, backbone: from.isBackbone });
    }
  }

  /** Once a second. */
  tick(now: number): void {
    const { options, linked, tuning } = this.#context;
    this.#trying = this.#trying.filter((one) => one.endsAt > now);
    if (now >= this.#introduceAt) {
      this.#introduceAt = now + tuning.introduceMs;
      for (const neighbour of linked) this.#introduce(neighbour);
    }
    if (this.#count(false) >= options.neighbours && now >= this.#replaceAt && this.#candidates.length > 0) {
      this.#replaceAt = now + tuning.replaceMs;
      const worst = this.#worst(false);
      if (worst !== undefined) this.#links.close(worst, 'replaced');
    }
    this.#fill(now, false, options.neighbours);
    if (this.#context.isBridge()) this.#fill(now, true, tuning.backboneNeighbours);
    this.#starve(now);
  }

  #fill(now: number, backbone: boolean, aim: number): void {
    let want = aim - this.#count(backbone) - this.#tryingIn(backbone);
    while (want > 0 && this.#trying.length < MAX_TRYING && this.#connect(now, backbone)) want--;
  }

  #starve(now: number): void {
    const { options, lanes, tuning, world } = this.#context;
    const count = this.#count(false);
    const few = this.#isFew(false, Math.max(2, options.neighbours / 4));
    const fewInBackbone = this.#context.isBridge() && this.#isFew(true, FEW_IN_BACKBONE);
    const orphaned = count > 0 &&
      lanes.all.some((lane) =>
        lane.wanted && !lane.hasSource && now - Math.max(lane.orphanedAt, lane.lastPushAt) > ORPHANED_MS
      );
    if (!few && !orphaned && !fewInBackbone) {
      this.#backoff = 1;
      return;
    }
    if (now - this.#starvedAt < tuning.starveMs * this.#backoff) return;
    this.#starvedAt = now;
    this.#backoff = Math.min(16, this.#backoff * 2);
    const known: string[] = [];
    for (const neighbour of this.#links.all()) if (known.length < 64) known.push(neighbour.peerId);
    if (fewInBackbone) world.emit({ type: 'starving', backbone: true, want: FEW_IN_BACKBONE, known });
    if (!few && !orphaned) return;
    const want = few ? Math.max(4, options.neighbours >> 2) : 3;
    world.emit({ type: 'starving', backbone: false, want, known });
  }

  #connect(now: number, backbone: boolean): boolean {
    for (;;) {
      const circle = this.#candidates.filter((one) => one.backbone === backbone);
      const candidate = circle[Math.floor(this.#context.world.random() * circle.length)];
      if (candidate === undefined) return false;
      this.#candidates.splice(this.#candidates.indexOf(candidate), 1);
      const via = this.#links.get(candidate.via);
      if (!this.#isNew(candidate.peerId) || via?.stage !== 'linked') continue;
      this.#trying.push({ peerId: candidate.peerId, backbone, endsAt: now + TRY_MS });
      this.#tried.push(candidate.peerId);
      if (this.#tried.length > TRIED) this.#tried.shift();
      this.#context.world.emit({ type: 'connect', ...candidate });
      return true;
    }
  }

  #isNew(peerId: string): boolean {
    return peerId.length === 20 && peerId !== this.#context.options.peerId &&
      this.#links.get(peerId) === undefined && !this.#links.isBanned(peerId) &&
      !this.#tried.includes(peerId) && !this.#candidates.some((one) => one.peerId === peerId);
  }

  #introduce(to: Neighbour): void {
    const { linked, world } = this.#context;
    const peerIds: string[] = [];
    const first = Math.floor(world.random() * linked.length);
    for (let i = 0; i < linked.length && peerIds.length < MAX_INTRODUCED; i++) {
      const one = linked[(first + i) % linked.length]!;
      if (one !== to && one.isBackbone === to.isBackbone) peerIds.push(one.peerId);
    }
    if (peerIds.length > 0) this.#context.send(to, { type: 'peers', peerIds });
  }

  #isFew(backbone: boolean, least: number): boolean {
    return this.#count(backbone) + this.#tryingIn(backbone) < least &&
      !this.#candidates.some((one) => one.backbone === backbone);
  }

  #tryingIn(backbone: boolean): number {
    return this.#trying.reduce((count, one) => one.backbone === backbone ? count + 1 : count, 0);
  }

  #count(backbone: boolean): number {
    let count = 0;
    for (const one of this.#context.linked) if (one.isBackbone === backbone) count++;
    return count;
  }

  /** The neighbour that is missed least; only one that neither feeds nor is fed where `idle`. */
  #worst(idle: boolean): Neighbour | undefined {
    const now = this.#context.world.now();
    let worst: Neighbour | undefined;
    let least = Infinity;
    for (const one of this.#context.linked) {
      if (one.isLan || one.isBackbone || one.parentOf > 0 || one.childOf > 0) continue;
      if (!idle && now - one.linkedAt < 20_000) continue;
      const worth = (one.receivedBytes + one.sentBytes / 4) / (now - one.linkedAt + 1000) - one.bad;
      if (worth < least) {
        least = worth;
        worst = one;
      }
    }
    return worst;
  }
}
