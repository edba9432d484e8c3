/** WebRTC connections that are counted: what went over all of them together, by the transport's own figures. */
import type { PeerEnvironment } from '../../../web/peer/environment.ts';

type ConnectionClass = NonNullable<PeerEnvironment['RTCPeerConnection']>;

export interface CountedConnections {
  RTCPeerConnection: ConnectionClass;
  /** Bytes handed to SCTP by all connections so far, the closed ones included. */
  bytesSent(): Promise<number>;
}

interface Transport {
  type: string;
  bytesSent?: number;
  candidateType?: string;
}

/**
 * On one machine all candidates are loopback addresses, and links of one LAN do not count against the upload budget:
 * hosts are shown as peers behind a NAT, so that they do.
 */
export function countConnections(Base: ConnectionClass): CountedConnections {
  const open = new Set<RTCPeerConnection>();
  let closed = 0;

  class CountedConnection extends Base {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      open.add(this);
    }

    override async getStats(): Promise<RTCStatsReport> {
      const report = await super.getStats();
      report.forEach((entry: Transport) => {
        if (entry.candidateType === 'host') entry.candidateType = 'srflx';
      });
      return report;
    }

    override close(): void {
      if (open.delete(this)) {
        // The figures are read at once, and gone after the close.
        const last = super.getStats();
        void last.then((report) => closed += sentOf(report), () => {});
      }
      super.close();
    }
  }

  return {
    RTCPeerConnection: CountedConnection,
    async bytesSent() {
      const reports = await Promise.all(
        [...open].map((connection) => connection.getStats().catch(() => undefined)),
      );
      return closed + reports.reduce((sum, report) => sum + (report ? sentOf(report) : 0), 0);
    },
  };
}

function sentOf(report: RTCStatsReport): number {
  let sent = 0;
  report.forEach((entry: Transport) => {
    if (entry.type === 'transport') sent += entry.bytesSent ?? 0;
  });
  return sent;
}
