/**
 * One broadcast: encoder sessions go in, one after the other, signed pieces come out, and the window is held here.
 * Knows no socket and no clock but the one it is given.
 */
import { type Broadcast, infoHashFor, type Track } from '../../protocol/broadcast.ts';
import type { PieceFrame } from '../../protocol/frame.ts';
import type { Rung } from '../../protocol/ladder.ts';
import { audioSliceMs, SEGMENT_MS } from '../../protocol/piece-index.ts';
import { UnsupportedMedia } from '../rtmp/seam.ts';
import type { BroadcastKey } from './broadcast-key.ts';
import type { KeySchedule } from './cenc/key-schedule.ts';
import { type BoxChunk, boxChunk } from './chunk.ts';
import { EncoderSession } from './encoder-session.ts';
import { Ladder, type LadderTrack } from './ladder/ladder.ts';
import type { StartTranscoder } from './ladder/transcoder.ts';
import { PieceSealer } from './piece-sealer.ts';
import { PieceWindow } from './piece-window.ts';
import { TrackSlot } from './track-slot.ts';

export interface PackagerOptions {
  broadcastId: string;
  /** Wall clock at decode time 0, milliseconds since 1970. */
  epochMs: number;
  key: BroadcastKey;
  windowS: number;
  /** Target duration of a video piece. */
  pieceMs: number;
  /** Another process has cut pieces of this broadcast before: their segment numbers are not used again. */
  resumed: boolean;
  /** What that process announced. */
  tracks?: Track[];
  /** Wall clock, milliseconds since 1970. */
  nowMs: () => number;
  onPiece: (piece: PieceFrame) => void;
  /** The broadcast can be announced, or its tracks have changed. */
  onTracks: (broadcast: Broadcast) => void;
  /** Hashing, signing or a receiver failed: nothing more comes out. */
  onError: (error: unknown) => void;
  boxChunk?: BoxChunk;
  /** Of a protected channel: nothing comes out that is not encrypted with these. */
  keys?: KeySchedule;
  /** Lower renditions, and who makes them. */
  ladder?: { rungs: readonly Rung[]; start: StartTranscoder };
}

const VIDEO_TRACK = 0;
const AUDIO_TRACK = 1;
const FIRST_RENDITION_TRACK = 2;
/** Whether a track is a lower rendition of the source. */
export function isRendition(track: number): boolean {
  return track >= FIRST_RENDITION_TRACK;
}

/** The broadcast is announced at this much media, whatever is still unknown. */
const ANNOUNCE_BY_MS = 2000;
/** Without metadata: a second track may still come within this. */
const BOTH_TRACKS_WITHIN_MS = 1500;
/** Segment numbers may run ahead of their slots by this much (forced cuts); beyond it pieces come too fast. */
const MAX_SLOTS_AHEAD = 30;

export class Packager {
  readonly window: PieceWindow;
  readonly video: TrackSlot;
  readonly audio: TrackSlot;
  readonly #renditions: LadderTrack[];
  readonly #options: PackagerOptions;
  readonly #infoHash: string;
  readonly #sealer: PieceSealer;
  #broadcast: Broadcast | undefined;
  #highestSegment: number;
  #sessions = 0;
  #ladder: Ladder | undefined;

