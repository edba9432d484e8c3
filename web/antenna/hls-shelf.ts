/**
 * What one channel's HLS is made of: slots, each a segment of every track, in playing order. A slot is listed once it
 * is whole in all tracks; one that stays broken is passed by, and the next one says that the timeline breaks. A track of
 * which nothing comes any more while others go on is not waited for: its playlist has silence for as long, or gaps. One
 * media sequence over all broadcasts, so that a set-top box that was left on goes on by itself.
 *
 * Pure: it reads from a viewer and holds references to the viewer's own bytes.
 */
import type { Broadcast } from '../../protocol/broadcast.ts';
import { type ListedSegment, mainPlaylist, mediaPlaylistText } from '../../protocol/hls.ts';
import { segmentDistance } from '../../protocol/piece-index.ts';
import { RecordFlag } from '../../protocol/record.ts';
import { silentSound } from '../../protocol/silent-sound.ts';
import type { SegmentView, ShelfPiece } from '../peer/shelf.ts';
import { Silence } from '../peer/silence.ts';

/** What of a viewer this needs. */
export interface SlotSource {
  readonly broadcast: Broadcast | undefined;
  readonly tracks: number[];
  segments(track: number): SegmentView[];
  segment(track: number, segment: number): SegmentView | undefined;
  pieces(track: number, segment: number): ShelfPiece[];
  init(track: number, initSegment: number): Uint8Array | undefined;
}

/** How long a broken slot is waited for when a whole one lies behind it. */
export const HOLE_WAIT_MS = 4000;
/** Playlists begin with this many slots at hand: players start a few segments back. */
const LEAST_SLOTS = 2;
/** Segments that left the playlist are served this much longer (RFC 8216 section 6.2.2). */
const GRACE_US = 12_000_000;

interface SlotTrack {
  init: string;
  startUs: number;
  durationUs: number;
  parts: Uint8Array[];
}

interface Slot {
  sequence: number;
  /** Breaks of the timeline before it and at it. */
  discontinuities: number;
  isDiscontinuous: boolean;
  epochMs: number;
  startUs: number;
  endUs: number;
  /** Those that were there. */
  tracks: Map<number, SlotTrack>;
}

/** A slot that is whole, before it has its place. */
interface Whole {
  tracks: Map<number, SlotTrack>;
  inits: Map<string, Uint8Array>;
  isBreak: boolean;
  isEncrypted: boolean;
}

export class HlsShelf {
  /** Decode time that playlists span. */
  readonly #windowUs: number;
  #slots: Slot[] = [];
  #inits = new Map<string, Uint8Array>();
  /** Of each track, the one that it was served with last: playlists with nothing but gaps name it. */
  #lastInits = new Map<number, string>();
  #silence = new Silence();
  /** Of which nothing comes at the moment. */
  #silent: ReadonlySet<number> = new Set();
  /** Tracks that were silent, until a slot has them again. */
  #away = new Set<number>();
  #broadcast: Broadcast | undefined;
  #lastNumber: number | undefined;
  #sequence: number | undefined;
  #discontinuities = 0;
  #breakDue = false;
  #waiting: { number: number; sinceMs: number } | undefined;
  #skipped = 0;
  #encrypted = false;

  constructor(windowS: number) {
    this.#windowUs = windowS * 1e6;
  }

  /** The media is encrypted: nothing that stock players could play comes of it. */
  get isEncrypted(): boolean {
    return this.#encrypted;
  }

  /** Slots passed by because something of them never came. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Where the newest slot of the present broadcast ends, microseconds of decode time. */
  get endUs(): number | undefined {
    return this.#lastNumber === undefined ? undefined : this.#slots.at(-1)?.endUs;
  }

  get isReady(): boolean {
    return this.#slots.length >= LEAST_SLOTS;
  }

