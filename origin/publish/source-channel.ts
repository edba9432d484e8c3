/**
 * A channel whose input is another Shoal's: its pieces go into a broadcast of our own as they are, nothing is cut
 * again. Only the records are signed anew, by our broadcast's key.
 */
import { type Broadcast, infoHashFor } from '../../protocol/broadcast.ts';
import { concatBytes } from '../../protocol/bytes.ts';
import type { ChannelSettings } from '../../protocol/channel.ts';
import type { PieceFrame } from '../../protocol/frame.ts';
import { encodeRecord } from '../../protocol/record.ts';
import { type BroadcastKey, deriveBroadcastKey } from '../media/broadcast-key.ts';
import { PieceWindow } from '../media/piece-window.ts';
import type { ControlClient } from './control-client.ts';
import type { EdgeSocketTiming } from './edge-socket.ts';
import { LinkClient } from './link-client.ts';
import type { Log } from './log.ts';
import type { OriginMetrics } from './metrics.ts';
import type { SourceSink } from './source-pull.ts';

/**
 * A piece counts as cut this much later than it is here at the latest. Runs come a second at a time; handed on at
 * their own pace they look like an encoder's to the swarm.
 */
export const SOURCE_MARGIN_MS = 500;
/** A piece that is due later than this is dated wrong: a second, its lag and the margins are the most there should be. */
const MOST_AHEAD_MS = 30_000;

export interface SourceChannelOptions {
  name: string;
  control: ControlClient;
  edgeUrl: string;
  secret: string;
  originId: string;
  metrics: OriginMetrics;
  log: Log;
  nowMs: () => number;
  timing?: Partial<EdgeSocketTiming>;
}

interface OnAir {
  broadcast: Broadcast;
  key: BroadcastKey;
  window: PieceWindow;
  link: LinkClient;
  timers: Set<ReturnType<typeof setTimeout>>;
  /** Pieces leave in the order in which they came due. */
  tail: Promise<void>;
}

export class SourceChannel implements SourceSink {
  readonly #options: SourceChannelOptions;
  #air: OnAir | undefined;

  constructor(options: SourceChannelOptions) {
    this.#options = options;
  }

  /** Pieces that wait for their time. */
  get waiting(): number {
    return this.#air?.timers.size ?? 0;
  }

  get broadcastId(): string | undefined {
    return this.#air?.broadcast.id;
  }

  async begin(source: Broadcast, sourceEpochMs: number, ageMs: number): Promise<boolean> {
    const { name, control, secret, edgeUrl, originId, metrics, log, timing } = this.#options;
    const nowMs = Math.round(sourceEpochMs + ageMs + SOURCE_MARGIN_MS);
    const granted = await control.publish({
      channel: name,
      key: '',
      nowMs,
      remote: 'source',
      source: source.id,
    });
    if (granted.type === 'refused') {
      log('warn', 'publish refused', { channel: name, result: granted.code, reason: granted.reason });
      return false;
    }
    const { broadcastId: id, epochMs, settings } = granted;
    const key = await deriveBroadcastKey(secret, name, id);
    const infoHash = await infoHashFor(key.publicKey, id);
    const broadcast: Broadcast = { id, infoHash, publicKey: key.publicKey, epochMs, tracks: source.tracks };
    const window = new PieceWindow(settings.windowS);
    const link = new LinkClient({
      ...{ edgeUrl, secret, originId, channel: name, broadcast, window, log, timing },
      onSent: (kind, bytes) => metrics.sent(kind, bytes),
      onDropped: (pieces) => metrics.dropped(pieces),
    });
    this.#close();
    this.#air = { broadcast, key, window, link, timers: new Set(), tail: Promise.resolve() };
    this.tell();
    log('info', 'channel is live from its source', { channel: name, broadcast: id, source: source.id });
    return true;
  }

  piece(frame: PieceFrame): void {
    const air = this.#air;
    if (!air) return;
    const { decodeTimeUs, durationUs } = frame.record;
    const dueMs = air.broadcast.epochMs + (decodeTimeUs + durationUs) / 1000 - this.#options.nowMs();
    if (dueMs > MOST_AHEAD_MS) return;
    const timer = setTimeout(() => {
      air.timers.delete(timer);
      air.tail = air.tail.then(() => this.#publish(air, frame)).catch((error: unknown) => {
        this.#options.log('error', 'a piece cannot be signed', { why: String(error) });
      });
    }, Math.max(0, dueMs));
    air.timers.add(timer);
  }

  end(reason: string): void {
    const air = this.#air;
    if (!air) return;
    const { name, control, log } = this.#options;
    control.send({ type: 'lost', channel: name, broadcastId: air.broadcast.id, polite: true, reason });
    log('info', 'the source is gone', { channel: name, reason });
    air.link.end();
    this.#close();
  }

  /** Says what is on air, at the beginning and whenever the control socket is up again. */
  tell(): void {
    if (!this.#air) return;
    this.#options.control.send({ type: 'live', channel: this.#options.name, broadcast: this.#air.broadcast });
  }

  applySettings({ windowS }: ChannelSettings): void {
    if (this.#air) this.#air.window.windowS = windowS;
  }

  /** The edge ended the broadcast, or the process stops: nothing is said. */
  #close(): void {
    const air = this.#air;
    this.#air = undefined;
    if (!air) return;
    for (const timer of air.timers) clearTimeout(timer);
    air.link.close();
    air.window.clear();
  }

  close(): void {
    this.#close();
  }

  async #publish(air: OnAir, { record, bytes }: PieceFrame): Promise<void> {
    const encoded = encodeRecord(record);
    const signed = concatBytes(encoded, await air.key.sign(encoded));
    if (this.#air !== air) return;
    const piece: PieceFrame = { record, signed, bytes };
    air.window.add(piece);
    this.#options.metrics.pieceCut(bytes.length);
    air.link.offer(piece);
  }
}
