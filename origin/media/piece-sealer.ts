/** Hashes and signs pieces. Both are asynchronous; pieces come out in the order in which they went in. */
import { concatBytes } from '../../protocol/bytes.ts';
import { encodeRecord, type PieceRecord } from '../../protocol/record.ts';
import type { PieceFrame } from '../../protocol/frame.ts';
import type { BroadcastKey } from './broadcast-key.ts';
import type { PieceDraft } from './track-cutter.ts';

export class PieceSealer {
  readonly #key: BroadcastKey;
  readonly #onPiece: (piece: PieceFrame) => void;
  #tail: Promise<void> = Promise.resolve();

  constructor(key: BroadcastKey, onPiece: (piece: PieceFrame) => void) {
    this.#key = key;
    this.#onPiece = onPiece;
  }

  seal(draft: PieceDraft): void {
    this.#tail = Promise.all([this.#seal(draft), this.#tail]).then(([piece]) => this.#onPiece(piece));
  }

  /** Resolves when all that was given so far has come out; rejects when hashing, signing or the receiver failed. */
  settled(): Promise<void> {
    return this.#tail;
  }

  async #seal({ bytes, ...rest }: PieceDraft): Promise<PieceFrame> {
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    const record: PieceRecord = { ...rest, byteLength: bytes.length, hash };
    const encoded = encodeRecord(record);
    return { record, signed: concatBytes(encoded, await this.#key.sign(encoded)), bytes };
  }
}
