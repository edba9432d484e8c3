/** Boxes of an init segment that say how and with which key a track is encrypted (ISO/IEC 23001-7 section 8.2). */
import type { DrmScheme } from '../../../protocol/keys.ts';
import { ascii, box, fullBox, u32, u8 } from '../box.ts';

export interface InitProtection {
  scheme: DrmScheme;
  /** 16 bytes. */
  keyId: Uint8Array;
  /** Of `cbcs`, 16 bytes. */
  constantIv: Uint8Array;
}

/** Length of an IV in the senc of `cenc`. */
export const IV_BYTES = 8;
const SCHEME_VERSION = 0x1_0000;
/** crypt_byte_block and skip_byte_block: 1 and 9; audio is encrypted as a whole, 0 and 0. */
const PATTERN = { video: 0x19, audio: 0 };

/** `format`: the sample entry that `encv` or `enca` stands in the place of. */
export function sinf(format: 'avc1' | 'mp4a', { scheme, keyId, constantIv }: InitProtection): Uint8Array {
  const tenc = scheme === 'cenc' ? fullBox('tenc', 0, 0, u8(0, 0, 1, IV_BYTES), keyId) : fullBox(
    'tenc',
    1,
    0,
    u8(0, format === 'avc1' ? PATTERN.video : PATTERN.audio, 1, 0),
    keyId,
    u8(constantIv.length),
    constantIv,
  );
  return box(
    'sinf',
    box('frma', ascii(format)),
    fullBox('schm', 0, 0, ascii(scheme), u32(SCHEME_VERSION)),
    box('schi', tenc),
  );
}
