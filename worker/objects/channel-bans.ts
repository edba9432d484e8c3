/** The Channel object's hands for kicks and bans: finds the peer in its shard, sends it away, remembers. */
import type { BanResource } from '../../protocol/access.ts';
import { PLAYBACK_REFUSALS } from '../../protocol/claims.ts';
import { toHex } from '../../protocol/bytes.ts';
import type { CardBans } from '../access/playback.ts';
import { type Env, mediaOf } from '../env.ts';
import { type Ban, BanBook, resourceOf } from '../store/ban-book.ts';
import type { SwarmDesk } from './swarm-desk.ts';

/** How long a kicked peer is refused: longer than its ticket could be renewed. Its owner may come with a new one. */
const KICK_MS = 24 * 3_600_000;

/** Whom to send away, and on whose word. */
export interface ExpulsionOrder {
  kind: 'ban' | 'kick';
  /** A peer that is watching, or a viewer id, whether it is here or not. */
  peerId?: string;
  subject?: string;
  reason: string;
  by: string;
  /** Bans: how long, in milliseconds. */
  forMs?: number;
}

export type ExpulsionVerdict = { ok: true; ban: BanResource } | { ok: false; why: 'not-here' | 'too-many' };

export class ChannelBans {
  readonly #ctx: DurableObjectState;
  readonly #env: Env;
  readonly #swarm: SwarmDesk;
  #book: BanBook;

  constructor(ctx: DurableObjectState, env: Env, swarm: SwarmDesk) {
    this.#ctx = ctx;
    this.#env = env;
    this.#swarm = swarm;
    this.#book = new BanBook(ctx.storage.kv.get<Ban[]>('bans'));
  }

  get card(): CardBans | undefined {
    return this.#book.card(Date.now());
  }

  list(): BanResource[] {
    return this.#book.list(Date.now());
  }

  async expel(channel: string, order: ExpulsionOrder): Promise<ExpulsionVerdict> {
    const { kind, peerId, reason, by, forMs } = order;
    const nowMs = Date.now();
    const peer = peerId === undefined ? undefined : (await this.#swarm.find({ peerId }))[0];
    if (peerId !== undefined && !peer) return { ok: false, why: 'not-here' };
    const subject = order.subject ?? peer?.subject;
    const others = kind === 'ban' && subject !== undefined
      ? await this.#swarm.find({ subjects: [subject] })
      : [];
    const endsInMs = kind === 'kick' ? KICK_MS : forMs;
    const ban: Ban = {
      id: toHex(crypto.getRandomValues(new Uint8Array(6))),
      kind,
      reason,
      by,
      createdAtMs: nowMs,
      ...(peer && { peerId: peer.peerId, identity: peer.identity }),
      ...(subject === undefined ? {} : { subject }),
      ...(endsInMs === undefined ? {} : { endsAtMs: nowMs + endsInMs }),
    };
    if (!this.#book.add(ban, nowMs)) return { ok: false, why: 'too-many' };
    this.#keep();
    const out = [...(peer ? [peer] : []), ...others];
    const code = kind === 'ban' ? 'banned' : 'kicked';
    await this.#swarm.ban(out.map(({ identity }) => identity), reason || PLAYBACK_REFUSALS[code], {
      code,
      ...(kind === 'ban' && subject !== undefined ? { subjects: [subject] } : {}),
    });
    // Its seed stream ends now, not when its feeds have found somebody else.
    await Promise.all(out.map((one) => mediaOf(this.#env, channel).setFeeds(one.peerId, [])));
    return { ok: true, ban: resourceOf(ban) };
  }

  /** False: there is no such ban. */
  async lift(id: string): Promise<boolean> {
    const ban = this.#book.lift(id);
    if (!ban) return false;
    this.#keep();
    const { identity, subject } = ban;
    await this.#swarm.pardon(
      identity === undefined ? [] : [identity],
      subject === undefined ? [] : [subject],
    );
    return true;
  }

  /** The channel is deleted. */
  clear(): void {
    this.#book = new BanBook();
  }

  #keep(): void {
    this.#ctx.storage.kv.put('bans', this.#book.all);
  }
}
