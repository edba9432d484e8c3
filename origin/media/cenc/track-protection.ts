/** Which key the segments of one track are encrypted with: a new init segment and boxer whenever that changes. */
import { equalBytes } from '../../../protocol/bytes.ts';
import type { BoxChunk } from '../chunk.ts';
import type { ContentKey } from './content-key.ts';
import type { KeySchedule } from './key-schedule.ts';
import { protectedBoxChunk } from './protected-chunk.ts';
import { SampleCipher } from './sample-cipher.ts';
import type { InitProtection } from './sinf.ts';
import type { Subsample } from './subsamples.ts';

/** What encryption has to know of a codec's configuration. */
export interface Protectable {
  protectedInit: (protection: InitProtection) => Uint8Array<ArrayBuffer>;
  /** Finds what of a sample is encrypted; absent: all of it. */
  subsamples?: (wholeBlocks: boolean) => (data: Uint8Array) => Subsample[];
}

/** What a segment and those after it are cut with. */
export interface Sealing {
  init: Uint8Array<ArrayBuffer>;
  boxChunk: BoxChunk;
}

export class TrackProtection {
  readonly #keys: KeySchedule;
  #key: ContentKey | undefined;

  constructor(keys: KeySchedule) {
    this.#keys = keys;
  }

  /** For a segment that begins now; undefined: as the one before it, unless `anew`. */
  next(format: Protectable, anew: boolean): Sealing | undefined {
    const key = this.#keys.current();
    if (!anew && this.#key && equalBytes(key.id, this.#key.id)) return undefined;
    this.#key = key;
    const { scheme } = this.#keys;
    const cipher = new SampleCipher(scheme, key.key);
    const { constantIv } = cipher;
    return {
      init: format.protectedInit({ scheme, keyId: key.id, constantIv }),
      boxChunk: protectedBoxChunk(cipher, format.subsamples?.(scheme === 'cenc')),
    };
  }
}
