/**
 * One process of the crowd: headless viewers that join one after the other. It reads lines from standard input:
 * `begin` starts the measurement, `end` ends it and the process, after one line of JSON, a `ChildResult`.
 */
import { headlessEnvironment, headlessQuiet } from '../../../web/antenna/headless-environment.ts';
import { cutMsOf } from '../../../web/mesh/cut-clock.ts';
import { Viewer } from '../../../web/peer/viewer.ts';
import type { ViewerStats } from '../../../web/peer/viewer-stats.ts';
import { countConnections } from './counted-connections.ts';
import { countReports } from './counted-reports.ts';
import { HeadlessPlayer } from './headless-player.ts';

export interface ChildOptions {
  edgeUrl: string;
  channel: string;
  /** One viewer for each: its upload budget, kbps; null: the channel's own. */
  uploadsKbps: (number | null)[];
  spacingMs: number;
}

/** One viewer over the measured time. */
export interface ViewerResult {
  uploadKbps: number;
  /** It held a feed when measuring began or ended. */
  isSeed: boolean;
  seconds: number;
  stalls: number;
  stalledMs: number;
  /** Totals when measuring began and ended; signalMessages without reports, which come all in one second. */
  before: ViewerStats;
  after: ViewerStats;
}

export interface ChildResult {
  viewers: ViewerResult[];
  /** Milliseconds from the cut to here, by how many peers a pushed piece passed. */
  lagsByHop: number[][];
  /** Bytes that all connections of this process sent. */
  sentBytes: number;
}

if (import.meta.main) await run(JSON.parse(Deno.args[0]!) as ChildOptions);

async function run({ edgeUrl, channel, uploadsKbps, spacingMs }: ChildOptions): Promise<void> {
  const base = headlessEnvironment();
  const { RTCPeerConnection, bytesSent } = countConnections(base.RTCPeerConnection!);
  const lagsByHop: number[][] = [];
  let measuring = false;
  const peers: { viewer: Viewer; player: HeadlessPlayer; stats: () => ViewerStats }[] = [];
  const joining = (async () => {
    for (const uploadKbps of uploadsKbps) {
      const { WebSocket, reports } = countReports(base.WebSocket);
      const viewer = new Viewer({
        edgeUrl,
        channel,
        environment: { ...base, RTCPeerConnection, WebSocket },
        ...(uploadKbps !== null && { uploadKbps }),
      });
      viewer.on('piece', ({ index, record, source }) => {
        if (!measuring || (source !== 'lan' && source !== 'peer' && source !== 'seed')) return;
        const hops = source === 'seed' ? 0 : viewer.hops(index);
        if (hops === undefined) return;
        (lagsByHop[hops] ??= []).push(
          Math.round(viewer.serverNowMs() - viewer.broadcast!.epochMs - cutMsOf(record)),
        );
      });
      const player = new HeadlessPlayer(viewer);
      viewer.start();
      player.start();
      const stats = () => {
        const all = viewer.stats();
        return { ...all, signalMessages: all.signalMessages - reports() };
      };
      peers.push({ viewer, player, stats });
      await new Promise((resolve) => setTimeout(resolve, spacingMs));
    }
  })();

  let begun: { stats: ViewerStats; stalls: number; stalledMs: number; atMs: number }[] = [];
  let sentBefore = 0;
  for await (const line of lines()) {
    if (line === 'begin') {
      await joining;
      begun = peers.map(({ stats, player: { stalls, stalledMs } }) => ({
        stats: stats(),
        stalls,
        stalledMs,
        atMs: performance.now(),
      }));
      sentBefore = await bytesSent();
      measuring = true;
    }
    if (line === 'end') break;
  }
  measuring = false;
  const result: ChildResult = {
    viewers: begun.map(({ stats, stalls, stalledMs, atMs }, i) => {
      const { viewer, player, stats: now } = peers[i]!;
      const after = now();
      return {
        uploadKbps: viewer.uploadKbps,
        isSeed: stats.feeds > 0 || after.feeds > 0,
        seconds: (performance.now() - atMs) / 1000,
        stalls: player.stalls - stalls,
        stalledMs: Math.round(player.stalledMs - stalledMs),
        before: stats,
        after,
      };
    }),
    lagsByHop: Array.from(lagsByHop, (lags) => lags ?? []),
    sentBytes: await bytesSent() - sentBefore,
  };
  console.log(JSON.stringify(result));
  for (const { viewer, player } of peers) {
    player.stop();
    viewer.stop();
  }
  await headlessQuiet();
  Deno.exit(0);
}

async function* lines(): AsyncGenerator<string> {
  let rest = '';
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split('\n');
    rest = parts.pop()!;
    yield* parts;
  }
}
