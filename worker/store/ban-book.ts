/**
 * Who is kept out of a channel: bans, until they are lifted or over, and kicks, which hold for the peer that was
 * kicked. Pure: the Channel object keeps what `all` answers.
 */
import type { BanResource } from '../../protocol/access.ts';
import type { CardBans } from '../access/playback.ts';

export interface Ban {
  id: string;
  kind: 'ban' | 'kick';
  peerId?: string;
  /** Ticket identity of the peer in the broadcast it was in, hex. */
  identity?: string;
  /** Viewer id. */
  subject?: string;
  reason: string;
  by: string;
  createdAtMs: number;
  /** Absent: until lifted. */
  endsAtMs?: number;
}

/** All of them stand in the join card. */
export const MOST_BANS = 2000;
const MOST_KICKS = 500;

export class BanBook {
  #bans: Ban[];

  constructor(bans: Ban[] = []) {
    this.#bans = bans;
  }

  get all(): readonly Ban[] {
    return this.#bans;
  }

  /** False: there are too many bans. Of kicks the oldest is forgotten. */
  add(ban: Ban, nowMs: number): boolean {
    this.#bans = this.#bans.filter((one) => !isOver(one, nowMs));
    const same = this.#bans.filter(({ kind }) => kind === ban.kind);
    if (ban.kind === 'ban' && same.length >= MOST_BANS) return false;
    if (ban.kind === 'kick' && same.length >= MOST_KICKS) this.#bans.splice(this.#bans.indexOf(same[0]!), 1);
    this.#bans.push(ban);
    return true;
  }

  /** Undefined: there is no such ban. */
  lift(id: string): Ban | undefined {
    const at = this.#bans.findIndex((ban) => ban.id === id && ban.kind === 'ban');
    return at < 0 ? undefined : this.#bans.splice(at, 1)[0];
  }

  /** Bans, newest first. */
  list(nowMs: number): BanResource[] {
    return this.#bans.filter((ban) => ban.kind === 'ban' && !isOver(ban, nowMs)).map(resourceOf).toReversed();
  }

  /** What the join has to know; undefined: nobody is kept out. */
  card(nowMs: number): CardBans | undefined {
    const holding = this.#bans.filter((ban) => !isOver(ban, nowMs));
    if (holding.length === 0) return undefined;
    return {
      peers: holding.flatMap(({ peerId }) => peerId === undefined ? [] : [peerId]),
      // A kick is for one visit: the viewer may come again.
      subjects: holding.flatMap(({ kind, subject }) =>
        kind === 'kick' || subject === undefined ? [] : [subject]
      ),
    };
  }
}

export function resourceOf(ban: Ban): BanResource {
  return {
    id: ban.id,
    ...(ban.peerId === undefined ? {} : { peerId: ban.peerId }),
    ...(ban.subject === undefined ? {} : { viewer: ban.subject }),
    reason: ban.reason,
    by: ban.by,
    createdAt: new Date(ban.createdAtMs).toISOString(),
    ...(ban.endsAtMs === undefined ? {} : { endsAt: new Date(ban.endsAtMs).toISOString() }),
  };
}

function isOver({ endsAtMs }: Ban, nowMs: number): boolean {
  return endsAtMs !== undefined && endsAtMs <= nowMs;
}
