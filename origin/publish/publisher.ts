/**
 * All channels of this origin: who may publish (the edge says), which session feeds which broadcast, what the edge
 * orders.
 */
import { LONGEST_BROADCAST_MS } from '../../protocol/broadcast.ts';
import type { Authorise, MediaSink, PublishDecision, PublishRequest, PublishSession } from '../rtmp/seam.ts';
import { ControlClient, type Granted, type Order, type Refused } from './control-client.ts';
import type { EdgeSocketTiming } from './edge-socket.ts';
import { LiveChannel } from './live-channel.ts';
import type { Log } from './log.ts';
import type { Gauges, OriginMetrics } from './metrics.ts';
import { RollingSink, type Turn } from './rolling-sink.ts';

export interface PublisherOptions {
  edgeUrl: string;
  secret: string;
  originId: string;
  metrics: OriginMetrics;
  log: Log;
  /** Where encoders push to, as the edge shows it to admins. */
  ingest?: () => string[];
  /** Program that makes lower renditions of a channel that has them; `ffmpeg` unless told. */
  ffmpeg?: string;
  /** Wall clock, milliseconds since 1970. */
  nowMs?: () => number;
  ingestEveryMs?: number;
  publishMs?: number;
  timing?: Partial<EdgeSocketTiming>;
}

const INGEST_EVERY_MS = 5000;

