/** Where the encrypted bytes of a chunk lie: from its trun and senc (ISO/IEC 23001-7 section 7.2). */
import { boxesIn, type IsoBox, rename, viewOf } from './iso-box.ts';

/** A run of encrypted bytes, offsets within the chunk. */
export interface Run {
  at: number;
  end: number;
}

export interface EncryptedSample {
  /** Empty where the track has a constant one. */
  iv: Uint8Array;
  runs: Run[];
}

const TRUN = {
  dataOffset: 0x1,
  firstFlags: 0x4,
  duration: 0x100,
  size: 0x200,
  flags: 0x400,
  composition: 0x800,
};
const HAS_SUBSAMPLES = 2;
const MAX_SAMPLES = 10_000;

/**
 * The encrypted samples of a moof with its mdat. What speaks of protection is renamed to `free` on the way. Throws
 * RangeError when the boxes do not fit each other.
 */
export function mapSamples(chunk: Uint8Array, ivBytes: number): EncryptedSample[] {
  const top = boxesIn(chunk);
  const moof = top.find(({ type }) => type === 'moof');
  const traf = moof && boxesIn(chunk, moof.body, moof.end).find(({ type }) => type === 'traf');
  const inside = traf ? boxesIn(chunk, traf.body, traf.end) : [];
  const trun = inside.find(({ type }) => type === 'trun');
  if (!moof || !trun) throw new RangeError('a chunk must have a moof with a trun');
  const senc = inside.find(({ type }) => type === 'senc');
  const sizes = sizesOf(chunk, trun);
  let at = moof.at + sizes.dataOffset;
  let entryAt = senc ? senc.body + 8 : 0;
  const view = viewOf(chunk);
  const hasParts = senc !== undefined && (view.getUint32(senc.body) & HAS_SUBSAMPLES) !== 0;
  if (senc && view.getUint32(senc.body + 4) !== sizes.samples.length) {
    throw new RangeError('senc.sample_count must be that of the trun');
  }
  const found = sizes.samples.map((size) => {
    const end = at + size;
    if (end > chunk.length) throw new RangeError('a sample must lie within its chunk');
    const iv = senc ? chunk.slice(entryAt, entryAt += ivBytes) : new Uint8Array();
    const runs: Run[] = [];
    if (!hasParts) runs.push({ at, end });
    else {
      const count = view.getUint16(entryAt);
      entryAt += 2;
      let partAt = at;
      for (let i = 0; i < count; i++, entryAt += 6) {
        const runAt = partAt + view.getUint16(entryAt);
        partAt = runAt + view.getUint32(entryAt + 2);
        if (partAt > end) throw new RangeError('subsamples must fit their sample');
        if (partAt > runAt) runs.push({ at: runAt, end: partAt });
      }
    }
    at = end;
    return { iv, runs };
  });
  for (const box of inside) if (['saiz', 'saio', 'senc'].includes(box.type)) rename(chunk, box, 'free');
  return found;
}

function sizesOf(chunk: Uint8Array, trun: IsoBox): { dataOffset: number; samples: number[] } {
  const view = viewOf(chunk);
  const flags = view.getUint32(trun.body) & 0xffffff;
  const count = view.getUint32(trun.body + 4);
  if ((flags & TRUN.dataOffset) === 0 || (flags & TRUN.size) === 0 || count > MAX_SAMPLES) {
    throw new RangeError('a trun must have an offset and a size for each of its samples');
  }
  let at = trun.body + 12 + (flags & TRUN.firstFlags ? 4 : 0);
  const before = flags & TRUN.duration ? 4 : 0;
  const after = (flags & TRUN.flags ? 4 : 0) + (flags & TRUN.composition ? 4 : 0);
  const samples = Array.from({ length: count }, () => {
    const size = view.getUint32(at + before);
    at += before + 4 + after;
    return size;
  });
  return { dataOffset: view.getInt32(trun.body + 8), samples };
}
