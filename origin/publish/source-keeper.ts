/**
 * All channels of this origin whose input is another Shoal's. A control socket of its own, so that whoever publishes
 * by RTMP and whoever is a source never mix; the edge says which sources are ours.
 */
import type { ToOrigin } from '../../protocol/control.ts';
import { ControlClient, type Order } from './control-client.ts';
import type { EdgeSocketTiming } from './edge-socket.ts';
import type { Log } from './log.ts';
import type { OriginMetrics } from './metrics.ts';
import { SourceChannel } from './source-channel.ts';
import { type Fetch, SourceEdge } from './source-edge.ts';
import { SourcePull } from './source-pull.ts';

type Source = Extract<ToOrigin, { type: 'sources' }>['sources'][number];

export interface SourceKeeperOptions {
  edgeUrl: string;
  secret: string;
  /** Of the origin; the keeper's own socket adds to it. */
  originId: string;
  metrics: OriginMetrics;
  log: Log;
  nowMs?: () => number;
  fetch?: Fetch;
  timing?: Partial<EdgeSocketTiming>;
}

interface Kept {
  source: Source;
  channel: SourceChannel;
  stop: AbortController;
  done: Promise<void>;
}

export class SourceKeeper {
  readonly #options: SourceKeeperOptions;
  readonly #originId: string;
  readonly #control: ControlClient;
  readonly #kept = new Map<string, Kept>();

  constructor(options: SourceKeeperOptions) {
    this.#options = options;
    this.#originId = `${options.originId.slice(0, 56)}.sources`;
    this.#control = new ControlClient({
      ...options,
      originId: this.#originId,
      live: () =>
        [...this.#kept].flatMap(([channel, { channel: { broadcastId } }]) =>
          broadcastId === undefined ? [] : [{ channel, broadcastId }]
        ),
      onOpen: () => this.#kept.forEach(({ channel }) => channel.tell()),
      onOrder: (order) => this.#obey(order),
      onSources: (sources) => this.#set(sources),
    });
  }

  /** Resolves when nothing is pulled any more. */
  async close(): Promise<void> {
    const done = [...this.#kept.keys()].map((name) => this.#drop(name));
    this.#control.close();
    await Promise.all(done);
  }

  /** All sources of this origin from now on; those that stay as they were go on undisturbed. */
  #set(sources: Source[]): void {
    const wanted = new Map(sources.map((source) => [source.channel, source]));
    for (const [name, { source }] of this.#kept) {
      const next = wanted.get(name);
      if (next?.url === source.url && next.token === source.token) wanted.delete(name);
      else void this.#drop(name);
    }
    for (const source of wanted.values()) this.#take(source);
  }

  #take(source: Source): void {
    const { edgeUrl, secret, metrics, timing } = this.#options;
    const name = source.channel;
    const log: Log = (level, msg, fields) => this.#options.log(level, msg, { channel: name, ...fields });
    const nowMs = this.#options.nowMs ?? Date.now;
    let edge: SourceEdge;
    try {
      edge = new SourceEdge(
        source.url,
        source.token,
        this.#options.fetch ?? ((url, init) => fetch(url, init)),
      );
    } catch (error) {
      return log('error', 'the source cannot be used', { why: (error as Error).message });
    }
    const channel = new SourceChannel({
      ...{
        name,
        control: this.#control,
        edgeUrl,
        secret,
        originId: this.#originId,
        metrics,
        log,
        nowMs,
        timing,
      },
    });
    const stop = new AbortController();
    const done = new SourcePull({ edge, sink: channel, log, nowMs, signal: stop.signal }).run();
    this.#kept.set(name, { source, channel, stop, done });
    log('info', 'a source is followed', { host: new URL(source.url).host });
  }

  async #drop(name: string): Promise<void> {
    const kept = this.#kept.get(name);
    if (!kept) return;
    this.#kept.delete(name);
    kept.stop.abort();
    await kept.done;
    kept.channel.close();
  }

  #obey(order: Order): void {
    const kept = this.#kept.get(order.channel);
    if (!kept) return;
    if (order.type === 'settings') return kept.channel.applySettings(order.settings);
    if (order.type === 'keys') return;
    const ended = order.type === 'drop' || order.broadcastId === kept.channel.broadcastId;
    if (!ended) return;
    // From the beginning: whether it may be published again is the edge's to say.
    void this.#drop(order.channel).then(() => {
      if (!this.#kept.has(order.channel)) this.#take(kept.source);
    });
  }
}
