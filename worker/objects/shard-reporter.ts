/** A shard's word to the Report object: amounts, the present, and visits of those who left. Nothing waits for it. */
import type { VisitRow } from '../../protocol/report.ts';
import { type Env, reportOf } from '../env.ts';
import { Courier } from '../report/courier.ts';
import { addAmounts, emptyAmounts, type ShardAmounts } from '../report/shard-told.ts';
import type { PeerRow } from '../swarm/seat.ts';
import { emptySums } from '../swarm/rollup.ts';
import type { Swarm as Shard } from '../swarm/swarm.ts';
import { visitOf } from '../swarm/visit.ts';
import type { SwarmState } from './swarm.ts';

/** How often the Report object is told while there is news and nobody looks. */
const QUIET_TELL_MS = 10_000;

/** The shard, or what is left of it after its broadcast ended. */
interface Now {
  shard: Shard | undefined;
  isOpen: boolean;
}

export class ShardReporter {
  readonly #env: Env;
  readonly #now: () => Now;
  #about: { channel: string; shard: string; settings: SwarmState['settings'] } | undefined;
  #everyMs = QUIET_TELL_MS;
  #visits: VisitRow[] = [];
  readonly #courier: Courier<ShardAmounts>;

  constructor(ctx: DurableObjectState, env: Env, now: () => Now) {
    this.#env = env;
    this.#now = now;
    this.#courier = new Courier({
      empty: emptyAmounts,
      add: addAmounts,
      deliver: (parcel) => this.#deliver(parcel),
      everyMs: () => this.#everyMs,
      nowMs: () => Date.now(),
      setTimer: (delayMs, run) => void setTimeout(() => ctx.waitUntil(Promise.resolve(run())), delayMs),
    });
  }

  about({ channel, shard, settings }: SwarmState): void {
    this.#about = { channel, shard, settings };
  }

  /** Somebody came or reported. */
  news(): void {
    // Bridges are viewers of another shard: they are counted there.
    if (this.#about && !this.#about.shard.startsWith('b')) this.#courier.add(emptyAmounts());
  }

  left(row: PeerRow): void {
    const about = this.#about;
    if (!about || about.shard.startsWith('b')) return;
    const { visitDays, ipPolicy } = about.settings;
    if (visitDays > 0) this.#visits.push(visitOf(row, ipPolicy, Date.now()));
    this.news();
  }

  /** Tells what there is at once. */
  async flush(): Promise<void> {
    this.news();
    await this.#courier.flush();
  }

  async #deliver(parcel: ShardAmounts): Promise<void> {
    const about = this.#about;
    if (!about) return;
    const { shard, isOpen } = this.#now();
    const taken = shard?.takeAmounts() ?? { joined: 0, left: 0, sums: emptySums() };
    addAmounts(parcel, { ...taken, visits: this.#visits.splice(0) });
    const { channel } = about;
    const { everyMs } = await reportOf(this.#env, channel).tellShard(channel, {
      ...parcel,
      shard: about.shard,
      now: isOpen ? shard?.now() : undefined,
    });
    this.#everyMs = everyMs;
  }
}
