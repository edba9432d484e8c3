/** What the socket told so far: all channels, and the figures of the one that is watched. */
import { signal } from '@preact/signals';
import type { ChannelNews, Figures, FromLive } from '../../../protocol/report.ts';

/** Figures kept of the watched channel: ten minutes, one a second. */
const KEPT = 600;

export class LiveBook {
  /** By name. Channels nobody pushed are idle, as the list says. */
  readonly news = signal<ReadonlyMap<string, ChannelNews>>(new Map());
  /** Oldest first, of the watched channel. */
  readonly figures = signal<readonly Figures[]>([]);
  /** Grows whenever a channel is gone: lists ask again. */
  readonly removals = signal(0);
  /** Grows with every closed step of the watched channel, each ten seconds: tables ask again. */
  readonly steps = signal(0);
  #watched: string | null = null;

  watch(channel: string | null): void {
    if (channel === this.#watched) return;
    this.#watched = channel;
    this.figures.value = [];
  }

  get watched(): string | null {
    return this.#watched;
  }

  take(message: FromLive): void {
    switch (message.type) {
      case 'channels': {
        const news = new Map(message.whole ? [] : this.news.peek());
        for (const channel of message.channels) news.set(channel.name, channel);
        this.news.value = news;
        return;
      }
      case 'gone': {
        const news = new Map(this.news.peek());
        news.delete(message.channel);
        this.news.value = news;
        this.removals.value++;
        return;
      }
      case 'figures':
        if (message.channel !== this.#watched) return;
        this.figures.value = [...this.figures.peek().slice(1 - KEPT), message.figures];
        return;
      case 'history':
        if (message.channel === this.#watched) this.steps.value++;
    }
  }
}

/** Undefined for what is no message of the socket. */
export function readLive(text: string): FromLive | undefined {
  try {
    const message = JSON.parse(text) as unknown;
    if (typeof message !== 'object' || message === null || !('type' in message)) return undefined;
    return message as FromLive;
  } catch {
    return undefined;
  }
}
