/**
 * A recording on its way to the edge: one request after the other, each tried again until the edge has it. What waits is
 * bounded; once it is too much, `isBehind` says so and the recording is to end there.
 */
import {
  MAX_REPLAY_BYTES,
  type RecordingEnd,
  type RecordingStart,
  REPLAY_CHUNK_BYTES,
} from '../../protocol/replay.ts';
import type { Log } from './log.ts';
import { originToken } from './origin-token.ts';

export interface RecordingUploadOptions {
  edgeUrl: string;
  secret: string;
  originId: string;
  channel: string;
  id: string;
  log: Log;
  /** The edge will have none of it: not again for this recording. */
  onRefused: (reason: string) => void;
  firstPauseMs?: number;
  /** Requests that may wait beside the one on its way. */
  mostWaiting?: number;
}

/** Chunks that may wait, beside the one on its way: with what is in the making, 30 MB. */
export const MOST_WAITING = 12;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
const REQUEST_MS = 60_000;

interface Part {
  path: string;
  body: string | Uint8Array<ArrayBuffer>;
}

export class RecordingUpload {
  readonly #options: RecordingUploadOptions;
  readonly #waiting: Part[] = [];
  readonly #abort = new AbortController();
  #running: Promise<void> | undefined;
  #refused = false;

  constructor(options: RecordingUploadOptions) {
    this.#options = options;
  }

  get isBehind(): boolean {
    return this.#waiting.length > (this.#options.mostWaiting ?? MOST_WAITING);
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.#waiting.reduce((sum, { body }) => sum + body.length, 0);
  }

  get isRefused(): boolean {
    return this.#refused;
  }

  start(start: RecordingStart): void {
    this.#push({ path: 'start', body: JSON.stringify(start) });
  }

  chunk(number: number, bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes.length > REPLAY_CHUNK_BYTES || number * REPLAY_CHUNK_BYTES > MAX_REPLAY_BYTES) {
      throw new RangeError(`a chunk must be at most ${REPLAY_CHUNK_BYTES} bytes, got ${bytes.length}`);
    }
    this.#push({ path: `chunk/${number}`, body: bytes });
  }

  end(end: RecordingEnd): void {
    this.#push({ path: 'end', body: JSON.stringify(end) });
  }

  /** Resolves when nothing waits any more, or after `limitMs`; what waits then is given up. */
  async finish(limitMs: number): Promise<boolean> {
    const timer = setTimeout(() => this.#abort.abort(), limitMs);
    while (this.#running) await this.#running;
    clearTimeout(timer);
    return this.#waiting.length === 0 && !this.#refused;
  }

  #push(part: Part): void {
    if (this.#refused || this.#abort.signal.aborted) return;
    this.#waiting.push(part);
    this.#running ??= this.#run().finally(() => this.#running = undefined);
  }

  async #run(): Promise<void> {
    const { firstPauseMs = FIRST_PAUSE_MS, log, channel, onRefused } = this.#options;
    let pauseMs = firstPauseMs;
    while (this.#waiting.length > 0 && !this.#abort.signal.aborted) {
      const outcome = await this.#put(this.#waiting[0]!);
      if (outcome === 'done') {
        this.#waiting.shift();
        pauseMs = firstPauseMs;
      } else if (outcome.final) {
        this.#refused = true;
        this.#waiting.length = 0;
        onRefused(outcome.why);
      } else {
        log('warn', 'a recording waits for the edge', { channel, why: outcome.why });
        await this.#pause(pauseMs * (0.5 + Math.random() / 2));
        pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
      }
    }
  }

  async #put({ path, body }: Part): Promise<'done' | { final: boolean; why: string }> {
    const { edgeUrl, secret, originId, channel, id } = this.#options;
    try {
      const answer = await fetch(new URL(`/origin/replay/${channel}/${id}/${path}`, edgeUrl), {
        method: 'PUT',
        headers: { authorization: `Bearer ${await originToken(secret, originId)}` },
        body,
        signal: AbortSignal.any([this.#abort.signal, AbortSignal.timeout(REQUEST_MS)]),
      });
      const text = await answer.text();
      if (answer.ok) return 'done';
      const final = answer.status >= 400 && answer.status < 500 && answer.status !== 408 &&
        answer.status !== 429;
      return { final, why: messageOf(text) ?? `the edge answered ${answer.status}` };
    } catch (error) {
      return { final: false, why: error instanceof Error ? error.message : String(error) };
    }
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#abort;
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
      if (signal.aborted) done();
    });
  }
}

/** The message of an ApiError. */
function messageOf(text: string): string | undefined {
  try {
    const body = JSON.parse(text) as { error?: { message?: unknown } } | null;
    return typeof body?.error?.message === 'string' ? body.error.message.slice(0, 300) : undefined;
  } catch {
    return undefined;
  }
}
