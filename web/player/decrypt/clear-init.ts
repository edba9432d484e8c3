/**
 * Init segments of encrypted tracks, made clear: the sample entry gets its own name back and what speaks of protection
 * becomes `free`, so that no offset moves.
 */
import { toHex } from '../../../protocol/bytes.ts';
import type { DrmScheme } from '../../../protocol/keys.ts';
import { boxAt, boxesIn, type IsoBox, rename, viewOf } from './iso-box.ts';

/** What the tenc says (ISO/IEC 23001-7 section 8.2). */
export interface TrackCipher {
  scheme: DrmScheme;
  /** Hex. */
  keyId: string;
  /** Of each sample; 0: the constant one. */
  ivBytes: number;
  constantIv: Uint8Array<ArrayBuffer>;
  /** Blocks of 16 bytes; 0 and 0: all are encrypted. */
  encryptedBlocks: number;
  clearBlocks: number;
}

export interface ClearInit {
  bytes: Uint8Array<ArrayBuffer>;
  /** Undefined: the track is not encrypted. */
  cipher: TrackCipher | undefined;
}

const STSD = 'moov/trak/mdia/minf/stbl/stsd';
/** Bytes of a sample entry before its boxes. */
const ENTRY_BYTES: Record<string, number> = { encv: 78, enca: 28 };

/** Throws RangeError for boxes that do not add up or protection that is not known. */
export function clearInit(init: Uint8Array): ClearInit {
  const bytes = init.slice();
  const top = boxesIn(bytes);
  const stsd = boxAt(bytes, top, STSD);
  const [entry] = stsd ? boxesIn(bytes, stsd.body + 8, stsd.end) : [];
  const skip = entry && ENTRY_BYTES[entry.type];
  if (!entry || skip === undefined) return { bytes, cipher: undefined };
  const sinf = boxesIn(bytes, entry.body + skip, entry.end).find(({ type }) => type === 'sinf');
  if (!sinf) throw new RangeError('an encrypted sample entry must have a sinf');
  const inside = boxesIn(bytes, sinf.body, sinf.end);
  const cipher = cipherOf(bytes, inside);
  const format = inside.find(({ type }) => type === 'frma');
  if (!format) throw new RangeError('sinf must have a frma');
  rename(bytes, entry, String.fromCharCode(...bytes.subarray(format.body, format.body + 4)));
  rename(bytes, sinf, 'free');
  const moov = top.find(({ type }) => type === 'moov')!;
  for (const box of boxesIn(bytes, moov.body, moov.end)) if (box.type === 'pssh') rename(bytes, box, 'free');
  return { bytes, cipher };
}

function cipherOf(bytes: Uint8Array, inside: IsoBox[]): TrackCipher {
  const schm = inside.find(({ type }) => type === 'schm');
  const tenc = boxAt(bytes, inside, 'schi/tenc');
  const scheme = schm && String.fromCharCode(...bytes.subarray(schm.body + 4, schm.body + 8));
  if (!tenc || (scheme !== 'cenc' && scheme !== 'cbcs')) {
    throw new RangeError(`the protection must be cenc or cbcs with a tenc, got ${scheme}`);
  }
  const view = viewOf(bytes);
  const pattern = view.getUint8(tenc.body) === 0 ? 0 : view.getUint8(tenc.body + 5);
  const ivBytes = view.getUint8(tenc.body + 7);
  const ivAt = tenc.body + 24;
  const constantIv = ivBytes === 0 ? bytes.slice(ivAt + 1, ivAt + 1 + view.getUint8(ivAt)) : new Uint8Array();
  return {
    scheme,
    keyId: toHex(bytes.subarray(tenc.body + 8, tenc.body + 24)),
    ivBytes,
    constantIv,
    encryptedBlocks: pattern >> 4,
    clearBlocks: pattern & 15,
  };
}
