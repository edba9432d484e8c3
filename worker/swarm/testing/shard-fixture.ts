/** A shard whose world is told by the test, its sockets, and peers that sit down at them. */
import { concatBytes, toBase64Url, toBinaryString } from '../../../protocol/bytes.ts';
import { encodeTicket, peerIdFor } from '../../../protocol/ticket.ts';
import type { Outgoing } from '../outgoing.ts';
import type { Place } from '../place.ts';
import type { Right } from '../right.ts';
import { emptySeat, type Seat } from '../seat.ts';
import { Swarm } from '../swarm.ts';
import type { Port, ShardConfig, SwarmWorld } from '../world.ts';

const HASH = new Uint8Array(20).fill(7);
/** Of the shard's broadcast. */
export const INFO_HASH = toBinaryString(HASH);
const PROOF = toBase64Url(new Uint8Array(64));
/** When a fixture begins, seconds since 1970. */
export const NOW_S = 1_000_000;

/** A socket that keeps what it was sent. */
export class FakePort implements Port {
  readonly sent: Record<string, unknown>[] = [];
  readonly seat: Seat;
  saves = 0;
  closed: { code: number; reason: string } | undefined;

  constructor(place: Partial<Place> = {}) {
    this.seat = emptySeat({ address: '', network: '', country: '', region: '', ...place });
  }

  save(): void {
    this.saves++;
    structuredClone(this.seat);
  }

  send(message: Outgoing): void {
    this.sent.push(message as Record<string, unknown>);
  }

  close(code: number, reason: string): void {
    this.closed = { code, reason };
  }

  last(action?: string): Record<string, unknown> | undefined {
    return this.sent.findLast((message) => action === undefined || message.action === action);
  }

  get failure(): unknown {
    return this.sent.findLast((message) => 'failure reason' in message)?.['failure reason'];
  }
}

/** A shard and all that it told its world. */
export class Fixture {
  nowMs = NOW_S * 1000;
  readonly told: unknown[] = [];
  genuine = true;
  mayRenew = true;
  /** What passes say, by their text. */
  readonly passes = new Map<string, Right>();
  path: string | undefined = '/elsewhere';
  readonly swarm: Swarm;
  readonly world: SwarmWorld;

  constructor(config: Partial<ShardConfig> = {}, banned: string[] = []) {
    let seed = 1;
    this.world = {
      nowMs: () => this.nowMs,
      random: () => (seed = (seed * 16807) % 2147483647) / 2147483647,
      peerIdOf: (key) => peerIdFor(key),
      verify: () => this.genuine,
      right: (_peerId, pass) => pass === undefined ? {} : this.passes.get(pass),
      grant: (row) => ({ value: `grant of ${row.id}`, expiresS: NOW_S + 30 }),
      renew: (row) =>
        this.mayRenew ? { ticket: 'renewed', expiresS: row.expiresS + 600, iceServers: [] } : undefined,
      elsewhere: () => this.path,
      across: (shard, peerId, message) => this.told.push({ across: shard, peerId, message }),
      acked: (row, acks, given) => this.told.push({ acked: row.id, acks, given }),
      hasEnough: (port) => this.told.push({ enough: port.seat.peer?.id }),
      seated: (row) => this.told.push({ seated: row.id }),
      reported: () => {},
      left: (row) => this.told.push({ left: row.id, seed: row.seed }),
      doubted: (row) => this.told.push({ doubted: row.id }),
      banned: (identity, why) => this.told.push({ banned: identity, why }),
    };
    this.swarm = new Swarm(this.world, {
      infoHash: INFO_HASH,
      shard: '0',
      limit: 100,
      stock: true,
      terms: { takenKbps: 500, givenKbps: 2000 },
      ...config,
    }, banned);
  }

  say(port: Port, message: unknown): void | Promise<void> {
    return this.swarm.receive(port, JSON.stringify(message));
  }

  async seat(n: number, place: Partial<Place> = {}, more: Record<string, unknown> = {}): Promise<FakePort> {
    const port = new FakePort(place);
    await this.say(port, { ...started(n), ...more });
    return port;
  }
}

/** Key, id and ticket identity of the n-th peer. */
export const keyOf = (n: number) => new Uint8Array(32).fill(n);
export const idOf = (n: number) => peerIdFor(keyOf(n));
export const identityOf = (n: number) => n.toString(16).padStart(2, '0').repeat(8);

function ticketOf(n: number, expiresS = NOW_S + 600): string {
  const identity = new Uint8Array(8).fill(n);
  return toBase64Url(
    concatBytes(encodeTicket({ infoHash: HASH, peerKey: keyOf(n), identity, expiresS }), new Uint8Array(64)),
  );
}

/** The first announce of the n-th peer. */
export function started(n: number) {
  return {
    action: 'announce',
    event: 'started',
    info_hash: INFO_HASH,
    peer_id: idOf(n),
    ticket: ticketOf(n),
    proof: PROOF,
    capability: { uploadKbps: 1000 + n, track: 0, nat: 'open' },
  };
}

export const OFFER_ID = 'o'.repeat(20);

/** A viewer's report in which nothing went wrong. */
export const report = {
  lanBytes: 1,
  peerBytes: 2,
  turnBytes: 3,
  edgeBytes: 4,
  uploadBytes: 5,
  duplicateBytes: 6,
  repairs: 0,
  stalls: 0,
  stallMs: 0,
  latencyMs: 1200,
  bufferMs: 800,
  peers: 9,
  uploadKbps: 1000,
};
