/**
 * Bodies under an egress cap leave at the cap's rate and no faster: what is pushed to seeds goes at once, everything
 * else in what that leaves, small and urgent kinds first. A body handed over whole would stand in the server's line, and
 * the live pieces behind it for as long as it takes.
 */
import type { MediaKind } from '../report/edge-use.ts';

/** Kinds that wait, the first to go first; of one kind the body that was asked for first. */
const ORDER = ['repair', 'join', 'run', 'hls'] as const;
export type PacedKind = Extract<MediaKind, (typeof ORDER)[number]>;

/** A body is let out in parts of this size. */
const PART_BYTES = 8192;
/** What is not through by then is of no use to who watches live; who never reads would keep it in memory for ever. */
export const MOST_MS = 30_000;
/** So far ahead of the cap's rate a part may go: timers are not exact. */
const AHEAD_MS = 30;

interface Turn {
  rank: number;
  /** Number of the body. */
  body: number;
  bytes: number;
  go: () => void;
}

export interface BodyEvents {
  /** So many bytes more are on their way. */
  went(bytes: number): void;
  /** The reader has gone away, or took too long: so many bytes stay. */
  left(bytes: number): void;
}

export class EgressPace {
  #capKbps: number | null = null;
  /** When all that went is through at the cap's rate. */
  #throughAtMs = 0;
  /** In the order in which they may go. */
  #turns: Turn[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #bodies = 0;

  /** Null: no cap, nothing waits. Under another cap what went before is forgotten, as the budget does. */
  setCap(capKbps: number | null): void {
    if (capKbps === this.#capKbps) return;
    this.#capKbps = capKbps;
    this.#throughAtMs = 0;
    this.#serve();
  }

  /** So many bytes went without waiting. */
  sent(bytes: number): void {
    if (this.#capKbps === null) return;
    this.#throughAtMs = Math.max(this.#throughAtMs, Date.now()) + bytes * 8 / this.#capKbps;
  }

  /**
   * The body of a response of this kind, which ends in an error when it takes too long. `heard` is told how much of it
   * goes when, and how much never will.
   */
  body(
    kind: PacedKind,
    bytes: Uint8Array<ArrayBuffer>,
    heard: BodyEvents,
  ): ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> {
    if (this.#capKbps === null) {
      heard.went(bytes.length);
      return bytes;
    }
    const rank = ORDER.indexOf(kind);
    const body = this.#bodies++;
    let at = 0;
    let rest: Uint8Array<ArrayBuffer> | undefined = bytes;
    let waiting: Turn | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const bytesLeft = () => rest ? rest.length - at : 0;
    const over = () => {
      if (timer !== undefined) clearTimeout(timer);
      heard.left(bytesLeft());
      rest = undefined;
      this.#turns = this.#turns.filter((turn) => turn !== waiting);
    };
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        timer = setTimeout(() => {
          over();
          controller.error(new Error('the body was not read in time'));
        }, MOST_MS);
      },
      pull: async (controller) => {
        const part = rest?.slice(at, at + PART_BYTES);
        if (!part) return;
        await new Promise<void>((go) => this.#wait(waiting = { rank, body, bytes: part.length, go }));
        if (!rest) return;
        at += part.length;
        heard.went(part.length);
        controller.enqueue(part);
        if (bytesLeft() > 0) return;
        if (timer !== undefined) clearTimeout(timer);
        controller.close();
      },
      cancel: over,
    });
  }

  #wait(turn: Turn): void {
    this.#turns.push(turn);
    this.#turns.sort((a, b) => a.rank - b.rank || a.body - b.body);
    this.#serve();
  }

  #serve(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    while (this.#turns.length > 0) {
      const waitMs = this.#capKbps === null ? 0 : this.#throughAtMs - Date.now() - AHEAD_MS;
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#serve(), waitMs);
        return;
      }
      const turn = this.#turns.shift()!;
      this.sent(turn.bytes);
      turn.go();
    }
  }
}
