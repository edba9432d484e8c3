/**
 * The process in a host's namespace: one headless viewer. Prints a line of JSON whenever it is asked for one (any
 * input), and ends when its input does. Arguments: edge URL, policy.
 */
import { headlessEnvironment } from '../../web/antenna/headless-environment.ts';
import { bindingOf, routeOf } from '../../web/peer/connection-facts.ts';
import { Viewer } from '../../web/peer/viewer.ts';
import type { ViewerStats } from '../../web/peer/viewer-stats.ts';

/** A connection that came about. */
export interface Meeting {
  /** Both sides' fingerprints: the same string at the other end. */
  binding: string;
  route: 'lan' | 'peer' | 'turn';
  /** From the making of the connection to its being there. */
  ms: number;
}

export interface Sight {
  state: string;
  nat: string;
  meetings: Meeting[];
  /** Connections that were made and never came about so far. */
  tried: number;
  stats: ViewerStats;
}

if (import.meta.main) await watch(Deno.args[0]!, Deno.args[1] as 'on' | 'relay');

async function watch(edgeUrl: string, p2p: 'on' | 'relay'): Promise<void> {
  const environment = headlessEnvironment();
  const meetings: Meeting[] = [];
  let nat = '';
  let tried = 0;
  const Connection = environment.RTCPeerConnection!;
  environment.RTCPeerConnection = class extends Connection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      const madeAt = performance.now();
      tried++;
      this.addEventListener('connectionstatechange', async () => {
        if (this.connectionState !== 'connected') return;
        const ms = Math.round(performance.now() - madeAt);
        const binding = bindingOf(this.localDescription?.sdp ?? '', this.remoteDescription?.sdp ?? '') ?? '';
        meetings.push({ binding, route: routeOf(await this.getStats()), ms });
      });
    }
  };
  environment.WebSocket = class extends WebSocket {
    override send(data: string) {
      nat = JSON.parse(data).capability?.nat ?? nat;
      super.send(data);
    }
  };
  const viewer = new Viewer({ edgeUrl, channel: 'demo', environment, p2p });
  viewer.start();
  for await (const _ of Deno.stdin.readable) {
    const sight: Sight = {
      state: viewer.state,
      nat,
      meetings,
      tried: tried - meetings.length,
      stats: viewer.stats(),
    };
    console.log(JSON.stringify(sight));
  }
  viewer.stop();
  Deno.exit(0);
}