  private constructor(options: PackagerOptions, infoHash: string) {
    this.#options = options;
    this.#infoHash = infoHash;
    this.window = new PieceWindow(options.windowS);
    this.#sealer = new PieceSealer(options.key, (piece) => {
      this.window.add(piece);
      options.onPiece(piece);
    });
    const box = options.boxChunk ?? boxChunk;
    const seal = this.#sealer.seal.bind(this.#sealer);
    this.video = new TrackSlot(VIDEO_TRACK, 'video', options.pieceMs, box, seal, options.keys);
    const audioMs = audioSliceMs(options.pieceMs);
    this.audio = new TrackSlot(AUDIO_TRACK, 'audio', audioMs, box, seal, options.keys);
    this.#renditions = (options.ladder?.rungs ?? []).map((rung, i) => {
      const number = FIRST_RENDITION_TRACK + i;
      const slot = new TrackSlot(number, 'video', options.pieceMs, box, seal, options.keys);
      slot.claimedKbps = rung.kbps;
      return { ...rung, slot };
    });
    for (const announced of options.tracks ?? []) {
      this.#slots().find(({ number }) => number === announced.track)?.settle(announced);
    }
    this.#highestSegment = options.resumed ? slotOf(this.elapsedMs()) + 1 : -1;
  }

  static async create(options: PackagerOptions): Promise<Packager> {
    return new Packager(options, await infoHashFor(options.key.publicKey, options.broadcastId));
  }

  /** What was announced last; undefined before there is enough media. */
  get broadcast(): Broadcast | undefined {
    return this.#broadcast;
  }

  /** Wall clock since the broadcast's time zero. */
  elapsedMs(): number {
    return this.#options.nowMs() - this.#options.epochMs;
  }

  /** End of the newest sample of any track. */
  get endMs(): number {
    return Math.max(this.video.endMs, this.audio.endMs);
  }

  get highestSegment(): number {
    return this.#highestSegment;
  }

  /** Begins an encoder's session; the one before must have ended. */
  startSession(): EncoderSession {
    const follows = this.#sessions > 0 || this.#options.resumed;
    this.#sessions += 1;
    if (follows) { for (const slot of [this.video, this.audio]) slot.renew(); }
    return new EncoderSession(this, follows);
  }

  /** The lower renditions of a session; those of the session before end. */
  startLadder(frameMs: () => number): Ladder | undefined {
    this.endLadder();
    const { ladder, nowMs } = this.#options;
    this.#ladder = ladder && new Ladder({
      tracks: this.#renditions,
      start: ladder.start,
      nowMs,
      takeSegment: (timeMs) => this.takeSegment(timeMs),
      frameMs,
      took: () => this.watch(),
    });
    return this.#ladder;
  }

  /** Nothing more comes of lower renditions, until another session begins. */
  endLadder(): void {
    this.#ladder?.close();
  }

  /** The next free segment number for a segment that begins at `timeMs`. Throws UnsupportedMedia. */
  takeSegment(timeMs: number): number {
    const slot = slotOf(timeMs);
    const segment = Math.max(slot, this.#highestSegment + 1);
    if (segment > slot + MAX_SLOTS_AHEAD) {
      throw new UnsupportedMedia('segments come too fast: lower the bitrate, and check the timestamps');
    }
    this.#highestSegment = segment;
    return segment;
  }

  /** Whether a segment that begins at `timeMs` has a slot of its own. */
  isSlotFree(timeMs: number): boolean {
    return slotOf(timeMs) > this.#highestSegment;
  }

  /** Announces the broadcast once enough is known, and again when a track joins or a later session has another bitrate. */
  considerAnnouncing(expects: { video?: boolean; audio?: boolean; renditions: boolean }): void {
    const present = this.#tracksWithMedia();
    if (present.length === 0) return;
    if (present.length === this.#broadcast?.tracks.length) {
      if (present.some((slot) => slot.isMisannounced)) this.announce();
      return;
    }
    if (expects.renditions) return;
    const mediaMs = Math.max(...present.map((slot) => slot.measuredMs));
    if (mediaMs < ANNOUNCE_BY_MS) {
      if (!present.every((slot) => slot.isMeasured)) return;
      const allHere = [this.video, this.audio].every((slot) =>
        slot.hasMedia || (expects[slot.kind] ?? mediaMs < BOTH_TRACKS_WITHIN_MS) === false
      );
      if (!allHere) return;
    }
    this.announce();
  }

  announce(): void {
    for (const { slot } of this.#renditions) slot.frameRate ??= this.video.frameRate;
    const tracks: Track[] = this.#tracksWithMedia().map((slot) => slot.announce());
    this.#broadcast = {
      id: this.#options.broadcastId,
      infoHash: this.#infoHash,
      publicKey: this.#options.key.publicKey,
      epochMs: this.#options.epochMs,
      tracks,
      ...(this.#options.keys ? { drm: this.#options.keys.scheme } : {}),
    };
    this.#options.onTracks(this.#broadcast);
  }

  /** Watches over what is being signed; called after media went in. */
  watch(): void {
    this.#sealer.settled().catch(this.#options.onError);
  }

  /** Resolves when every piece cut so far is in the window. */
  settled(): Promise<void> {
    return this.#sealer.settled();
  }

  #tracksWithMedia(): TrackSlot[] {
    return this.#slots().filter((slot) => slot.hasMedia);
  }

  /** The source comes first: players that choose nothing play it. */
  #slots(): TrackSlot[] {
    return [this.video, this.audio, ...this.#renditions.map(({ slot }) => slot)];
  }
}

function slotOf(timeMs: number): number {
  return Math.floor(timeMs / SEGMENT_MS);
}
