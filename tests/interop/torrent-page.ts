/** Pages that run the stock `webtorrent` client in Chromium, as any site would. */
import type { Browser, Page } from 'puppeteer-core';
import { pathOf, ROOT } from '../../scripts/paths.ts';

export interface TorrentPages {
  /** A client in a browser context of its own. */
  open(browser: Browser): Promise<TorrentPage>;
  stop(): Promise<void>;
}

/** What a page's client says of its one torrent. */
export interface TorrentState {
  infoHash: string;
  /** Torrents know what they hold once they have their info dictionary. */
  ready: boolean;
  done: boolean;
  peers: number;
  troubles: string[];
}

const PAGE = `<!doctype html><title>stock</title><script type="module">
  import WebTorrent from '/webtorrent.min.js';
  const client = new WebTorrent({ dht: false, lsd: false, utp: false, tracker: { rtcConfig: { iceServers: [] } } });
  const troubles = [];
  client.on('error', (error) => troubles.push(String(error)));
  const keep = (torrent) => {
    globalThis.torrent = torrent;
    torrent.on('error', (error) => troubles.push(String(error)));
    torrent.on('warning', (error) => troubles.push(String(error)));
  };
  const bytesOf = (length) => Uint8Array.from({ length }, (_, i) => (i * 2654435761) >>> 24);
  Object.assign(globalThis, {
    async hashOf(length) {
      const torrent = client.seed(new File([bytesOf(length)], 'sample.bin'), { announce: [] });
      await new Promise((resolve) => torrent.on('infoHash', resolve));
      await new Promise((resolve) => torrent.destroy({ destroyStore: true }, resolve));
      return torrent.infoHash;
    },
    seed: (length, announce) => keep(client.seed(new File([bytesOf(length)], 'sample.bin'), { announce: [announce] })),
    addTorrent: (url) => keep(client.add(url)),
    async sha256() {
      const hash = await crypto.subtle.digest('SHA-256', await torrent.files[0].arrayBuffer());
      return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
    },
    add: (infoHash, announce) => keep(client.add(infoHash, { announce: [announce] })),
    async holds(length) {
      const held = new Uint8Array(await torrent.files[0].arrayBuffer());
      const wanted = bytesOf(length);
      return held.length === length && wanted.every((byte, i) => held[i] === byte);
    },
    state: () => ({
      infoHash: torrent.infoHash,
      ready: torrent.ready,
      done: torrent.done,
      peers: torrent.numPeers,
      troubles,
    }),
    isLoaded: true,
  });
</script>`;

export class TorrentPage {
  constructor(readonly page: Page) {}

  /** The info-hash that a sample file of this length has; nothing is announced. */
  async hashOf(length: number): Promise<string> {
    return await this.page.evaluate(`hashOf(${length})`) as string;
  }

  async seed(length: number, announce: string): Promise<void> {
    await this.page.evaluate(`void seed(${length}, ${JSON.stringify(announce)})`);
  }

  async add(infoHash: string, announce: string): Promise<void> {
    await this.page.evaluate(`void add(${JSON.stringify(infoHash)}, ${JSON.stringify(announce)})`);
  }

  /** Adds a torrent by the address of its file. */
  async addTorrent(url: string): Promise<void> {
    await this.page.evaluate(`void addTorrent(${JSON.stringify(url)})`);
  }

  /** Of the torrent's one file. */
  async sha256(): Promise<string> {
    return await this.page.evaluate('sha256()') as string;
  }

  /** Whether the whole sample file is here, byte by byte. */
  async holds(length: number): Promise<boolean> {
    return await this.page.evaluate(`holds(${length})`) as boolean;
  }

  async state(): Promise<TorrentState> {
    return await this.page.evaluate('state()') as TorrentState;
  }
}

export async function servePages(): Promise<TorrentPages> {
  const script = await Deno.readFile(pathOf(new URL('node_modules/webtorrent/dist/webtorrent.min.js', ROOT)));
  const server = Deno.serve(
    { hostname: '127.0.0.1', port: 0, onListen() {} },
    (request) =>
      new URL(request.url).pathname === '/'
        ? new Response(PAGE, { headers: { 'content-type': 'text/html' } })
        : new Response(script, { headers: { 'content-type': 'text/javascript' } }),
  );
  return {
    async open(browser) {
      const page = await (await browser.createBrowserContext()).newPage();
      await page.goto(`http://127.0.0.1:${server.addr.port}/`);
      await page.waitForFunction('globalThis.isLoaded');
      return new TorrentPage(page);
    },
    stop: () => server.shutdown(),
  };
}
