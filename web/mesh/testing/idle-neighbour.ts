/** A neighbour behind a link that carries nothing, for rules that only look at who it is. */
import { Neighbour } from '../neighbour.ts';

export function idleNeighbour(peerId: string): Neighbour {
  const link = { peerId, route: 'peer', binding: '', queuedBytes: 0, send() {}, close() {} } as const;
  return new Neighbour(link, new Uint8Array(16), 0, 60);
}
