/** CMAF chunks of an encrypted track: sealed samples, and in the traf how to undo it (saiz, saio, senc). */
import { concatBytes } from '../../../protocol/bytes.ts';
import { fullBox, u16, u32, u8 } from '../box.ts';
import { type BoxChunk, boxSamples } from '../chunk.ts';
import type { SampleCipher } from './sample-cipher.ts';
import type { Subsample } from './subsamples.ts';

const USES_SUBSAMPLES = 2;
/** Size, type, version and flags. */
const FULL_BOX_BYTES = 12;

/** `subsamples`: what of a sample is encrypted; undefined: all of it. */
export function protectedBoxChunk(
  cipher: SampleCipher,
  subsamples?: (data: Uint8Array) => Subsample[],
): BoxChunk {
  return (samples, sequence) => {
    const entries: Uint8Array[] = [];
    const sealed = samples.map((sample) => {
      const parts = subsamples?.(sample.data);
      const { data, iv } = cipher.seal(sample.data, parts);
      const map = parts?.map(({ clear, encrypted }) => [u16(clear), u32(encrypted)]).flat() ?? [];
      entries.push(concatBytes(iv, ...(parts ? [u16(parts.length), ...map] : [])));
      return { ...sample, data };
    });
    // Audio of `cbcs` has nothing to tell: one IV, no parts.
    if (entries.every(({ length }) => length === 0)) return boxSamples(sealed, sequence);
    return boxSamples(sealed, sequence, (at) => auxiliary(entries, at, subsamples !== undefined));
  };
}

/** `at`: where the first of these boxes begins, from the beginning of the moof. */
function auxiliary(entries: Uint8Array[], at: number, hasSubsamples: boolean): Uint8Array[] {
  const first = entries[0]!.length;
  const same = entries.every(({ length }) => length === first);
  const saiz = fullBox(
    'saiz',
    0,
    0,
    u8(same ? first : 0),
    u32(entries.length),
    ...(same ? [] : [Uint8Array.from(entries, ({ length }) => length)]),
  );
  const saioBytes = FULL_BOX_BYTES + 8;
  const firstEntry = at + saiz.length + saioBytes + FULL_BOX_BYTES + 4;
  return [
    saiz,
    fullBox('saio', 0, 0, u32(1, firstEntry)),
    fullBox('senc', 0, hasSubsamples ? USES_SUBSAMPLES : 0, u32(entries.length), ...entries),
  ];
}
