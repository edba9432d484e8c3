/** One track of a broadcast: its cutter, its init segment and what is announced of it. */
import type { Track } from '../../protocol/broadcast.ts';
import { substreamsFor } from '../../protocol/piece-index.ts';
import { equalBytes } from '../../protocol/bytes.ts';
import { RecordFlag } from '../../protocol/record.ts';
import type { KeySchedule } from './cenc/key-schedule.ts';
import { type Protectable, TrackProtection } from './cenc/track-protection.ts';
import type { BoxChunk } from './chunk.ts';
import type { Sample } from './sample.ts';
import { type Cut, type PieceDraft, TrackCutter } from './track-cutter.ts';

/** What a codec's configuration says of a track. */
export interface TrackFormat extends Protectable {
  /** Of clear media; what tells one configuration from another. */
  init: Uint8Array<ArrayBuffer>;
  codec: string;
  timescale: number;
  width?: number;
  height?: number;
  sampleRate?: number;
  channels?: number;
}

/** Media from which a bitrate can be measured, in milliseconds. */
const MEASURE_MS = 1500;
/** The same of a later session: what is announced already is good enough for that long. */
const MEASURE_AGAIN_MS = 10_000;
/** A later session's bitrate is announced when it is so many times the announced one, or as much smaller. */
const ANOTHER_BITRATE = 1.3;

export class TrackSlot {
  readonly number: number;
  readonly kind: 'video' | 'audio';
  /** Told by the encoder; measured where it is silent. */
  claimedKbps?: number;
  frameRate?: number;
  readonly #sliceMs: number;
  readonly #boxChunk: BoxChunk;
  readonly #onPiece: (piece: PieceDraft) => void;
  readonly #protection: TrackProtection | undefined;
  #cutter: TrackCutter | undefined;
  #format: TrackFormat | undefined;
  #initDue = false;
  #hasMedia = false;
  /** Of what was cut with an earlier configuration. */
  #endBeforeMs = 0;
  /** What is announced: the bitrate may be another one in a later session, K never is. */
  #kbps: number | undefined;
  #substreams: number | undefined;
  #fps: number | undefined;
  /** Another session has begun, whose bitrate is not announced yet. */
  #isOfNewSession = false;
  #bytes = 0;
  #intervals = 0;
  #measuredMs = 0;
  #lastMs: number | undefined;

  /** `keys`: with them nothing of this track comes out in clear. */
  constructor(
    number: number,
    kind: 'video' | 'audio',
    sliceMs: number,
    boxChunk: BoxChunk,
    onPiece: (piece: PieceDraft) => void,
    keys?: KeySchedule,
  ) {
    this.number = number;
    this.kind = kind;
    this.#sliceMs = sliceMs;
    this.#boxChunk = boxChunk;
    this.#protection = keys && new TrackProtection(keys);
    this.#onPiece = keys
      ? (piece) => onPiece({ ...piece, flags: piece.flags | RecordFlag.encrypted })
      : onPiece;
  }

  /** Bitrate and K were announced before, by another process: K stays. */
  settle({ bitrateKbps, substreams }: Pick<Track, 'bitrateKbps' | 'substreams'>): void {
    this.#kbps ??= bitrateKbps;
    this.#substreams ??= substreams;
  }

  /** Another session begins: its encoder makes its own claims, and may have another bitrate. */
  renew(): void {
    this.claimedKbps = undefined;
    this.frameRate = undefined;
    this.#isOfNewSession = true;
    this.#bytes = this.#intervals = this.#measuredMs = 0;
    this.#lastMs = undefined;
  }

