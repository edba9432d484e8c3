/**
 * What sockets that join may not have read yet of their first media. A socket takes what it is sent whether anybody
 * reads it or not, so all of that may lie in the shard's memory. A socket counts until it has said something after its
 * announce, as a viewer does within a second, or is closed: an announce alone follows from the answer, which comes
 * before the media. Who has no WebRTC says no more until its first report: it counts for a while.
 */
import { type Broadcast, firstTracks } from '../../protocol/broadcast.ts';

/** Who announced so long ago has read, or its line is too narrow to watch. */
export const READ_WITHIN_MS = 30_000;
/** Until one body was made its size is taken for so much media: two segments. */
const GUESSED_MS = 4000;

export class Unread<Socket> {
  readonly #mostBytes: number;
  /** Undefined: it is not known yet how much it is sent. */
  readonly #sent = new Map<Socket, number | undefined>();
  #lastBytes: number | undefined;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /**
   * Whether another socket may be sent its media: together with the rest it is not too much. `announcedMs`: how long ago
   * a socket announced, if it did.
   */
  hasRoom(broadcast: Broadcast, announcedMs: (socket: Socket) => number | undefined): boolean {
    for (const socket of this.#sent.keys()) {
      if ((announcedMs(socket) ?? 0) >= READ_WITHIN_MS) this.#sent.delete(socket);
    }
    const oneBytes = this.#lastBytes ?? guessBytes(broadcast);
    let bytes = oneBytes;
    for (const sent of this.#sent.values()) bytes += sent ?? oneBytes;
    return bytes <= this.#mostBytes;
  }

  /** It joins, or did before the shard was woken. */
  open(socket: Socket): void {
    this.#sent.set(socket, undefined);
  }

  /** Its media is on the way. */
  send(socket: Socket, bytes: number): void {
    if (bytes > 0) this.#lastBytes = bytes;
    if (this.#sent.has(socket)) this.#sent.set(socket, bytes);
  }

  /** It has read everything, or is gone. */
  forget(socket: Socket): void {
    this.#sent.delete(socket);
  }
}

function guessBytes(broadcast: Broadcast): number {
  const first = firstTracks(broadcast);
  const kbps = broadcast.tracks.filter(({ track }) => first.includes(track))
    .reduce((sum, { bitrateKbps }) => sum + bitrateKbps, 0);
  return kbps / 8 * GUESSED_MS;
}
