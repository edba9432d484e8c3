/** CMAF chunks put into a file of several tracks: other track id, own count, and times from the file's beginning. */
import { boxAt, boxesIn } from './box-reader.ts';

/**
 * Changes whole chunks (moof and mdat) in place. `shift` in units of the track is taken from each decode time. Answers
 * the next sequence number. The data and its encryption are not touched.
 */
export function placeFragments(chunks: Uint8Array, trackId: number, shift: number, sequence: number): number {
  const view = new DataView(chunks.buffer, chunks.byteOffset, chunks.byteLength);
  let next = sequence;
  for (const moof of boxesIn(chunks)) {
    if (moof.type !== 'moof') continue;
    const at = (...path: string[]) => boxAt(chunks, path, moof.body, moof.end)!.body;
    view.setUint32(at('mfhd') + 4, next++);
    view.setUint32(at('traf', 'tfhd') + 4, trackId);
    const time = at('traf', 'tfdt') + 4;
    const moved = view.getBigUint64(time) - BigInt(shift);
    view.setBigUint64(time, moved < 0n ? 0n : moved);
  }
  return next;
}
