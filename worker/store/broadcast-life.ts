/**
 * The life of a channel's broadcasts: idle -> live -> lost -> idle, or stopped. Pure: the Channel object feeds it
 * what happened, keeps what it answers, and does what follows.
 */
import { type Broadcast, LONGEST_BROADCAST_MS, type Track } from '../../protocol/broadcast.ts';
import type { ChannelState } from '../../protocol/channel.ts';
import type { RefusalCode } from '../../protocol/control.ts';

/** A granted publish that has not shown media holds the channel against other keys for this long. */
export const GRANT_HOLD_MS = 20_000;

/** A publish that was granted, from the moment of the grant until the broadcast is over. */
export interface Run {
  broadcastId: string;
  /** Time zero of the broadcast, on the origin's clock. */
  epochMs: number;
  /** Identity of the stream key in use. */
  keyId: string;
  /** Origin that holds the publish. */
  origin: string;
  grantedAtMs: number;
  /** Present from the first media on. */
  broadcast?: Broadcast;
  startedAtMs?: number;
}

/** All that must survive an eviction. */
export interface Life {
  state: ChannelState;
  reason: string;
  run?: Run;
  /** While lost: when the reconnect window is over. */
  endsAtMs?: number;
}

export interface PublishRequest {
  keyId: string;
  origin: string;
  /** The origin's clock. */
  originNowMs: number;
}

export type PublishVerdict =
  | { granted: true; broadcastId: string; epochMs: number; tracks?: Track[]; ended?: Run }
  | { granted: false; code: RefusalCode; reason: string };

/** What a change of state asks the object to do; `ended` is the broadcast that is over now. */
export interface Change {
  changed: boolean;
  ended?: Run;
}

export class BroadcastLife {
  #life: Life;

  constructor(life: Life = { state: 'idle', reason: 'nobody has published yet' }) {
    this.#life = life;
  }

  get state(): ChannelState {
    return this.#life.state;
  }

  get reason(): string {
    return this.#life.reason;
  }

  get run(): Run | undefined {
    return this.#life.run;
  }

  /** When the object has to look again, if ever. */
  get endsAtMs(): number | undefined {
    return this.#life.endsAtMs;
  }

  /** What to keep in storage. */
  snapshot(): Life {
    return structuredClone(this.#life);
  }

  /** May this encoder publish? The same key takes over, and comes back into a lost broadcast. */
  publish(request: PublishRequest, nowMs: number, newId: () => string): PublishVerdict {
    const { state, run, endsAtMs } = this.#life;
    if (state === 'stopped') {
      return { granted: false, code: 'stopped', reason: 'the channel is stopped; start it to publish' };
    }
    const otherKey = run !== undefined && run.keyId !== request.keyId;
    const held = run !== undefined &&
      (state === 'live' || (!run.broadcast && nowMs - run.grantedAtMs < GRANT_HOLD_MS));
    if (otherKey && held) {
      return { granted: false, code: 'duplicate', reason: 'the channel is live with another stream key' };
    }
    if (run && !otherKey && nowMs - (run.startedAtMs ?? nowMs) < LONGEST_BROADCAST_MS) {
      const again = { ...run, origin: request.origin, grantedAtMs: nowMs };
      // It is back in time: a new origin needs a moment more until it has media to show.
      const endsAt = endsAtMs === undefined ? {} : { endsAtMs: Math.max(endsAtMs, nowMs + GRANT_HOLD_MS) };
      this.#life = { ...this.#life, run: again, ...endsAt };
      const { broadcastId, epochMs, broadcast } = run;
      return { granted: true, broadcastId, epochMs, ...(broadcast ? { tracks: broadcast.tracks } : {}) };
    }
    const next: Run = {
      broadcastId: newId(),
      epochMs: request.originNowMs,
      keyId: request.keyId,
      origin: request.origin,
      grantedAtMs: nowMs,
    };
    this.#life = { state: 'idle', reason: 'an encoder has connected', run: next };
    return {
      granted: true,
      broadcastId: next.broadcastId,
      epochMs: next.epochMs,
      ...(run?.broadcast ? { ended: run } : {}),
    };
  }

  /** First media of a granted publish, or an origin that says its broadcast still runs. */
  live(broadcast: Broadcast, nowMs: number): Change {
    const run = this.#life.run;
    if (this.#life.state === 'stopped' || run?.broadcastId !== broadcast.id) return { changed: false };
    this.#life = {
      state: 'live',
      reason: 'an encoder is publishing',
      run: { ...run, broadcast, startedAtMs: run.startedAtMs ?? nowMs },
    };
    return { changed: true };
  }

  /** An origin came back and still takes this broadcast in. */
  resume(broadcastId: string, origin: string): Change {
    const run = this.#life.run;
    if (run?.broadcastId !== broadcastId || !run.broadcast || this.#life.state === 'stopped') {
      return { changed: false };
    }
    const changed = this.#life.state !== 'live' || run.origin !== origin;
    this.#life = { state: 'live', reason: 'an encoder is publishing', run: { ...run, origin } };
    return { changed };
  }

  /** The encoder or its origin is gone: the reconnect window runs. */
  lost(broadcastId: string, reason: string, nowMs: number, windowS: number): Change {
    const run = this.#life.run;
    if (run?.broadcastId !== broadcastId || this.#life.state === 'lost') return { changed: false };
    if (this.#life.state !== 'live') {
      this.#life = { state: this.#life.state, reason };
      return { changed: true };
    }
    this.#life = { state: 'lost', reason, run, endsAtMs: nowMs + windowS * 1000 };
    return { changed: true };
  }

  /** Ends the broadcast when its reconnect window is over. */
  expire(nowMs: number): Change {
    const { state, run, endsAtMs } = this.#life;
    if (state !== 'lost' || endsAtMs === undefined || nowMs < endsAtMs) return { changed: false };
    this.#life = { state: 'idle', reason: 'the encoder did not come back in time' };
    return { changed: true, ...(run ? { ended: run } : {}) };
  }

  /** An admin refuses all publishing until start. */
  stop(reason: string): Change {
    const run = this.#life.run;
    const changed = this.#life.state !== 'stopped';
    this.#life = { state: 'stopped', reason };
    return { changed, ...(run ? { ended: run } : {}) };
  }

  /** Publishing is allowed again. */
  start(): Change {
    if (this.#life.state !== 'stopped') return { changed: false };
    this.#life = { state: 'idle', reason: 'the channel may be published to' };
    return { changed: true };
  }

  /** Ends what runs without refusing what comes: the key was reset, or an admin dropped the encoder. */
  drop(reason: string): Change {
    const run = this.#life.run;
    if (!run || this.#life.state === 'stopped') return { changed: false };
    this.#life = { state: 'idle', reason };
    return { changed: true, ended: run };
  }
}
