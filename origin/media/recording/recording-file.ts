/**
 * A recording as one file that plays while it is downloaded: the header fills the first torrent piece and is written
 * last, since it knows every segment; after it come the chunks of the broadcast as they were on air, slot by slot,
 * with their times counted from the file's beginning and without the gaps that an encoder's absence left.
 *
 * Encrypted slots begin with a moov of their own, for the key id of their period: the chunks stay as they are.
 */
import type { Track } from '../../../protocol/broadcast.ts';
import { concatBytes, equalBytes } from '../../../protocol/bytes.ts';
import { placeFragments } from './fragments.ts';
import { mostReferences, movieBox, movieHeader, type MovieTrack, type Reference } from './movie.ts';
import type { Slot } from './slots.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export interface RecordingFileOptions {
  tracks: Track[];
  /** The init segment that records of a track name. */
  init: (track: number, initSegment: number) => Uint8Array | undefined;
  headerBytes: number;
}

/** `other`: it needs another file, since a track changed its format, joined, or this one is full. */
export type Written = { bytes: Bytes } | 'other' | 'nothing';

export class RecordingFile {
  readonly #options: RecordingFileOptions;
  readonly #references: Reference[] = [];
  #movie: MovieTrack[] = [];
  /** As it was at the beginning: the header's. */
  #first: MovieTrack[] = [];
  #trackIds = new Map<number, number>();
  #most = 0;
  #sequence = 1;
  #shiftUs = 0;
  /** End of what is written, on the broadcast's timeline. */
  #endUs: number | undefined;
  /** Beginning of the newest slot, on the file's timeline. */
  #startUs = 0;
  #encrypted = false;

  constructor(options: RecordingFileOptions) {
    this.#options = options;
  }

  get isEncrypted(): boolean {
    return this.#encrypted;
  }

  get durationMs(): number {
    return Math.round(this.#references.reduce((sum, { durationUs }) => sum + durationUs, 0) / 1000);
  }

  /** RFC 6381, with commas between the tracks. */
  get codecs(): string {
    const { tracks } = this.#options;
    return tracks.filter(({ track }) => this.#trackIds.has(track)).map(({ codec }) => codec).join(',');
  }

  write(slot: Slot): Written {
    const inits = slot.tracks.map(({ track, initSegment }) => ({
      track,
      init: this.#options.init(track, initSegment),
    }));
    if (inits.some(({ init }) => !init)) return 'nothing';
    if (this.#movie.length === 0) this.#begin(slot, inits as { track: number; init: Uint8Array }[]);
    const movie = inits.map(({ track, init }) => ({ trackId: this.#trackIds.get(track) ?? 0, init: init! }));
    if (movie.some(({ trackId }) => trackId === 0) || this.#references.length >= this.#most) return 'other';
    const isSame = movie.every(({ trackId, init }) =>
      equalBytes(init, this.#movie.find((one) => one.trackId === trackId)!.init)
    );
    if (!isSame && !(slot.isEncrypted && this.#encrypted)) return 'other';
    for (const one of movie) {
      this.#movie = this.#movie.map((old) => (old.trackId === one.trackId ? one : old));
    }
    this.#place(slot);
    const parts = slot.tracks.map(({ track, pieces }) => {
      const chunks = concatBytes(...pieces.map(({ bytes }) => bytes));
      const { timescale } = this.#options.tracks.find((one) => one.track === track)!;
      const shift = Math.round(this.#shiftUs * timescale / 1e6);
      this.#sequence = placeFragments(chunks, this.#trackIds.get(track)!, shift, this.#sequence);
      return chunks;
    });
    const bytes = concatBytes(...(slot.isEncrypted ? [movieBox(this.#movie)] : []), ...parts);
    this.#references.push({
      bytes: bytes.length,
      durationUs: slot.endUs - slot.startUs,
      isIndependent: !slot.isDependent,
    });
    this.#startUs = slot.startUs - this.#shiftUs;
    return { bytes };
  }

  /** The first bytes of the file, once everything is written. Undefined when nothing is. */
  header(): Bytes | undefined {
    if (this.#references.length === 0) return undefined;
    return movieHeader(this.#first, this.#references, this.#options.headerBytes);
  }

  #begin(slot: Slot, inits: { track: number; init: Uint8Array }[]): void {
    this.#encrypted = slot.isEncrypted;
    this.#trackIds = new Map(inits.map(({ track }, at) => [track, at + 1]));
    this.#movie = inits.map(({ init }, at) => ({ trackId: at + 1, init }));
    this.#first = this.#movie;
    this.#most = mostReferences(this.#movie, this.#options.headerBytes);
    this.#shiftUs = slot.startUs;
  }

  /** A gap on the timeline is left out of the file. What came before ends where this begins. */
  #place(slot: Slot): void {
    if (this.#endUs !== undefined && slot.isDiscontinuous) this.#shiftUs += slot.startUs - this.#endUs;
    this.#endUs = slot.endUs;
    const last = this.#references.at(-1);
    if (last) last.durationUs = Math.max(0, slot.startUs - this.#shiftUs - this.#startUs);
  }
}
