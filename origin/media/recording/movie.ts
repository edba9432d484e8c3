/**
 * The beginning of a recorded file: ftyp, one moov for all tracks, and a sidx over the whole file, so that players know
 * its length and find every segment at once (ISO/IEC 14496-12 section 8.16.3).
 */
import { concatBytes } from '../../../protocol/bytes.ts';
import { box, fullBox, u16, u32, u64, zeros } from '../box.ts';
import { boxAt, boxesIn } from './box-reader.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** A track of the file: its init segment on air, and the track id that it gets here. */
export interface MovieTrack {
  trackId: number;
  init: Uint8Array;
}

/** One entry of the sidx. */
export interface Reference {
  bytes: number;
  durationUs: number;
  /** It begins with a sync sample. */
  isIndependent: boolean;
}

/** starts_with_SAP and SAP_type 1. */
const SAP = 0x9000_0000;
const FREE_BYTES = 8;
const SIDX_BYTES = 40;

/** One moov of the tracks' own ones. */
export function movieBox(tracks: MovieTrack[]): Bytes {
  const inits = tracks.map(({ trackId, init }) => ({ trackId, init, moov: boxAt(init, ['moov'])! }));
  const parts = (type: string, inside: string[] = []) =>
    inits.flatMap(({ trackId, init, moov }) => {
      const parent = inside.length > 0 ? boxAt(init, inside, moov.body, moov.end) : moov;
      const spans = parent ? boxesIn(init, parent.body, parent.end) : [];
      return spans.filter((span) => span.type === type).map((span) => ({
        trackId,
        bytes: init.slice(span.start, span.end) as Bytes,
      }));
    });
  const header = parts('mvhd')[0]!.bytes;
  new DataView(header.buffer).setUint32(
    header.length - 4,
    Math.max(...tracks.map(({ trackId }) => trackId)) + 1,
  );
  const traks = parts('trak').map(({ trackId, bytes }) => withTrackId(bytes, 'tkhd', trackId));
  const trexes = parts('trex', ['mvex']).map(({ trackId, bytes }) => {
    new DataView(bytes.buffer).setUint32(12, trackId);
    return bytes;
  });
  return box(
    'moov',
    header,
    ...traks,
    box('mvex', ...trexes),
    ...different(parts('pssh').map(({ bytes }) => bytes)),
  );
}

/**
 * The first `size` bytes of the file, filled up with a free box. Throws RangeError when there are more references than
 * fit: see `mostReferences`.
 */
export function movieHeader(tracks: MovieTrack[], references: Reference[], size: number): Bytes {
  const head = headOf(tracks);
  const free = size - head.length - SIDX_BYTES - 12 * references.length;
  if (free < FREE_BYTES) {
    throw new RangeError(`header.references must fit into ${size} bytes, got ${references.length}`);
  }
  // Players take a sidx to count in the units of its track.
  const timescale = timescaleOf(tracks[0]!);
  const units = (us: number) => Math.round(us * timescale / 1e6);
  let atUs = 0;
  const entries = references.map(({ bytes, durationUs, isIndependent }) => {
    const duration = units(atUs + durationUs) - units(atUs);
    atUs += durationUs;
    return u32(bytes, duration, isIndependent ? SAP : 0);
  });
  const about = [u32(tracks[0]!.trackId, timescale), u64(0), u64(free), u16(0, references.length)];
  const index = fullBox('sidx', 1, 0, ...about, ...entries);
  return concatBytes(head, index, box('free', zeros(free - FREE_BYTES)));
}

/** How many references a header of this size has room for. */
export function mostReferences(tracks: MovieTrack[], size: number): number {
  return Math.min(65_535, Math.floor((size - headOf(tracks).length - SIDX_BYTES - FREE_BYTES) / 12));
}

function headOf(tracks: MovieTrack[]): Bytes {
  const [first] = tracks;
  const ftyp = boxAt(first!.init, ['ftyp'])!;
  return concatBytes(first!.init.subarray(ftyp.start, ftyp.end), movieBox(tracks));
}

/** mdhd of version 0, as this origin writes it. */
function timescaleOf({ init }: MovieTrack): number {
  const { body } = boxAt(init, ['moov', 'trak', 'mdia', 'mdhd'])!;
  return new DataView(init.buffer, init.byteOffset).getUint32(body + 12);
}

/** tkhd: the id stands after two times, of four bytes each, or eight in version 1. */
function withTrackId(trak: Bytes, type: string, trackId: number): Bytes {
  const { body } = boxAt(trak, ['trak', type])!;
  new DataView(trak.buffer).setUint32(body + (trak[body] === 1 ? 20 : 12), trackId);
  return trak;
}

function different(boxes: Bytes[]): Bytes[] {
  const seen = new Set<string>();
  return boxes.filter((one) => {
    const text = one.join();
    return !seen.has(text) && seen.add(text);
  });
}
