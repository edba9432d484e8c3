/**
 * From a frame off a link to a piece that may be stored, played and passed on: the record's signature by the
 * broadcast's key, then the piece's hash. Between the two the piece is busy: it is not asked for again.
 */
import { equalBytes } from '../../protocol/bytes.ts';
import type { PieceFrame } from '../../protocol/frame.ts';
import { signatureOf, SIGNED_RECORD_BYTES, signedPart } from '../../protocol/record.ts';
import { chain } from './maybe.ts';
import type { MaybePromise, World } from './seams.ts';

/** `failed`: the world could not tell; nobody's fault, the piece is dropped. */
export type Verdict = 'good' | 'bad-record' | 'bad-piece' | 'failed';

/** Pieces under verification at once; more are refused (they are asked for again). */
const MAX_BUSY = 64;
/** Verified records that are remembered although their piece was bad. */
const MAX_RECORDS = 32;

export class Verifier {
  #world: World;
  #publicKey: Uint8Array;
  #busy: number[] = [];
  #records: Uint8Array[] = [];

  constructor(world: World, publicKey: Uint8Array) {
    this.#world = world;
    this.#publicKey = publicKey;
  }

  isBusy(index: number): boolean {
    return this.#busy.includes(index);
  }

  get isFull(): boolean {
    return this.#busy.length >= MAX_BUSY;
  }

  /** Judges a frame. Synchronous when the world is. */
  judge(frame: PieceFrame, done: (verdict: Verdict) => void): void {
    const index = frame.record.index;
    if (frame.signed.length !== SIGNED_RECORD_BYTES) return done('bad-record');
    let verdict: MaybePromise<Verdict>;
    try {
      verdict = chain(
        this.judgeRecord(frame.signed),
        (good) => good ? this.#judgeBytes(frame) : 'bad-record' as const,
      );
    } catch {
      verdict = 'failed';
    }
    if (!(verdict instanceof Promise)) return done(verdict);
    this.#busy.push(index);
    const settle = (verdict: Verdict) => {
      this.#busy.splice(this.#busy.indexOf(index), 1);
      done(verdict);
    };
    verdict.then(settle, () => settle('failed'));
  }

  /** Whether the record is signed by the broadcast. */
  judgeRecord(signed: Uint8Array): MaybePromise<boolean> {
    if (this.#records.some((known) => known === signed || equalBytes(known, signed))) return true;
    return this.#world.verify(this.#publicKey, signedPart(signed), signatureOf(signed));
  }

  #judgeBytes(frame: PieceFrame): MaybePromise<Verdict> {
    if (frame.bytes.length !== frame.record.byteLength) return this.#badPiece(frame);
    return chain(
      this.#world.sha256(frame.bytes),
      (hash) => equalBytes(hash, frame.record.hash) ? 'good' : this.#badPiece(frame),
    );
  }

  #badPiece(frame: PieceFrame): Verdict {
    this.#records.push(frame.signed);
    if (this.#records.length > MAX_RECORDS) this.#records.shift();
    return 'bad-piece';
  }
}
