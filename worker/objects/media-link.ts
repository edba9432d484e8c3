/**
 * The origin's link to a Media object (protocol/link.ts): pieces come over it, and what the window lacks is asked for,
 * once for everybody.
 */
import * as v from 'valibot';
import type { Broadcast } from '../../protocol/broadcast.ts';
import { decodePieceFrame, type PieceFrame } from '../../protocol/frame.ts';
import { LinkFromOrigin, type LinkToOrigin } from '../../protocol/link.ts';
import type { Waiting } from '../media/waiting.ts';
import { Wants } from '../media/wants.ts';
import type { MediaUse } from './media-use.ts';

/** Who hears what comes over a link. */
export interface LinkEars {
  /** The origin names its broadcast. Answers what is held of it; throws when it is not the one that was granted. */
  greeted(channel: string, broadcast: Broadcast): Promise<number[]>;
  arrived(frame: PieceFrame): void;
}

export class MediaLink {
  readonly #waiting: Waiting;
  readonly #use: MediaUse;
  readonly #ears: LinkEars;
  readonly #wants = new Wants();
  #socket: WebSocket | undefined;
  #isFilled = false;

  constructor(waiting: Waiting, use: MediaUse, ears: LinkEars) {
    this.#waiting = waiting;
    this.#use = use;
    this.#ears = ears;
  }

  get isUp(): boolean {
    return this.#socket !== undefined;
  }

  /** The origin has sent all that this object lacked when its link came up. */
  get isFilled(): boolean {
    return this.#isFilled;
  }

  /** Whether the origin said that it does not have this piece. */
  isMissing(index: number): boolean {
    return this.#wants.isMissing(index);
  }

  /** Whether nothing more can be hoped for these. */
  areSettled(indexes: number[]): boolean {
    return this.#wants.areSettled(indexes);
  }

  /** Answers the request that opens a link. It becomes the link when the origin has said which broadcast it brings. */
  open(channel: string): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    server.binaryType = 'arraybuffer';
    server.accept();
    // The handlers of one socket run in order: a piece that follows the hello waits for its answer.
    let turn = Promise.resolve();
    server.addEventListener('message', ({ data }) => {
      turn = turn.then(() => this.#heard(server, channel, data)).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : 'the link failed';
        server.close(1008, reason.slice(0, 120));
      });
    });
    const closed = () => {
      if (this.#socket === server) this.#socket = undefined;
      server.close();
    };
    server.addEventListener('close', closed);
    server.addEventListener('error', closed);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** Asks the origin for these, where nobody has. */
  want(indexes: number[]): void {
    const socket = this.#socket;
    if (!socket) return;
    const asked = this.#wants.ask(indexes, Date.now());
    if (asked.length === 0) return;
    this.#use.askedOrigin(asked.length);
    send(socket, { type: 'want', indexes: asked });
  }

  close(reason: string): void {
    this.#socket?.close(1000, reason);
    this.#socket = undefined;
    this.#wants.clear();
  }

  async #heard(socket: WebSocket, channel: string, data: string | ArrayBuffer | Blob): Promise<void> {
    if (data instanceof ArrayBuffer) {
      if (socket === this.#socket) this.#arrived(decodePieceFrame(new Uint8Array(data)));
      else if (!this.#socket) throw new RangeError('a link begins with hello');
      return;
    }
    if (typeof data !== 'string') throw new RangeError('a link message must be text or binary');
    const message = v.parse(LinkFromOrigin, JSON.parse(data));
    switch (message.type) {
      case 'hello':
        return await this.#hello(socket, channel, message.broadcast);
      case 'missing':
        this.#wants.missing(message.indexes);
        return this.#waiting.poke();
      case 'filled':
        if (socket === this.#socket) this.#isFilled = true;
        return this.#waiting.poke();
      case 'end':
        // The Channel object decides when a broadcast is over; the link has no more to say.
        return;
    }
  }

  async #hello(socket: WebSocket, channel: string, broadcast: Broadcast): Promise<void> {
    const have = await this.#ears.greeted(channel, broadcast);
    if (this.#socket && this.#socket !== socket) this.#socket.close(1000, 'a newer link took over');
    this.#socket = socket;
    this.#isFilled = false;
    this.#wants.clear();
    send(socket, { type: 'welcome', have });
  }

  #arrived(frame: PieceFrame): void {
    this.#wants.arrived(frame.record.index);
    this.#ears.arrived(frame);
  }
}

function send(socket: WebSocket, message: LinkToOrigin): void {
  socket.send(JSON.stringify(message));
}
