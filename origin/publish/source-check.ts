/** Pieces of another Shoal: nothing is taken that its broadcast's key did not sign, byte for byte. */
import type { Broadcast } from '../../protocol/broadcast.ts';
import { equalBytes, fromBase64Url } from '../../protocol/bytes.ts';
import type { PieceFrame } from '../../protocol/frame.ts';
import { signatureOf, signedPart } from '../../protocol/record.ts';

export type PieceCheck = (frame: PieceFrame) => Promise<boolean>;

/** Ed25519 (RFC 8032) over the record, SHA-256 over the piece, and the track must be announced. */
export async function pieceCheck({ publicKey, tracks }: Broadcast): Promise<PieceCheck> {
  const raw = fromBase64Url(publicKey);
  if (raw?.length !== 32) throw new RangeError('broadcast.publicKey must be 32 bytes');
  const key = await crypto.subtle.importKey('raw', raw, 'Ed25519', false, ['verify']);
  const known = new Set(tracks.map(({ track }) => track));
  return async ({ record, signed, bytes }) => {
    if (bytes.length !== record.byteLength || !known.has((record.index >>> 8) & 15)) return false;
    const [hash, isSigned] = await Promise.all([
      crypto.subtle.digest('SHA-256', bytes.slice()),
      crypto.subtle.verify('Ed25519', key, signatureOf(signed).slice(), signedPart(signed).slice()),
    ]);
    return isSigned && equalBytes(new Uint8Array(hash), record.hash);
  };
}
