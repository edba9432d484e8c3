/** Sockets that count the reports which go through them: those of all viewers fall into one second of five minutes. */
import type { FromPeer } from '../../../protocol/from-peer.ts';
import type { PeerEnvironment } from '../../../web/peer/environment.ts';

export function countReports(
  Base: PeerEnvironment['WebSocket'],
): { WebSocket: PeerEnvironment['WebSocket']; reports(): number } {
  let count = 0;
  class ReportCounter extends Base {
    override send(data: string): void {
      super.send(data);
      if ((JSON.parse(data) as FromPeer).action === 'report') count++;
    }
  }
  return { WebSocket: ReportCounter, reports: () => count };
}
