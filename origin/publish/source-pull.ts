/**
 * Follows one channel of another Shoal: joins, takes each second of the broadcast once, checks every piece, hands it
 * on, and joins again before the grant ends. Runs until it is stopped; trouble is waited out.
 */
import type { Broadcast } from '../../protocol/broadcast.ts';
import type { PieceFrame } from '../../protocol/frame.ts';
import type { LiveJoinAnswer } from '../../protocol/join.ts';
import { RUN_MS } from '../../protocol/media.ts';
import { INIT_PIECE, packIndex, trackOf } from '../../protocol/piece-index.ts';
import type { Log } from './log.ts';
import { type PieceCheck, pieceCheck } from './source-check.ts';
import type { SourceEdge } from './source-edge.ts';

/** After a failure, before some chance. */
const RETRY_MS = 3000;
/** Whatever the source says of when to come again. */
const LEAST_RETRY_MS = 500;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** Joined again this long before the grant ends. */
const GRANT_MARGIN_MS = 6000;
/** When our own edge does not want the broadcast (the channel is stopped), before it is asked again. */
const UNWANTED_MS = 10_000;
/** A second is asked for this long after its last piece should lie at its edge. */
const RUN_MARGIN_MS = 150;
/** A second that its edge has not closed by then is asked for once more, and the next ones that much later. */
const OPEN_RETRY_MS = 400;
const MOST_LAG_MS = 4000;
/** Pieces that are remembered as handed on: more than any window holds. */
const MOST_SEEN = 10_000;

/** Where the pieces go. */
export interface SourceSink {
  /**
   * A broadcast has begun. `epochMs`: its time zero by our clock; `ageMs`: how old its pieces are at most when they
   * come here. False: not now.
   */
  begin(broadcast: Broadcast, epochMs: number, ageMs: number): Promise<boolean>;
  /** A piece that was checked, in order of decode time, each once. */
  piece(frame: PieceFrame): void;
  /** The broadcast is over, or can be had no longer. */
  end(reason: string): void;
}

interface Session {
  broadcast: Broadcast;
  check: PieceCheck;
  seen: Set<number>;
  /** The second of the broadcast to ask for next. */
  second: number;
  /** How far media at its edge is behind the broadcast's clock. */
  lagMs: number;
}

export interface SourcePullOptions {
  edge: SourceEdge;
  sink: SourceSink;
  log: Log;
  nowMs: () => number;
  signal: AbortSignal;
}

export class SourcePull {
  readonly #options: SourcePullOptions;
  #session: Session | undefined;
  /** The source's clock minus ours. */
  #aheadMs = 0;

  constructor(options: SourcePullOptions) {
    this.#options = options;
  }

  /** Resolves when the signal is aborted. */
  async run(): Promise<void> {
    const { signal, log, edge } = this.#options;
    while (!signal.aborted) {
      try {
        const join = await edge.join();
        this.#aheadMs = join.nowMs - this.#options.nowMs();
        if (!('retryAfterMs' in join)) {
          const sinceMs = performance.now();
          await this.#follow(join);
          // Over at once: its grants are about to end, or are refused. Joining again would be as short.
          if (performance.now() - sinceMs < RETRY_MS) await this.#pause(RETRY_MS * (0.5 + Math.random()));
        } else {
          this.#end(`the source is ${join.state}`);
          await this.#pause(Math.max(LEAST_RETRY_MS, join.retryAfterMs) * (0.5 + Math.random()));
        }
      } catch (error) {
        if (signal.aborted) break;
        log('warn', 'the source cannot be had', { why: (error as Error).message });
        await this.#pause(RETRY_MS * (0.5 + Math.random()));
      }
    }
    this.#end('the source was taken away');
  }