  /** What is announced of the bitrate is far from what this session's is. */
  get isMisannounced(): boolean {
    const now = this.#ofNewSession;
    if (now === undefined || this.#kbps === undefined) return false;
    return Math.max(now, this.#kbps) >= ANOTHER_BITRATE * Math.min(now, this.#kbps);
  }

  get segment(): number {
    return this.#cutter?.segment ?? -1;
  }

  get endMs(): number {
    const end = this.#cutter ? this.#cutter.end * 1000 / this.#format!.timescale : 0;
    return Math.max(this.#endBeforeMs, end);
  }

  /** Whether the next sample must begin a segment because its init segment is new. */
  get initDue(): boolean {
    return this.#initDue;
  }

  get hasMedia(): boolean {
    return this.#hasMedia;
  }

  /** Enough is known of the bitrate. */
  get isMeasured(): boolean {
    return this.#kbps !== undefined || this.claimedKbps !== undefined || this.#measuredMs >= MEASURE_MS;
  }

  get measuredMs(): number {
    return this.#measuredMs;
  }

  /** Takes a codec configuration; true when it differs from the one in force. */
  configure(format: TrackFormat): boolean {
    if (this.#format && equalBytes(this.#format.init, format.init)) return false;
    this.#cutter?.finish();
    this.#endBeforeMs = this.endMs;
    this.#format = format;
    this.#initDue = true;
    this.#cutter = new TrackCutter({
      track: this.number,
      timescale: format.timescale,
      sliceMs: this.#sliceMs,
      boxChunk: this.#boxChunk,
      onPiece: this.#onPiece,
    });
    this.#cutter.bitrateKbps = this.#kbps ?? this.claimedKbps ?? 0;
    return true;
  }

  isFull(sampleBytes: number): boolean {
    return this.#cutter?.isFull(sampleBytes) ?? false;
  }

  push(sample: Sample, cut?: { segment: number; discontinuity: boolean }): void {
    let whole: Cut | undefined = cut;
    if (cut && (this.#initDue || (this.#protection && sample.sync))) {
      const format = this.#format!;
      const changed = this.#protection ? this.#protection.next(format, this.#initDue) : { init: format.init };
      whole = { ...cut, ...changed };
      this.#initDue = false;
    }
    this.#cutter!.push(sample, whole);
    this.#hasMedia = true;
    this.#measure(sample);
  }

  finish(): void {
    this.#cutter?.finish();
    this.#lastMs = undefined;
  }

  /** Settles the bitrate for the rest of the session and K for that of the broadcast, the first time it is asked. */
  announce(): Track {
    if (this.isMisannounced) this.#kbps = this.#ofNewSession;
    this.#kbps ??= announced(this.claimedKbps ?? this.#measuredKbps());
    this.#substreams ??= substreamsFor(this.#kbps);
    this.#cutter!.bitrateKbps = this.#kbps;
    const { init: _, protectedInit: _i, subsamples: _s, ...format } = this.#format!;
    // A session that has only begun is taken to be as the one before.
    const isMeasured = this.#measuredMs >= MEASURE_MS || this.#fps === undefined;
    this.#fps = this.frameRate ?? (isMeasured ? this.#measuredFps() : this.#fps);
    const video = this.kind === 'video' ? { frameRate: this.#fps } : {};
    return {
      track: this.number,
      kind: this.kind,
      ...format,
      ...video,
      bitrateKbps: this.#kbps,
      substreams: this.#substreams,
      sliceMs: this.#sliceMs,
    };
  }

  #measure(sample: Sample): void {
    if (this.#isOfNewSession ? this.#measuredMs >= MEASURE_AGAIN_MS : this.#kbps !== undefined) return;
    const timeMs = sample.decodeTime * 1000 / this.#format!.timescale;
    this.#bytes += sample.data.length;
    if (this.#lastMs !== undefined && !sample.gapBefore) {
      this.#measuredMs += timeMs - this.#lastMs;
      this.#intervals += 1;
    }
    this.#lastMs = timeMs;
  }

  /** This session's bitrate as it would be announced, if it is not the first and enough is known. */
  get #ofNewSession(): number | undefined {
    if (!this.#isOfNewSession) return undefined;
    const isMeasured = this.#measuredMs >= MEASURE_AGAIN_MS;
    const kbps = this.claimedKbps ?? (isMeasured ? this.#measuredKbps() : undefined);
    return kbps === undefined ? undefined : announced(kbps);
  }

  #measuredKbps(): number {
    return this.#bytes * 8 / Math.max(MEASURE_MS / 2, this.#measuredMs);
  }

  #measuredFps(): number {
    return Math.round(this.#intervals * 1000 / Math.max(1, this.#measuredMs));
  }
}

function announced(kbps: number): number {
  return Math.max(1, Math.round(kbps));
}
