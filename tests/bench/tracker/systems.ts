/** The trackers under comparison, each in processes of its own. */
import { pathOf } from '../../../scripts/paths.ts';
import { type Edge, EDGE_SECRETS } from '../../edge.ts';
import { descendants } from '../../process-tree.ts';
import { startServed } from '../../served.ts';

export interface Tracker {
  name: string;
  /** Process whose CPU time and memory count. */
  pid: number;
  /** Announce URL of a swarm; it is served from then on. */
  announceUrl(infoHash: string): Promise<string>;
  stop(): Promise<void>;
}

/**
 * The edge as `deno task serve` runs it: workerd itself. Under miniflare every message would pass one more Worker,
 * miniflare's own, which no deployment has. `edge`: for what only Shoal's own peers do.
 */
export async function startShoal(): Promise<Tracker & { edge: Edge }> {
  const state = await Deno.makeTempDir({ prefix: 'shoal-bench-tracker-' });
  const served = await startServed({ state, env: EDGE_SECRETS, flags: ['--no-origin'] });
  const pid = descendants(served.pid).find((one) => nameOf(one) === 'workerd');
  if (pid === undefined) throw new Error('workerd is not among the processes of serve');
  const stop = async () => {
    await served.stop();
    await Deno.remove(state, { recursive: true });
  };
  const edge = { url: served.url, stop };
  return {
    name: 'shoal',
    pid,
    edge,
    async announceUrl(infoHash) {
      const answer = await fetch(`${edge.url}/api/torrents/${infoHash}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${EDGE_SECRETS.SHOAL_ADMIN_TOKEN}` },
      });
      if (!answer.ok) throw new Error(`PUT /api/torrents: ${answer.status} ${await answer.text()}`);
      const { torrent } = await answer.json() as { torrent: { announcePath: string } };
      return edge.url.replace('http', 'ws') + torrent.announcePath;
    },
    stop,
  };
}

export async function startBittorrentTracker(): Promise<Tracker> {
  const child = new Deno.Command('node', {
    args: [pathOf(new URL('npm-server.mjs', import.meta.url))],
    stdout: 'piped',
    stderr: 'inherit',
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  const port = Number(new TextDecoder().decode(value));
  if (!port) throw new Error('bittorrent-tracker did not say its port');
  return {
    name: 'bittorrent-tracker',
    pid: child.pid,
    announceUrl: () => Promise.resolve(`ws://127.0.0.1:${port}`),
    async stop() {
      child.kill('SIGTERM');
      await reader.cancel();
      await child.status;
    },
  };
}

/** Bytes of a process that are in memory (VmRSS). */
export function residentBytes(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}

function nameOf(pid: number): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/comm`).trim();
  } catch {
    return '';
  }
}
