/** What is counted of a run, from the end of the warm-up on. */
import type { Message } from '../../../web/mesh/message.ts';
import { overheadBytesOf, PACKET_HEADER_BYTES, packetsFor, payloadBytesOf } from './packet-bytes.ts';

const BIN_MS = 5;
const BINS = 4000;

export class Meter {
  /** Nothing is counted before. */
  on = false;
  /** Piece payload that came over links, and what of it was there already (edge repair included). */
  payloadBytes = 0;
  duplicateBytes = 0;
  /** Message bytes beside the payload, with the packet headers of messages that carry none. */
  controlBytes = 0;
  /** Packet headers around payload. */
  headerBytes = 0;
  signalBytesOut = 0;
  signalBytesIn = 0;
  joins = 0;
  leaves = 0;
  offences = 0;
  starvings = 0;
  requests = 0;
  stalls = 0;
  stalledMs = 0;
  playedMs = 0;
  waitedMs = 0;
  readonly startups: number[] = [];
  readonly samples = { expected: 0, never: 0 };
  #bins = new Float64Array(BINS + 1);

  received(message: Message): void {
    if (!this.on) return;
    const payload = payloadBytesOf(message);
    const overhead = overheadBytesOf(message);
    const headers = packetsFor(payload + overhead) * PACKET_HEADER_BYTES;
    this.payloadBytes += payload;
    this.controlBytes += overhead;
    if (message.type === 'request') this.requests++;
    if (payload > 0) this.headerBytes += headers;
    else this.controlBytes += headers;
  }

  /** One piece at one viewer that should have had it; -1: it never came. */
  sample(lagMs: number): void {
    this.samples.expected++;
    if (lagMs < 0) this.samples.never++;
    else this.#bins[Math.min(BINS, Math.floor(lagMs / BIN_MS))]!++;
  }

  /** Share of pieces that came later than this after the cut, or never. */
  laterThan(ms: number): number {
    if (this.samples.expected === 0) return 0;
    let inTime = 0;
    for (let bin = 0; bin < ms / BIN_MS; bin++) inTime += this.#bins[bin]!;
    return 1 - inTime / this.samples.expected;
  }

  /** Lag that this share of all pieces kept below; Infinity when so many never came. */
  lagAt(share: number): number {
    const wanted = share * this.samples.expected;
    let count = 0;
    for (let bin = 0; bin < BINS; bin++) {
      count += this.#bins[bin]!;
      if (count >= wanted) return (bin + 1) * BIN_MS;
    }
    return Infinity;
  }

  startupAt(share: number): number {
    const sorted = this.startups.toSorted((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  }
}
