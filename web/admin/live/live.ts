/** The dashboard's one socket: opened while somebody is signed in, and told which channel is looked at. */
import { signal } from '@preact/signals';
import type { ToLive } from '../../../protocol/report.ts';
import { told } from '../api/client.ts';
import { api } from '../desk.ts';
import { reachable } from '../load.ts';
import { LiveBook, readLive } from './live-book.ts';
import { type LinkState, ReconnectingSocket, type SocketLike } from './reconnecting-socket.ts';

class Live {
  readonly book: LiveBook = new LiveBook();
  readonly link = signal<LinkState>('closed');
  /** Grows with every opening: what may have changed meanwhile is asked again. */
  readonly openings = signal(0);
  readonly #socket = new ReconnectingSocket({
    dial,
    onState: (state) => this.link.value = state,
    onOpen: () => {
      reachable.value = true;
      this.openings.value++;
      this.#tell();
    },
    onText: (text) => {
      const message = readLive(text);
      if (message) this.book.take(message);
    },
  });

  /** Answers what closes it. */
  open(): () => void {
    const hurry = () => this.#socket.hurry();
    addEventListener('online', hurry);
    document.addEventListener('visibilitychange', hurry);
    this.#socket.open();
    return () => {
      removeEventListener('online', hurry);
      document.removeEventListener('visibilitychange', hurry);
      this.#socket.close();
    };
  }

  /** Null: no channel's figures are wanted. */
  watch(channel: string | null): void {
    this.book.watch(channel);
    this.#tell();
  }

  #tell(): void {
    const message: ToLive = { type: 'watch', channel: this.book.watched };
    this.#socket.send(JSON.stringify(message));
  }
}

async function dial(): Promise<SocketLike> {
  const { ticket } = await told(api.live.ticket.$post());
  const url = new URL(`/api/live?ticket=${encodeURIComponent(ticket)}`, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  return new WebSocket(url) as unknown as SocketLike;
}

export const live = new Live();
