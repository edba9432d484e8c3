/**
 * A replay as a torrent: stock `webtorrent`, loaded when first needed. Only what is about to be shown is fetched, from
 * other viewers and, as the web seed, from the edge.
 */
import type { ByteSource } from './byte-source.ts';

/** What of `webtorrent` is used here. */
interface Client {
  add(torrent: Uint8Array, options: { deselect: boolean; destroyStoreOnDestroy: boolean }): Torrent;
  on(event: 'error', listener: (error: Error | string) => void): void;
  destroy(): void;
}

interface Torrent {
  ready: boolean;
  files: { arrayBuffer(range: { start: number; end: number }): Promise<ArrayBuffer> }[];
  wires: { type: string }[];
  uploaded: number;
  addWebSeed(url: string): void;
  removePeer(id: string): void;
  on(event: 'ready' | 'error', listener: (error?: Error | string) => void): void;
  on(event: 'wire', listener: (wire: Wire) => void): void;
}

interface Wire {
  type: string;
  on(event: 'download', listener: (bytes: number) => void): void;
}

const READY_MS = 15_000;

/** `webSeed`: address of the file at the edge, as the torrent names it. Rejects when the library or the torrent cannot be had: the edge alone will do then. */
export async function torrentSource(torrentUrl: string, webSeed: string): Promise<ByteSource> {
  const [{ default: WebTorrent }, file] = await Promise.all([
    import('webtorrent/dist/webtorrent.min.js') as Promise<{ default: new (options: object) => Client }>,
    fetch(torrentUrl).then(async (answer) => {
      if (!answer.ok) throw new Error(`the edge answered ${answer.status}`);
      return new Uint8Array(await answer.arrayBuffer());
    }),
  ]);
  const client = new WebTorrent({ dht: false, lsd: false, utp: false });
  let [peerBytes, serverBytes] = [0, 0];
  const torrent = client.add(file, { deselect: true, destroyStoreOnDestroy: true });
  torrent.on('wire', (wire) =>
    wire.on('download', (bytes) => {
      if (wire.type === 'webSeed') serverBytes += bytes;
      else peerBytes += bytes;
    }));
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the torrent did not begin')), READY_MS);
    const failed = (error?: Error | string) => {
      clearTimeout(timer);
      client.destroy();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    client.on('error', failed);
    torrent.on('error', failed);
    torrent.on('ready', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  let alone = false;
  const peers = () => torrent.wires.filter(({ type }) => type !== 'webSeed').length;
  return {
    relyOnPeers(on) {
      const wanted = on && peers() > 0;
      if (wanted === alone) return;
      alone = wanted;
      if (alone) torrent.removePeer(webSeed);
      else torrent.addWebSeed(webSeed);
    },
    async bytes(start, end, signal) {
      signal.throwIfAborted();
      const bytes = new Uint8Array(await torrent.files[0]!.arrayBuffer({ start, end: end - 1 }));
      signal.throwIfAborted();
      return bytes;
    },
    figures: () => ({
      peerBytes,
      serverBytes,
      givenBytes: torrent.uploaded,
      peers: peers(),
    }),
    stop: () => client.destroy(),
  };
}
