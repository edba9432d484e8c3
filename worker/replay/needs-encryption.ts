/** Why a channel is not recorded although somebody asked for it. */
import { Failure } from '../failure.ts';

/** A replay is open to everybody who has its torrent; what is watched by token must be ciphertext there. */
export function needsEncryption(): Failure {
  return new Failure(
    409,
    'needs-encryption',
    'a replay is open to everybody who has its torrent: a channel with access by token must be encrypted (drm) to be recorded',
  );
}
