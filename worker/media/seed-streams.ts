/** The seeds of a channel: who holds which feeds, and the long responses that carry them. */
import { encodeIdleFrame, encodePieceFrame, type PieceFrame } from '../../protocol/frame.ts';
import type { Feed } from '../../protocol/tracker.ts';
import { Seed } from './seed.ts';

/** A seed stream ends after this long and is opened anew. */
export const STREAM_MS = 10 * 60 * 1000;
/** A stream that was quiet this long gets an idle frame: a client that went away is noticed at a write only. */
export const IDLE_MS = 3000;
/** A seed that never opens its stream, or lets it lie closed, loses its feeds after this. */
export const CLOSED_MS = 6000;
/** Pieces older than this when they come (a refill) are not pushed: seeds have them, or no use for them. */
export const STALE_US = 3_000_000;

interface Holder {
  seed: Seed;
  stream?: { controller: ReadableStreamDefaultController<Uint8Array>; openedAtMs: number; wroteAtMs: number };
  closedAtMs: number;
  /** Given by supply control: counted by itself. */
  help: boolean;
}

export class SeedStreams {
  #holders = new Map<string, Holder>();
  #helpBytes = 0;

  /** `dealt`: what was dealt before an eviction. */
  constructor(dealt: [string, Feed[]][] = []) {
    for (const [peerId, feeds] of dealt) this.setFeeds(peerId, feeds);
  }

  /** Who holds what, to be kept. */
  get dealt(): [string, Feed[]][] {
    return [...this.#holders].map(([peerId, { seed }]) => [peerId, seed.feeds]);
  }

  /** `help`: given by supply control, not dealt to a seed. */
  setFeeds(peerId: string, feeds: Feed[], help = false): void {
    let holder = this.#holders.get(peerId);
    if (!holder) {
      if (feeds.length === 0) return;
      this.#holders.set(peerId, holder = { seed: new Seed(), closedAtMs: Date.now(), help });
    }
    holder.help = help;
    holder.seed.setFeeds(feeds);
    if (feeds.length > 0) return;
    this.#close(holder);
    this.#holders.delete(peerId);
  }

  /** The body of this seed's response; an older one of the same seed ends. Undefined when it holds no feeds. */
  open(peerId: string, nowMs: number): ReadableStream<Uint8Array> | undefined {
    const holder = this.#holders.get(peerId);
    if (!holder) return undefined;
    this.#close(holder);
    holder.seed.restart();
    let controller: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start: (given) => {
        controller = given;
        holder.stream = { controller, openedAtMs: nowMs, wroteAtMs: nowMs };
        // Something must flow, or the response does not begin.
        controller.enqueue(encodeIdleFrame());
      },
      cancel: () => {
        if (holder.stream?.controller !== controller) return;
        holder.stream = undefined;
        holder.closedAtMs = Date.now();
      },
    });
    return body;
  }

  /** Hands a piece that just arrived to the seeds of its substream. Answers the bytes sent, help apart. */
  push(frame: PieceFrame, substreams: number, newestUs: number, nowMs: number): number {
    if (frame.record.decodeTimeUs < newestUs - STALE_US) return 0;
    let encoded: Uint8Array | undefined;
    let sent = 0;
    for (const holder of this.#holders.values()) {
      const { stream, seed } = holder;
      if (!stream || !seed.takes(frame.record.index, substreams, nowMs)) continue;
      encoded ??= encodePieceFrame(frame.signed, frame.bytes);
      // Enqueued bytes are transferred to the reader: each seed gets a copy of its own.
      if (!write(stream, encoded.slice(), nowMs)) continue;
      if (holder.help) this.#helpBytes += encoded.length;
      else sent += encoded.length;
    }
    return sent;
  }

  /** Sends this seed, first of all, what came between its last piece and its stream. Answers the bytes, help apart. */
  fill(peerId: string, missed: { frame: PieceFrame; substreams: number }[], nowMs: number): number {
    const holder = this.#holders.get(peerId);
    if (!holder?.stream) return 0;
    let sent = 0;
    for (const { frame, substreams } of missed) {
      if (!holder.seed.takes(frame.record.index, substreams, nowMs)) continue;
      const encoded = encodePieceFrame(frame.signed, frame.bytes);
      const { length } = encoded;
      if (write(holder.stream, encoded, nowMs)) sent += length;
    }
    if (!holder.help) return sent;
    this.#helpBytes += sent;
    return 0;
  }

  /** Bytes sent as help since this was last asked. */
  takeHelpBytes(): number {
    const bytes = this.#helpBytes;
    this.#helpBytes = 0;
    return bytes;
  }

  /** Feeds taken away because the seed is behind, and whether it is late with what it has, time after time. */
  acknowledge(
    peerId: string,
    acks: (Feed & { index: number })[],
    nowMs: number,
  ): { lost: Feed[]; isLate: boolean } {
    const holder = this.#holders.get(peerId);
    if (!holder) return { lost: [], isLate: false };
    const lost = holder.seed.acknowledge(acks, nowMs);
    const isLate = holder.seed.takeLate();
    this.#dropIfBare(peerId, holder);
    return { lost, isLate };
  }

  /** To be called every second or so: idle frames, the end of old streams, and seeds that went silent. */
  tend(nowMs: number): { peerId: string; feeds: Feed[] }[] {
    const lost: { peerId: string; feeds: Feed[] }[] = [];
    for (const [peerId, holder] of this.#holders) {
      const { stream, seed } = holder;
      const silent = stream ? seed.silent(nowMs) : nowMs - holder.closedAtMs > CLOSED_MS ? seed.feeds : [];
      if (!stream && silent.length > 0) seed.setFeeds([]);
      if (silent.length > 0) lost.push({ peerId, feeds: silent });
      if (stream && nowMs - stream.openedAtMs > STREAM_MS) this.#close(holder, nowMs);
      else if (stream && nowMs - stream.wroteAtMs > IDLE_MS) write(stream, encodeIdleFrame(), nowMs);
      this.#dropIfBare(peerId, holder);
    }
    return lost;
  }

  /** Ends all streams and forgets all feeds. */
  clear(): void {
    for (const holder of this.#holders.values()) this.#close(holder);
    this.#holders.clear();
  }

  #dropIfBare(peerId: string, holder: Holder): void {
    if (holder.seed.feeds.length > 0) return;
    this.#close(holder);
    this.#holders.delete(peerId);
  }

  #close(holder: Holder, nowMs = Date.now()): void {
    const { stream } = holder;
    holder.stream = undefined;
    holder.closedAtMs = nowMs;
    try {
      stream?.controller.close();
    } catch {
      // The reader is gone already.
    }
  }
}

function write(stream: NonNullable<Holder['stream']>, bytes: Uint8Array, nowMs: number): boolean {
  try {
    stream.controller.enqueue(bytes);
  } catch {
    return false;
  }
  stream.wroteAtMs = nowMs;
  return true;
}