  /** Takes what has come. `nowMs`: wall clock. */
  update(source: SlotSource, nowMs: number): void {
    if (!source.broadcast) return;
    if (source.broadcast.id !== this.#broadcast?.id) this.#begin(source.broadcast);
    this.#broadcast = source.broadcast;
    this.#listen(source, nowMs);
    for (const number of this.#numbers(source)) {
      const slot = this.#read(source, number);
      if (slot) {
        this.#admit(number, slot, nowMs);
      } else {
        if (!this.#givesUp(source, number, nowMs)) break;
        this.#pass(number);
      }
    }
    this.#evict();
  }

  /** Multivariant playlist of the tracks of which there is something; undefined before there is enough. */
  main(tracks: number[]): string | undefined {
    if (!this.isReady || !this.#broadcast) return undefined;
    const listed = this.#listed();
    const taken = this.#broadcast.tracks.filter(({ track }) =>
      tracks.includes(track) && listed.some((slot) => slot.tracks.has(track))
    );
    return mainPlaylist({ ...this.#broadcast, tracks: taken });
  }

  /** Media playlist of one track; undefined when there is no such track, or not enough of it. */
  playlist(track: number): string | undefined {
    const lastInit = this.#lastInits.get(track);
    const listed = this.#listed();
    const first = listed[0];
    if (!this.isReady || !first || lastInit === undefined) return undefined;
    let init = listed.find(({ tracks }) => tracks.has(track))?.tracks.get(track)?.init ?? lastInit;
    const segments = listed.map(({ sequence, isDiscontinuous, epochMs, tracks, ...slot }): ListedSegment => {
      const own = tracks.get(track);
      init = own?.init ?? init;
      const startUs = own?.startUs ?? slot.startUs;
      return {
        uri: `${track}/${sequence}.m4s`,
        map: `${track}/${init}.init.mp4`,
        durationUs: own?.durationUs ?? slot.endUs - slot.startUs,
        dateMs: epochMs + startUs / 1000,
        isDiscontinuous,
        isGap: !own,
      };
    });
    return mediaPlaylistText(segments, first.sequence, first.discontinuities);
  }

  /** Bytes of a segment by its place in the media sequence, in parts. */
  segment(track: number, sequence: number): Uint8Array[] | undefined {
    return this.#slots.find((slot) => slot.sequence === sequence)?.tracks.get(track)?.parts;
  }

  /** An init segment by the name that playlists give it. */
  init(track: number, name: string): Uint8Array | undefined {
    return this.#inits.get(`${track}/${name}`);
  }

  #begin(broadcast: Broadcast): void {
    this.#breakDue = this.#slots.length > 0;
    this.#broadcast = broadcast;
    this.#lastNumber = undefined;
    this.#waiting = undefined;
    this.#silence = new Silence();
    this.#away.clear();
    for (const track of this.#lastInits.keys()) {
      if (!broadcast.tracks.some((one) => one.track === track)) this.#lastInits.delete(track);
    }
  }

  #listen(source: SlotSource, nowMs: number): void {
    const marks = source.tracks.map((track) => {
      const last = source.segments(track).at(-1);
      return { track, mark: `${last?.segment} ${last?.count}` };
    });
    this.#silent = this.#silence.look(marks, nowMs);
    for (const track of this.#silent) this.#away.add(track);
  }

  /** Numbers of what is here and not listed yet, in playing order. */
  #numbers(source: SlotSource): number[] {
    const numbers = new Set(
      source.tracks.flatMap((track) => source.segments(track).map((view) => view.segment)),
    );
    return [...numbers].sort((a, b) => segmentDistance(b, a))
      .filter((number) => this.#lastNumber === undefined || segmentDistance(this.#lastNumber, number) > 0);
  }

  /** All tracks of a slot, but for those that are away; undefined while something is missing. */
  #read(source: SlotSource, number: number): Whole | undefined {
    const whole: Whole = { tracks: new Map(), inits: new Map(), isBreak: false, isEncrypted: false };
    // A beginning, and what follows a hole, must be decodable by itself.
    const begins = this.#lastNumber === undefined || this.#breakDue;
    for (const track of source.tracks) {
      const view = source.segment(track, number);
      if (this.#away.has(track) && !view?.complete && (!view || this.#silent.has(track))) continue;
      if (!view?.complete || view.initSegment === undefined || view.startUs === undefined) return undefined;
      const init = source.init(track, view.initSegment);
      if (!init || (view.dependent && begins)) return undefined;
      const name = `${this.#broadcast!.id.slice(0, 8)}-${view.initSegment}`;
      const pieces = source.pieces(track, number);
      whole.inits.set(`${track}/${name}`, init);
      whole.isEncrypted ||= pieces.some(({ record }) => (record.flags & RecordFlag.encrypted) !== 0);
      whole.isBreak ||= view.discontinuity;
      whole.tracks.set(track, {
        init: name,
        startUs: view.startUs,
        durationUs: view.endUs! - view.startUs,
        parts: pieces.map(({ bytes }) => bytes),
      });
    }
    return whole.tracks.size > 0 ? whole : undefined;
  }

  #admit(number: number, { tracks, inits, isBreak, isEncrypted }: Whole, nowMs: number): void {
    this.#sequence = this.#sequence === undefined ? Math.floor(nowMs / 2000) : this.#sequence + 1;
    const isDiscontinuous = (this.#breakDue || isBreak) && this.#slots.length > 0;
    if (isDiscontinuous) this.#discontinuities++;
    this.#breakDue = false;
    this.#waiting = undefined;
    this.#lastNumber = number;
    this.#encrypted = isEncrypted;
    for (const [name, init] of inits) this.#inits.set(name, init);
    for (const [track, { init }] of tracks) {
      this.#lastInits.set(track, init);
      this.#away.delete(track);
    }
    const each = [...tracks.values()];
    const startUs = Math.min(...each.map((one) => one.startUs));
    const endUs = Math.max(...each.map((one) => one.startUs + one.durationUs));
    for (const track of this.#away) this.#fill(tracks, track, { startUs, endUs, isDiscontinuous });
    this.#slots.push({
      sequence: this.#sequence,
      discontinuities: this.#discontinuities,
      isDiscontinuous,
      epochMs: this.#broadcast!.epochMs,
      startUs,
      endUs,
      tracks,
    });
  }

  /** Sound that is away is silence; it goes on where the sound before it ended. */
  #fill(
    tracks: Map<number, SlotTrack>,
    track: number,
    { startUs, endUs, isDiscontinuous }: Pick<Slot, 'startUs' | 'endUs' | 'isDiscontinuous'>,
  ): void {
    const { id, tracks: all } = this.#broadcast!;
    const one = all.find((each) => each.track === track);
    const init = this.#lastInits.get(track);
    if (!one || !init?.startsWith(id.slice(0, 8))) return;
    const before = this.#slots.at(-1)?.tracks.get(track);
    const fromUs = before && !isDiscontinuous ? before.startUs + before.durationUs : startUs;
    const sound = silentSound(one, fromUs, endUs);
    if (sound) {
      tracks.set(track, { init, startUs: fromUs, durationUs: sound.durationUs, parts: [sound.bytes] });
    }
  }

  /** Whether a slot that is not whole is to be passed by: a later one is, and this one was waited for. */
  #givesUp(source: SlotSource, number: number, nowMs: number): boolean {
    const later = this.#numbers(source).some((other) =>
      segmentDistance(number, other) > 0 && this.#read(source, other) !== undefined
    );
    if (!later) return false;
    if (this.#lastNumber === undefined) return true;
    if (this.#waiting?.number !== number) this.#waiting = { number, sinceMs: nowMs };
    return nowMs - this.#waiting.sinceMs >= HOLE_WAIT_MS;
  }

  #pass(number: number): void {
    if (this.#lastNumber === undefined) return;
    this.#lastNumber = number;
    this.#breakDue = true;
    this.#waiting = undefined;
    this.#skipped++;
  }

  /** Slots within the window, newest ones. */
  #listed(): Slot[] {
    return this.#slots.slice(this.#firstWithin(this.#windowUs));
  }

  #firstWithin(limitUs: number): number {
    let heldUs = 0;
    for (let at = this.#slots.length - 1; at >= 0; at--) {
      heldUs += Math.max(...[...this.#slots[at]!.tracks.values()].map(({ durationUs }) => durationUs));
      if (heldUs > limitUs && this.#slots.length - at > LEAST_SLOTS) return at + 1;
    }
    return 0;
  }

  #evict(): void {
    this.#slots.splice(0, this.#firstWithin(this.#windowUs + GRACE_US));
    const needed = new Set([
      ...[...this.#lastInits].map(([track, init]) => `${track}/${init}`),
      ...this.#slots.flatMap(({ tracks }) => [...tracks].map(([track, { init }]) => `${track}/${init}`)),
    ]);
    for (const name of this.#inits.keys()) if (!needed.has(name)) this.#inits.delete(name);
  }
}