export class Publisher {
  readonly #options: PublisherOptions;
  readonly #control: ControlClient;
  readonly #channels = new Map<string, LiveChannel>();
  /** Channels whose encoder asks for its next broadcast: the one before ends then, and its encoder does not. */
  readonly #rolling = new Set<string>();
  readonly #nowMs: () => number;
  readonly #ticker: ReturnType<typeof setInterval>;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? Date.now;
    this.#control = new ControlClient({
      ...options,
      live: () =>
        [...this.#channels.values()].filter((channel) => channel.hasEncoder)
          .map(({ name, broadcastId }) => ({ channel: name, broadcastId })),
      onOpen: () => this.#channels.forEach((channel) => channel.repeat()),
      onOrder: (order) => this.#obey(order),
    });
    this.#ticker = setInterval(() => this.#report(), options.ingestEveryMs ?? INGEST_EVERY_MS);
  }

  get isConnected(): boolean {
    return this.#control.isConnected;
  }

  /** Names of the channels that are held, and whether each has an encoder and a link. */
  channels(): { channel: string; encoder: boolean; link: boolean }[] {
    return [...this.#channels.values()].map((channel) => ({
      channel: channel.name,
      encoder: channel.hasEncoder,
      link: channel.isLinked,
    }));
  }

  gauges(): Omit<Gauges, 'sessions'> {
    const channels = [...this.#channels.values()];
    return {
      channels: channels.length,
      windowBytes: channels.reduce((sum, { windowBytes }) => sum + windowBytes, 0),
      controlConnected: this.isConnected,
      linksUp: channels.filter(({ isLinked }) => isLinked).length,
    };
  }

  /** For the RTMP server. */
  readonly authorise: Authorise = async (request, session) => {
    const nowMs = this.#nowMs();
    const answer = await this.#ask(request, nowMs);
    const { result, decision } = answer.type === 'granted'
      ? await this.#accept(answer, nowMs, session)
      : { result: answer.code, decision: refusal(answer) };
    this.#options.metrics.publish(result);
    this.#log(request, result, decision);
    if (!decision.ok || answer.type !== 'granted') return decision;
    const sink = new RollingSink({
      first: turn(decision.sink, answer),
      nowMs: this.#nowMs,
      next: () => this.#rollOver(request, session),
      drop: (reason) => session.drop(reason),
    });
    return { ok: true, sink };
  };

  /** Resolves when recordings have ended too. */
  async close(): Promise<void> {
    clearInterval(this.#ticker);
    const closing = [...this.#channels.values()].map((channel) => channel.close());
    this.#channels.clear();
    this.#control.close();
    await Promise.all(closing);
  }

  #ask({ channel, key, remote }: PublishRequest, nowMs: number): Promise<Granted | Refused> {
    return this.#control.publish({ channel, key, nowMs, remote });
  }

  /** Asks for the broadcast in which a connected encoder goes on; undefined while the edge gives no other one. */
  async #rollOver(request: PublishRequest, session: PublishSession): Promise<Turn | undefined> {
    const { channel } = request;
    this.#rolling.add(channel);
    try {
      const nowMs = this.#nowMs();
      const answer = await this.#ask(request, nowMs);
      const held = this.#channels.get(channel);
      if (answer.type !== 'granted' || answer.broadcastId === held?.broadcastId) return undefined;
      held?.release(session);
      const { decision } = await this.#accept(answer, nowMs, session);
      if (!decision.ok) throw new Error(decision.reason);
      this.#options.log('info', 'the broadcast rolled over', { channel, broadcast: answer.broadcastId });
      return turn(decision.sink, answer);
    } finally {
      this.#rolling.delete(channel);
    }
  }

  async #accept(
    granted: Granted,
    askedMs: number,
    session: PublishSession,
  ): Promise<{ result: string; decision: PublishDecision }> {
    const { drm } = granted.settings;
    if (drm !== 'off' && !granted.keys) {
      const reason = 'the channel is protected and the edge gave no keys for it, try again soon';
      return { result: 'no-keys', decision: { ok: false, code: 'denied', reason } };
    }
    let held = this.#channels.get(granted.channel);
    if (held?.broadcastId !== granted.broadcastId) {
      const fresh = await LiveChannel.create(granted, granted.epochMs !== askedMs, {
        ...this.#options,
        nowMs: this.#nowMs,
        ffmpeg: this.#options.ffmpeg ?? 'ffmpeg',
        tell: (message) => this.#control.send(message),
        onForgotten: (channel) => this.#forget(channel, 'no encoder came back'),
      });
      // Another session of the same channel may have come this far meanwhile.
      held = this.#channels.get(granted.channel);
      if (held?.broadcastId !== granted.broadcastId) {
        if (held) this.#forget(held, 'a new broadcast began');
        this.#channels.set(granted.channel, fresh);
        held = fresh;
      } else await fresh.close();
    }
    if (held.drm !== drm) {
      const reason = 'the protection of the channel was changed: the next broadcast has it';
      return { result: 'drm-changed', decision: { ok: false, code: 'denied', reason } };
    }
    if (held.hasEncoder && held.keyId !== granted.keyId) {
      const reason = 'the channel is live with another key';
      return { result: 'duplicate', decision: { ok: false, code: 'duplicate', reason } };
    }
    return { result: 'accepted', decision: { ok: true, sink: held.attach(session, granted) } };
  }

  #obey(order: Order): void {
    const channel = this.#channels.get(order.channel);
    if (!channel) return;
    if (order.type === 'settings') channel.applySettings(order.settings);
    else if (order.type === 'keys') channel.setKeys(order.keys);
    else if (order.type === 'drop') {
      this.#options.log('info', 'the edge drops the encoder', {
        channel: order.channel,
        reason: order.reason,
      });
      channel.drop(order.reason);
    } else if (order.broadcastId === channel.broadcastId && !this.#rolling.has(channel.name)) {
      this.#forget(channel, 'the broadcast was ended');
    }
  }

  #forget(channel: LiveChannel, reason: string): void {
    if (this.#channels.get(channel.name) === channel) this.#channels.delete(channel.name);
    channel.end(reason);
    this.#options.log('info', 'broadcast is over', { channel: channel.name, reason });
  }

  #report(): void {
    for (const channel of this.#channels.values()) {
      const status = channel.status();
      if (status) this.#control.send({ type: 'ingest', channel: channel.name, status });
    }
  }

  #log({ channel, remote, session }: PublishRequest, result: string, decision: PublishDecision): void {
    const reason = decision.ok ? undefined : decision.reason;
    this.#options.log(decision.ok ? 'info' : 'warn', decision.ok ? 'publish accepted' : 'publish refused', {
      channel,
      remote,
      session,
      result,
      reason,
    });
  }
}

function turn(sink: MediaSink, { epochMs }: Granted): Turn {
  return { sink, dueMs: epochMs + LONGEST_BROADCAST_MS };
}

function refusal({ code, reason }: Refused): PublishDecision {
  return { ok: false, code: code === 'duplicate' || code === 'unavailable' ? code : 'denied', reason };
}