  async #follow(join: LiveJoinAnswer): Promise<void> {
    const { signal } = this.#options;
    const { broadcast } = join;
    if (this.#session?.broadcast.id !== broadcast.id && !await this.#begin(join)) {
      return;
    }
    const session = this.#session!;
    const untilMs = join.grant.expiresS * 1000 - GRANT_MARGIN_MS;
    for (let again = false; !signal.aborted && this.#edgeMs() < untilMs && this.#session === session;) {
      const closesMs = broadcast.epochMs + (session.second + 1) * RUN_MS + session.lagMs + RUN_MARGIN_MS;
      await this.#pause(Math.min(closesMs, untilMs) - this.#edgeMs());
      if (signal.aborted || closesMs > untilMs) return;
      const outcome = await this.#options.edge.run(join, session.second);
      if ('trouble' in outcome) {
        if (outcome.trouble === 'refused') return;
        // What its window lost is lost; what is not there yet may come.
        if (outcome.trouble === 'gone') {
          session.second = Math.max(session.second + 1, this.#secondNow(broadcast) - 1);
        } else await this.#pause(RUN_MS);
        continue;
      }
      await this.#take(join, session, outcome.frames);
      again = outcome.isOpen && !again;
      if (again) session.lagMs = Math.min(MOST_LAG_MS, session.lagMs + OPEN_RETRY_MS);
      else session.second++;
    }
  }

  /** From the newest keyframe on; false when there is nothing yet, or the sink does not want it. */
  async #begin(join: LiveJoinAnswer): Promise<boolean> {
    const { edge, sink, log } = this.#options;
    const { broadcast } = join;
    this.#end('the source began another broadcast');
    if (broadcast.drm !== undefined) {
      log('error', 'the source is encrypted: its keys are not ours to give', { broadcast: broadcast.id });
      await this.#pause(UNWANTED_MS);
      return false;
    }
    const first = await edge.newest(join);
    if ('trouble' in first || first.frames.length === 0) {
      await this.#pause(RETRY_MS);
      return false;
    }
    const newestUs = Math.max(...first.frames.map(({ record }) => record.decodeTimeUs + record.durationUs));
    const lagMs = Math.min(MOST_LAG_MS, Math.max(0, this.#edgeMs() - broadcast.epochMs - newestUs / 1000));
    const session: Session = {
      broadcast,
      check: await pieceCheck(broadcast),
      seen: new Set(),
      second: Math.floor(newestUs / (RUN_MS * 1000)),
      lagMs,
    };
    if (!await sink.begin(broadcast, broadcast.epochMs - this.#aheadMs, RUN_MS + lagMs + RUN_MARGIN_MS)) {
      await this.#pause(UNWANTED_MS);
      return false;
    }
    this.#session = session;
    await this.#take(join, session, first.frames);
    return true;
  }

  async #take(join: LiveJoinAnswer, session: Session, frames: PieceFrame[]): Promise<void> {
    for (const frame of frames) {
      const { index, initSegment } = frame.record;
      const init = packIndex(initSegment, trackOf(index), INIT_PIECE);
      if (index !== init && !session.seen.has(init) && !frames.some((one) => one.record.index === init)) {
        const found = await this.#options.edge.piece(join, init);
        if ('frames' in found) { for (const one of found.frames) await this.#handOn(session, one); }
      }
      await this.#handOn(session, frame);
    }
  }

  async #handOn({ seen, check, broadcast }: Session, frame: PieceFrame): Promise<void> {
    const { index } = frame.record;
    if (seen.has(index)) return;
    if (!await check(frame)) {
      this.#options.log('warn', 'a piece of the source is not what its broadcast signed', {
        broadcast: broadcast.id,
      });
      return;
    }
    seen.add(index);
    if (seen.size > MOST_SEEN) seen.delete(seen.values().next().value!);
    this.#options.sink.piece(frame);
  }

  #end(reason: string): void {
    if (!this.#session) return;
    this.#session = undefined;
    this.#options.sink.end(reason);
  }

  #edgeMs(): number {
    return this.#options.nowMs() + this.#aheadMs;
  }

  #secondNow({ epochMs }: Broadcast): number {
    return Math.floor((this.#edgeMs() - epochMs) / RUN_MS);
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#options;
    if (ms <= 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, Math.min(ms, LONGEST_TIMER_MS));
      signal.addEventListener('abort', done);
    });
  }
}
