/**
 * Window states: who is told when what this peer holds, how late it gets it and what it can spare. They are half of all
 * control traffic, so that those hear less often for whom they matter only in an emergency.
 */
import type { Children } from './children.ts';
import { type Context, isAttached } from './context.ts';
import type { Message, TrackState } from './message.ts';
import type { Neighbour } from './neighbour.ts';
import { LAG_UNIT_MS, NO_ROOM, NO_SOURCE } from './tuning.ts';
import { encodeWindowState } from './window-state.ts';

/** News that others may wait for are told so soon. */
const NEWS_MS = 250;
/** Of so many rounds, neighbours that neither feed this peer nor are fed by it hear one. */
const ROUNDS_OF_STRANGERS = 2;

export class Teller {
  #context: Context;
  #children: Children;
  #at: number;
  #round = 0;
  #hasNews = false;

  constructor(context: Context, children: Children) {
    this.#context = context;
    this.#children = children;
    this.#at = context.world.now() + context.tuning.stateMs * context.world.random();
  }

  /** Everybody is told soon: a substream can be had here for the first time, or first-hand from now on. */
  soon(): void {
    this.#hasNews = true;
    this.#at = Math.min(this.#at, this.#context.world.now() + NEWS_MS);
  }

  /** Every tick. */
  tick(now: number): void {
    if (now < this.#at) return;
    this.#at = now + this.#context.tuning.stateMs;
    const isForAll = ++this.#round % ROUNDS_OF_STRANGERS === 0 || this.#hasNews;
    this.#hasNews = false;
    const { linked } = this.#context;
    this.tell(isForAll ? linked : linked.filter((one) => one.parentOf > 0 || one.childOf > 0));
  }

  /** One message for all neighbours of the shard, one for those of the backbone. */
  tell(to: readonly Neighbour[]): void {
    let ordinary: Message | undefined;
    let backbone: Message | undefined;
    for (const neighbour of to) {
      if (neighbour.isBackbone) this.#context.send(neighbour, backbone ??= this.#state(true));
      else this.#context.send(neighbour, ordinary ??= this.#state(false));
    }
  }

  #state(backbone: boolean): Message {
    const tracks = this.#trackStates(backbone);
    const spareKbps = Math.floor(this.#children.spareKbps(backbone));
    return { type: 'state', clockMs: Math.floor(this.#context.clock.now()), spareKbps, tracks };
  }

  #trackStates(backbone: boolean): TrackState[] {
    const { store, lanes, world, tuning } = this.#context;
    const now = world.now();
    const states: TrackState[] = [];
    for (const { track, substreams } of lanes.tracks) {
      const state = encodeWindowState(store.track(track)!);
      if (state === undefined) continue;
      const lags = new Uint8Array(substreams);
      for (let k = 0; k < substreams; k++) {
        const lane = lanes.at(track, k)!;
        if (!isAttached(lane, now, tuning)) lags[k] = NO_SOURCE;
        else {
          lags[k] = Math.min(NO_SOURCE - 1, Math.round(lane.lagMs / LAG_UNIT_MS)) |
            (this.#children.hasRoom(lane, backbone) ? 0 : NO_ROOM);
        }
      }
      states.push({ track, base: state.base, bits: state.bits, lags });
    }
    return states;
  }
}
