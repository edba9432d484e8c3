/** What the antenna says of itself: a line that is rewritten on a terminal, a line now and then in a journal. */
import type { ViewerState } from '../peer/viewer.ts';
import type { StationStatus } from './station.ts';

/** In a journal the figures are told this often. */
const JOURNAL_EVERY_MS = 60_000;
const TERMINAL_EVERY_MS = 1000;

const WORDS: Record<ViewerState, string> = {
  joining: 'joining',
  offline: 'off air, waiting',
  live: 'live',
  lost: 'encoder away, waiting',
  reconnecting: 'reconnecting',
  ended: 'over, waiting for the next broadcast',
  refused: 'refused',
  unsupported: 'unsupported',
};

/** Bytes so far, to tell rates from. */
export interface Counted {
  atMs: number;
  takenBytes: number;
  givenBytes: number;
}

/** One channel in one line. `before`: what was counted at the last line, for the rates. */
export function statusText(status: StationStatus, before: Counted | undefined, nowMs: number): string {
  const { name, state, reason, stats, behindS } = status;
  const quiet = state === 'refused' || state === 'unsupported' || state === 'reconnecting';
  const words = [`${name}: ${WORDS[state]}`];
  if (quiet && reason) words.push(reason);
  if (state !== 'live') return words.join(', ');
  const total = stats.peerBytes + stats.edgeBytes;
  if (behindS !== undefined) words.push(`${behindS.toFixed(1)} s behind`);
  words.push(
    `${stats.peers} peers`,
    `${total > 0 ? Math.round(stats.peerBytes * 100 / total) : 0} % from peers`,
  );
  if (before && nowMs > before.atMs) {
    const kbps = (bytes: number) => Math.round(bytes * 8 / (nowMs - before.atMs));
    words.push(
      `in ${kbps(total - before.takenBytes)} kbps`,
      `out ${kbps(stats.uploadBytes - before.givenBytes)} kbps`,
    );
  }
  if (status.skippedSegments > 0) words.push(`${status.skippedSegments} segments lost`);
  return words.join(', ');
}

/** Tells the figures until it is stopped. */
export class StatusLine {
  readonly #statuses: () => StationStatus[];
  readonly #isTerminal: boolean;
  readonly #before = new Map<string, Counted>();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(statuses: () => StationStatus[], isTerminal: boolean) {
    this.#statuses = statuses;
    this.#isTerminal = isTerminal;
  }

  start(): void {
    this.#timer = setInterval(() => this.#tell(), this.#isTerminal ? TERMINAL_EVERY_MS : JOURNAL_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    if (this.#isTerminal) this.#write('\n');
  }

  /** A line that stays. */
  say(line: string): void {
    this.#write(this.#isTerminal ? `\r\x1b[K${line}\n` : `${line}\n`);
  }

  #tell(): void {
    const nowMs = performance.now();
    const texts = this.#statuses().map((status) => {
      const text = statusText(status, this.#before.get(status.name), nowMs);
      this.#before.set(status.name, {
        atMs: nowMs,
        takenBytes: status.stats.peerBytes + status.stats.edgeBytes,
        givenBytes: status.stats.uploadBytes,
      });
      return text;
    });
    if (this.#isTerminal) this.#write(`\r\x1b[K${texts.join(' | ')}`);
    else for (const text of texts) this.#write(`${text}\n`);
  }

  #write(text: string): void {
    Deno.stdout.writeSync(new TextEncoder().encode(text));
  }
}
