/**
 * One seed: the feeds it holds and what it has not acknowledged yet. Back-pressure of a streamed response cannot be
 * seen (workerd buffers megabytes), so the acknowledgements bound what is on its way.
 */
import { compareIndex, substreamOf, trackOf } from '../../protocol/piece-index.ts';
import type { Feed } from '../../protocol/tracker.ts';

/** A feed whose pieces are not acknowledged for this long is lost: an ack period, a second behind, and the way. */
export const UNACKED_MS = 4500;
/** Behind this much when an acknowledgement comes: the feed is lost as well. */
export const BEHIND_MS = 1500;

/** Acknowledgements that show it this much behind, one after the other: its line is too narrow to seed. */
export const LATE_MS = 800;
export const LATE_ACKS = 3;

/** A piece sent and not acknowledged. */
interface Sent {
  index: number;
  atMs: number;
}

export class Seed {
  #feeds = new Map<string, { feed: Feed; sent: Sent[] }>();
  #lateAcks = 0;

  get feeds(): Feed[] {
    return [...this.#feeds.values()].map(({ feed }) => feed);
  }

  /** The whole set from now on. */
  setFeeds(feeds: Feed[]): void {
    const wanted = new Map(feeds.map((feed) => [keyOf(feed), feed]));
    for (const key of this.#feeds.keys()) if (!wanted.has(key)) this.#feeds.delete(key);
    for (const [key, feed] of wanted) if (!this.#feeds.has(key)) this.#feeds.set(key, { feed, sent: [] });
  }

  /** A new response: what an older one carried is not waited for. */
  restart(): void {
    for (const held of this.#feeds.values()) held.sent.length = 0;
  }

  /** Whether this piece belongs to one of its feeds; counted as sent if so. */
  takes(index: number, substreams: number, nowMs: number): boolean {
    const held = this.#feeds.get(keyOf({ track: trackOf(index), substream: substreamOf(index, substreams) }));
    if (!held) return false;
    held.sent.push({ index, atMs: nowMs });
    return true;
  }

  /** Everything of the feed up to this index has arrived. */
  acknowledge(acks: (Feed & { index: number })[], nowMs: number): Feed[] {
    for (const { index, ...feed } of acks) {
      const held = this.#feeds.get(keyOf(feed));
      if (held) held.sent = held.sent.filter((sent) => compareIndex(sent.index, index) > 0);
    }
    const isAcked = (feed: Feed) => acks.some((ack) => keyOf(ack) === keyOf(feed));
    const isLate = this.#held(isAcked).some(({ sent }) => sent[0] && sent[0].atMs < nowMs - LATE_MS);
    this.#lateAcks = isLate ? this.#lateAcks + 1 : 0;
    return this.#lose(nowMs - BEHIND_MS, isAcked);
  }

  /** Whether it was late for so long that another one would do better; asked again it has to be late anew. */
  takeLate(): boolean {
    if (this.#lateAcks < LATE_ACKS) return false;
    this.#lateAcks = 0;
    return true;
  }

  #held(concerns: (feed: Feed) => boolean): { feed: Feed; sent: Sent[] }[] {
    return [...this.#feeds.values()].filter(({ feed }) => concerns(feed));
  }

  /** Feeds that nobody acknowledged for too long; they are taken away. */
  silent(nowMs: number): Feed[] {
    return this.#lose(nowMs - UNACKED_MS, () => true);
  }

  #lose(sentBeforeMs: number, concerns: (feed: Feed) => boolean): Feed[] {
    const lost: Feed[] = [];
    for (const [key, { feed, sent }] of this.#feeds) {
      if (!concerns(feed) || !sent[0] || sent[0].atMs >= sentBeforeMs) continue;
      this.#feeds.delete(key);
      lost.push(feed);
    }
    return lost;
  }
}

function keyOf(feed: Feed): string {
  return `${feed.track}/${feed.substream}`;
}
