/** From what a crowd counted to the rows of the table. */
import { quantile, type Row } from '../table.ts';
import type { ChildResult, ViewerResult } from './child.ts';

type Counter = 'peerBytes' | 'edgeBytes' | 'seedBytes' | 'uploadBytes' | 'duplicateBytes' | 'repairs';

/** All viewers together, over the measured time. */
export function crowdRow(result: ChildResult, streamKbps: number): Row {
  const { viewers, lagsByHop, sentBytes } = result;
  const sum = (name: Counter) =>
    viewers.reduce((total, one) => total + one.after[name] - one.before[name], 0);
  const seconds = viewers.reduce((total, one) => total + one.seconds, 0) / Math.max(1, viewers.length);
  const streamBytes = streamKbps * 1000 / 8 * seconds;
  const [peerBytes, edgeBytes, uploadBytes] = [sum('peerBytes'), sum('edgeBytes'), sum('uploadBytes')];
  const lags = lagsByHop.flat();
  const stalled = viewers.reduce((total, { stalledMs }) => total + stalledMs, 0);
  return {
    hop: 'all',
    viewers: viewers.length,
    seconds,
    copies: edgeBytes / streamBytes,
    seedCopies: sum('seedBytes') / streamBytes,
    httpShare: edgeBytes / (edgeBytes + peerBytes),
    receivedShare: (edgeBytes + peerBytes) / (streamBytes * viewers.length),
    lagP50Ms: quantile(lags, 0.5),
    lagP95Ms: quantile(lags, 0.95),
    lagP99Ms: quantile(lags, 0.99),
    controlShare: controlShare(sentBytes, uploadBytes),
    duplicateShare: sum('duplicateBytes') / (edgeBytes + peerBytes),
    repairs: sum('repairs'),
    supplyRatio: viewers.reduce((total, { uploadKbps }) => total + uploadKbps, 0) /
      (streamKbps * viewers.length),
    stalls: viewers.reduce((total, { stalls }) => total + stalls, 0),
    stalledShare: stalled / 1000 / (seconds * viewers.length),
    neighbours: viewers.reduce((total, { after }) => total + after.peers, 0) / viewers.length,
  };
}

/** One row for each number of peers that pieces passed; 0: straight from the edge. */
export function hopRows({ lagsByHop }: ChildResult): Row[] {
  const all = lagsByHop.flat().length;
  return lagsByHop.flatMap((lags, hop) =>
    lags.length === 0 ? [] : [{
      hop,
      pieces: lags.length,
      share: lags.length / all,
      lagP50Ms: quantile(lags, 0.5),
      lagP95Ms: quantile(lags, 0.95),
      lagP99Ms: quantile(lags, 0.99),
    }]
  );
}

/** What of the bytes that the transport sent was not media. */
export function controlShare(sentBytes: number, mediaBytes: number): number {
  return sentBytes === 0 ? 0 : (sentBytes - mediaBytes) / sentBytes;
}

/** Requests and messages of viewers, per viewer and hour, over the measured time. */
export function perHour(viewers: ViewerResult[]): { requests: number; messages: number } {
  const hours = viewers.reduce((total, { seconds }) => total + seconds, 0) / 3600;
  const rate = (name: 'edgeRequests' | 'signalMessages') =>
    hours === 0 ? 0 : viewers.reduce((total, one) => total + one.after[name] - one.before[name], 0) / hours;
  return { requests: rate('edgeRequests'), messages: rate('signalMessages') };
}
