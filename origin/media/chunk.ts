/** CMAF chunks: moof and mdat of one track (ISO/IEC 14496-12 section 8.8, ISO/IEC 23000-19 section 7.3.2.3). */
import { box, fullBox, u32, u64 } from './box.ts';
import { DELTA_SAMPLE_FLAGS, SYNC_SAMPLE_FLAGS, TRACK_ID } from './init-segment.ts';
import type { TimedSample } from './sample.ts';

/**
 * Boxes the samples of one chunk. The seam for encryption: who has a key gives the cutter another boxer, which
 * changes the samples and adds boxes to the traf.
 */
export type BoxChunk = (samples: TimedSample[], sequence: number) => Uint8Array<ArrayBuffer>;

/** The boxer of clear media. `sequence` grows from chunk to chunk. */
export const boxChunk: BoxChunk = (samples, sequence) => boxSamples(samples, sequence);

/** `extra`: boxes for the end of the traf, told where the first one begins, counted from the moof. */
export function boxSamples(
  samples: TimedSample[],
  sequence: number,
  extra: (at: number) => Uint8Array[] = () => [],
): Uint8Array<ArrayBuffer> {
  const first = samples[0];
  if (!first) throw new RangeError('chunk.samples must not be empty');
  const bare = moof(samples, first, sequence, 0, []).length;
  const boxes = extra(bare);
  const headBytes = bare + boxes.reduce((sum, one) => sum + one.length, 0);
  const dataBytes = samples.reduce((sum, sample) => sum + sample.data.length, 0);
  const chunk = new Uint8Array(headBytes + 8 + dataBytes);
  chunk.set(moof(samples, first, sequence, headBytes + 8, boxes));
  chunk.set(box('mdat'), headBytes);
  new DataView(chunk.buffer).setUint32(headBytes, 8 + dataBytes);
  let at = headBytes + 8;
  for (const sample of samples) {
    chunk.set(sample.data, at);
    at += sample.data.length;
  }
  return chunk;
}

const TFHD = { duration: 0x8, flags: 0x20, baseIsMoof: 0x2_0000 };
const TRUN = {
  dataOffset: 0x1,
  firstFlags: 0x4,
  duration: 0x100,
  size: 0x200,
  flags: 0x400,
  composition: 0x800,
};

/** Fields that all samples share stand once in the tfhd; the rest in the trun. */
function moof(
  samples: TimedSample[],
  first: TimedSample,
  sequence: number,
  dataOffset: number,
  extra: Uint8Array[],
): Uint8Array {
  const oneDuration = samples.every((sample) => sample.duration === first.duration);
  const restIsDelta = samples.every((sample, i) => i === 0 || !sample.sync);
  const oneSync = samples.every((sample) => sample.sync === first.sync);
  const perSampleFlags = !oneSync && !restIsDelta;
  const composition = samples.some((sample) => sample.compositionOffset !== 0);
  const defaultFlags = oneSync && first.sync ? SYNC_SAMPLE_FLAGS : DELTA_SAMPLE_FLAGS;
  const tfhd = fullBox(
    'tfhd',
    0,
    TFHD.baseIsMoof | TFHD.flags | (oneDuration ? TFHD.duration : 0),
    u32(TRACK_ID, ...(oneDuration ? [first.duration] : []), defaultFlags),
  );
  const fields: number[] = [samples.length, dataOffset];
  if (!oneSync && restIsDelta) fields.push(SYNC_SAMPLE_FLAGS);
  for (const sample of samples) {
    if (!oneDuration) fields.push(sample.duration);
    fields.push(sample.data.length);
    if (perSampleFlags) fields.push(sample.sync ? SYNC_SAMPLE_FLAGS : DELTA_SAMPLE_FLAGS);
    if (composition) fields.push(sample.compositionOffset);
  }
  const flags = TRUN.dataOffset | TRUN.size | (oneDuration ? 0 : TRUN.duration) |
    (!oneSync && restIsDelta ? TRUN.firstFlags : 0) | (perSampleFlags ? TRUN.flags : 0) |
    (composition ? TRUN.composition : 0);
  return box(
    'moof',
    fullBox('mfhd', 0, 0, u32(sequence)),
    box(
      'traf',
      tfhd,
      fullBox('tfdt', 1, 0, u64(first.decodeTime)),
      fullBox('trun', 1, flags, u32(...fields)),
      ...extra,
    ),
  );
}
