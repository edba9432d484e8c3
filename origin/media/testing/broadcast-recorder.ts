/** For tests: a packager on a clock of its own, and everything that comes out of it. */
import type { Broadcast } from '../../../protocol/broadcast.ts';
import { concatBytes } from '../../../protocol/bytes.ts';
import type { PieceFrame } from '../../../protocol/frame.ts';
import { INIT_PIECE, pieceOf, trackOf } from '../../../protocol/piece-index.ts';
import type { FlvTag } from '../../rtmp/seam.ts';
import { deriveBroadcastKey } from '../broadcast-key.ts';
import type { EncoderSession } from '../encoder-session.ts';
import { Packager, type PackagerOptions } from '../packager.ts';

export const BROADCAST_ID = '00112233445566778899aabbccddeeff';
export const EPOCH_MS = 1_700_000_000_000;

export class BroadcastRecorder {
  readonly pieces: PieceFrame[] = [];
  readonly announced: Broadcast[] = [];
  nowMs = EPOCH_MS;
  packager!: Packager;

  static async create(options: Partial<PackagerOptions> = {}): Promise<BroadcastRecorder> {
    const recorder = new BroadcastRecorder();
    recorder.packager = await Packager.create({
      broadcastId: BROADCAST_ID,
      epochMs: EPOCH_MS,
      key: await deriveBroadcastKey('a secret of the origin', 'news', BROADCAST_ID),
      windowS: 30,
      pieceMs: 100,
      resumed: false,
      nowMs: () => recorder.nowMs,
      onPiece: (piece) => recorder.pieces.push(piece),
      onTracks: (broadcast) => recorder.announced.push(broadcast),
      onError: (error) => {
        throw error;
      },
      ...options,
    });
    return recorder;
  }

  /** Feeds a session to its end; the wall clock goes with the tags. */
  async play(tags: FlvTag[]): Promise<void> {
    const session = this.packager.startSession();
    this.feed(session, tags);
    session.end();
    await this.packager.settled();
  }

  feed(session: EncoderSession, tags: FlvTag[]): void {
    let last: number | undefined;
    for (const tag of tags) {
      if (last !== undefined && tag.timestampMs > last && tag.timestampMs - last < 1000) {
        this.nowMs += tag.timestampMs - last;
      }
      last = tag.timestampMs;
      session.tag(tag);
    }
  }

  /** Pieces of one track without init segments. */
  of(track: number): PieceFrame[] {
    return this.pieces.filter(({ record }) => trackOf(record.index) === track && !isInit(record.index));
  }

  inits(track: number): PieceFrame[] {
    return this.pieces.filter(({ record }) => trackOf(record.index) === track && isInit(record.index));
  }

  /** Init segments and pieces of one track in order: a file that any player reads. */
  file(track: number): Uint8Array<ArrayBuffer> {
    const own = this.pieces.filter(({ record }) => trackOf(record.index) === track);
    return concatBytes(...own.map(({ bytes }) => bytes));
  }
}

function isInit(index: number): boolean {
  return pieceOf(index) === INIT_PIECE;
}
