/** The link of one live channel (protocol/link.ts): pieces up, misses down. */
import * as v from 'valibot';
import type { Broadcast } from '../../protocol/broadcast.ts';
import { encodePieceFrame, PIECE_FRAME_OVERHEAD, type PieceFrame } from '../../protocol/frame.ts';
import { type LinkFromOrigin, LinkToOrigin } from '../../protocol/link.ts';
import type { PieceWindow } from '../media/piece-window.ts';
import { socketUrl } from './control-client.ts';
import { EdgeSocket, type EdgeSocketTiming } from './edge-socket.ts';
import { type LinkKind, LinkQueue } from './link-queue.ts';
import type { Log } from './log.ts';
import { originToken } from './origin-token.ts';

export interface LinkClientOptions {
  edgeUrl: string;
  secret: string;
  originId: string;
  channel: string;
  broadcast: Broadcast;
  window: PieceWindow;
  onSent: (kind: LinkKind, bytes: number) => void;
  onDropped: (pieces: number) => void;
  log: Log;
  /** How long a hello may stay unanswered. */
  welcomeMs?: number;
  timing?: Partial<EdgeSocketTiming>;
}

/** Least bound of the queue: room for a keyframe of a slow stream. */
const MIN_QUEUE_BYTES = 128 * 1024;
/** No more than this is handed to the socket at a time: what it holds can be neither dropped nor overtaken. */
const SOCKET_BYTES = 64 * 1024;
/** More than any window holds: an edge that never answers makes nothing grow. */
const MAX_SENT_SINCE_HELLO = 10_000;
const POLL_MS = 10;
const WELCOME_MS = 10_000;

export class LinkClient {
  readonly #options: LinkClientOptions;
  readonly #socket: EdgeSocket;
  readonly #queue = new LinkQueue();
  #broadcast: Broadcast;
  #welcomed = false;
  #awaitsWelcome = false;
  /** What the edge lacks is being sent. */
  #fills = false;
  #patience: ReturnType<typeof setTimeout> | undefined;
  /** Sent while the edge's answer to a hello was on its way, so not in it. */
  readonly #sentSinceHello = new Set<number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LinkClientOptions) {
    this.#options = options;
    this.#broadcast = options.broadcast;
    const { edgeUrl, secret, originId, channel, log, timing } = options;
    this.#socket = new EdgeSocket({
      url: socketUrl(edgeUrl, `/origin/link/${channel}`),
      token: () => originToken(secret, originId),
      onOpen: () => this.#hello(),
      onText: (text) => this.#text(text),
      onDown: () => this.#reset(),
      log: (level, msg, fields) => log(level, msg, { channel, ...fields }),
      timing,
    });
  }

  /** The edge has said what it holds. */
  get isUp(): boolean {
    return this.#welcomed;
  }

  /** The tracks have changed. */
  update(broadcast: Broadcast): void {
    this.#broadcast = broadcast;
    if (this.#socket.isOpen) this.#hello();
  }

  /** A piece was cut (it is in the window already). Without a link it waits there. */
  offer(piece: PieceFrame): void {
    if (!this.#welcomed) return;
    const room = Math.max(0, this.#maxQueueBytes - this.#socket.bufferedAmount);
    const dropped = this.#queue.addLive(piece, room);
    if (dropped > 0) this.#options.onDropped(dropped);
    this.#pump();
  }

  /** The broadcast is over. */
  end(): void {
    this.#say({ type: 'end' });
    this.close();
  }

  close(): void {
    this.#reset();
    this.#socket.close();
  }

  /** One second of media. */
  get #maxQueueBytes(): number {
    const kbps = this.#broadcast.tracks.reduce((sum, { bitrateKbps }) => sum + bitrateKbps, 0);
    return Math.max(MIN_QUEUE_BYTES, kbps * 125);
  }

  #hello(): void {
    this.#sentSinceHello.clear();
    this.#awaitsWelcome = true;
    clearTimeout(this.#patience);
    const welcomeMs = this.#options.welcomeMs ?? WELCOME_MS;
    this.#patience = setTimeout(() => this.#socket.restart('the edge does not welcome the link'), welcomeMs);
    this.#say({ type: 'hello', broadcast: this.#broadcast, windowS: this.#options.window.windowS });
  }

  #say(message: LinkFromOrigin): void {
    this.#socket.send(JSON.stringify(message));
  }

  #text(text: string): void {
    const message = v.parse(LinkToOrigin, JSON.parse(text));
    const { window } = this.#options;
    if (message.type === 'welcome') {
      const held = new Set(message.have);
      this.#queue.setRefill(
        window.newestFirst().filter((index) => !held.has(index) && !this.#sentSinceHello.has(index)),
      );
      this.#sentSinceHello.clear();
      this.#awaitsWelcome = false;
      clearTimeout(this.#patience);
      this.#welcomed = true;
      this.#fills = true;
    } else {
      const missing = message.indexes.filter((index) => !window.get(index));
      if (missing.length > 0) this.#say({ type: 'missing', indexes: missing });
      this.#queue.addMisses(message.indexes.filter((index) => window.get(index)));
    }
    this.#pump();
  }

  #pump(): void {
    while (this.#welcomed && this.#socket.bufferedAmount < SOCKET_BYTES) {
      const next = this.#queue.next((index) => this.#options.window.get(index));
      if (!next) break;
      const { piece, kind } = next;
      if (!this.#socket.send(encodePieceFrame(piece.signed, piece.bytes))) return;
      if (this.#awaitsWelcome && this.#sentSinceHello.size < MAX_SENT_SINCE_HELLO) {
        this.#sentSinceHello.add(piece.record.index);
      }
      this.#options.onSent(kind, piece.bytes.length + PIECE_FRAME_OVERHEAD);
    }
    if (this.#fills && !this.#queue.hasRefill) {
      this.#fills = false;
      this.#say({ type: 'filled' });
    }
    if (this.#queue.isEmpty || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#pump();
    }, POLL_MS);
  }

  #reset(): void {
    this.#welcomed = false;
    this.#fills = false;
    this.#queue.clear();
    clearTimeout(this.#timer);
    clearTimeout(this.#patience);
    this.#timer = undefined;
  }
}
