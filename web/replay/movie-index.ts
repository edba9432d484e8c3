/** Reading the beginning of a recorded file: where its init segment ends, and the sidx (ISO/IEC 14496-12 section 8.16.3). */

export interface MovieSegment {
  /** Bytes of the file; `end` is past the last one. */
  start: number;
  end: number;
  startS: number;
  endS: number;
  /** It begins with a sync sample. */
  isIndependent: boolean;
}

export interface MovieIndex {
  /** ftyp and moov. */
  initBytes: number;
  durationS: number;
  segments: MovieSegment[];
}

const SAP_MASK = 0x80000000;

/** Throws RangeError naming what is missing or malformed. */
export function readMovieIndex(bytes: Uint8Array): MovieIndex {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let initBytes = 0;
  for (let at = 0; at + 8 <= bytes.length;) {
    const size = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (size < 8 || at + size > bytes.length) {
      throw new RangeError(`header.${type} does not fit, ${size} bytes`);
    }
    if (type === 'moov') initBytes = at + size;
    if (type === 'sidx') {
      if (initBytes === 0) throw new RangeError('header.moov must come before sidx');
      return { initBytes, ...readSidx(view, at + 8, at + size) };
    }
    at += size;
  }
  throw new RangeError('header.sidx is missing');
}

function readSidx(view: DataView, body: number, end: number): Omit<MovieIndex, 'initBytes'> {
  if (view.getUint8(body) !== 1) throw new RangeError(`sidx.version must be 1, got ${view.getUint8(body)}`);
  const timescale = view.getUint32(body + 8);
  const firstOffset = Number(view.getBigUint64(body + 20));
  const count = view.getUint16(body + 30);
  if (timescale === 0 || body + 32 + 12 * count > end) {
    throw new RangeError(`sidx.count does not fit, got ${count}`);
  }
  const segments: MovieSegment[] = [];
  let [at, units] = [end + firstOffset, 0];
  for (let i = 0; i < count; i++) {
    const entry = body + 32 + 12 * i;
    const bytes = view.getUint32(entry) & ~SAP_MASK;
    const startS = units / timescale;
    units += view.getUint32(entry + 4);
    const isIndependent = (view.getUint32(entry + 8) & SAP_MASK) !== 0;
    segments.push({ start: at, end: at + bytes, startS, endS: units / timescale, isIndependent });
    at += bytes;
  }
  return { durationS: units / timescale, segments };
}

/** The segment to begin at so that `timeS` can be shown; -1 when there is none. */
export function segmentFor(segments: MovieSegment[], timeS: number): number {
  let at = segments.findLastIndex(({ startS }) => startS <= timeS);
  while (at > 0 && !segments[at]!.isIndependent) at--;
  return at;
}
