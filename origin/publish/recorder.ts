/**
 * Records a channel while its setting says so: pieces become a file (media/recording), the file goes to the edge in
 * chunks as it grows. Another format of picture or sound begins another recording.
 */
import type { Broadcast } from '../../protocol/broadcast.ts';
import { toBase64Url, toHex } from '../../protocol/bytes.ts';
import type { PieceFrame } from '../../protocol/frame.ts';
import { INIT_PIECE, packIndex, pieceOf } from '../../protocol/piece-index.ts';
import { REPLAY_CHUNK_BYTES, REPLAY_PIECE_BYTES } from '../../protocol/replay.ts';
import { Chunks } from '../media/recording/chunks.ts';
import { RecordingFile } from '../media/recording/recording-file.ts';
import { type Slot, Slots } from '../media/recording/slots.ts';
import type { Log } from './log.ts';
import { RecordingUpload } from './recording-upload.ts';

export interface RecorderOptions {
  edgeUrl: string;
  secret: string;
  originId: string;
  channel: string;
  log: Log;
  /** Retries of the upload begin with this pause. */
  firstPauseMs?: number;
  /** How much of the upload may wait (recording-upload.ts). */
  mostWaiting?: number;
}

/** One file in the making. */
interface Take {
  id: string;
  file: RecordingFile;
  chunks: Chunks;
  upload: RecordingUpload;
  started: boolean;
}

/** Init segments that are remembered: those of the slots in the making, with room to spare. */
const MOST_INITS = 64;
/** When the process stops, the end of a recording gets this long to reach the edge. */
const FINISH_MS = 4000;

export class Recorder {
  readonly #options: RecorderOptions;
  #broadcast: Broadcast | undefined;
  #inits = new Map<number, Uint8Array>();
  #slots: Slots | undefined;
  #take: Take | undefined;
  #on = false;
  #refused = false;
  #ending = new Set<Promise<unknown>>();

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** Whether a file is in the making. */
  get isRecording(): boolean {
    return this.#take?.started ?? false;
  }

  /** What is recorded: known when the broadcast is announced, and again when a track joins. */
  announce(broadcast: Broadcast): void {
    this.#broadcast = broadcast;
    if (!this.#slots) return;
    this.#slots.tracks = broadcast.tracks.map(({ track }) => track);
    this.#slots.main = mainTrack(broadcast);
  }

  /** The channel's setting. Off: what is recorded ends here and becomes a replay. */
  set(on: boolean): void {
    if (on === this.#on) return;
    this.#on = on;
    this.#refused = false;
    if (!on) this.#end();
  }

  /** Never throws: a recording that fails ends, the broadcast goes on. */
  piece(piece: PieceFrame): void {
    try {
      this.#piece(piece);
    } catch (error) {
      this.#refused = true;
      const why = error instanceof Error ? error.message : String(error);
      this.#options.log('error', 'recording failed', { channel: this.#options.channel, why });
      if (this.#take) this.#finish(this.#take, 'the origin failed to record what follows');
    }
  }

  #piece(piece: PieceFrame): void {
    const { index } = piece.record;
    if (pieceOf(index) === INIT_PIECE) this.#keepInit(index, piece.bytes);
    if (!this.#on || this.#refused || !this.#broadcast) return;
    const { tracks } = this.#broadcast;
    this.#slots ??= new Slots(tracks.map(({ track }) => track), mainTrack(this.#broadcast));
    for (const slot of this.#slots.push(piece)) this.#write(slot);
  }

  /** The broadcast is over. */
  end(): void {
    this.#end();
  }

  /** Ends, and waits a moment for the edge to have all of it. */
  async close(): Promise<void> {
    this.#end(FINISH_MS);
    await Promise.allSettled(this.#ending);
  }

  #keepInit(index: number, bytes: Uint8Array): void {
    this.#inits.set(index, bytes);
    if (this.#inits.size > MOST_INITS) this.#inits.delete(this.#inits.keys().next().value!);
  }

  #write(slot: Slot, again = false): void {
    const take = this.#take ??= this.#begin();
    const written = take.file.write(slot);
    if (written === 'nothing') return;
    if (written === 'other') {
      if (again) return;
      this.#finish(take);
      return this.#write(slot, true);
    }
    if (!take.started) {
      take.started = true;
      const startedAtMs = Math.round(this.#broadcast!.epochMs + slot.startUs / 1000);
      const { isEncrypted } = slot;
      take.upload.start({ broadcastId: this.#broadcast!.id, startedAtMs, isEncrypted });
      this.#options.log('info', 'recording', { channel: this.#options.channel, recording: take.id });
    }
    take.chunks.push(written.bytes);
    if (!take.upload.isBehind) return;
    this.#refused = true;
    this.#finish(
      take,
      'the link to the edge was too slow or away for too long, what follows was not recorded',
    );
  }

  #begin(): Take {
    const { channel, log } = this.#options;
    const id = toHex(crypto.getRandomValues(new Uint8Array(8)));
    const upload = new RecordingUpload({
      ...this.#options,
      id,
      onRefused: (reason) => {
        this.#refused = true;
        if (this.#take?.id === id) this.#take = undefined;
        log('warn', 'the edge takes no recording', { channel, recording: id, reason });
      },
    });
    return {
      id,
      upload,
      started: false,
      file: new RecordingFile({
        tracks: this.#broadcast!.tracks,
        init: (track, segment) => this.#inits.get(packIndex(segment, track, INIT_PIECE)),
        headerBytes: REPLAY_PIECE_BYTES,
      }),
      chunks: new Chunks({
        pieceBytes: REPLAY_PIECE_BYTES,
        chunkBytes: REPLAY_CHUNK_BYTES,
        onChunk: (number, bytes) => upload.chunk(number, bytes),
      }),
    };
  }

  #end(limitMs?: number): void {
    for (const slot of this.#slots?.flush() ?? []) if (!this.#refused) this.#write(slot);
    this.#slots = undefined;
    if (this.#take) this.#finish(this.#take, undefined, limitMs);
  }

  #finish(take: Take, cutShort?: string, limitMs = 600_000): void {
    this.#take = undefined;
    const header = take.file.header();
    if (!header || take.upload.isRefused) return;
    const { channel, log } = this.#options;
    const ending = take.chunks.end(header).then(async ({ length, pieces }) => {
      const { durationMs, codecs } = take.file;
      take.upload.end({ length, durationMs, codecs, pieces: base64(pieces), ...(cutShort && { cutShort }) });
      const whole = await take.upload.finish(limitMs);
      log(
        whole ? 'info' : 'warn',
        whole ? 'recording is at the edge' : 'a recording did not reach the edge',
        {
          channel,
          recording: take.id,
          durationMs,
          bytes: length,
          cutShort,
        },
      );
    }).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      log('error', 'a recording could not be finished', { channel, recording: take.id, why });
    });
    this.#ending.add(ending);
    void ending.finally(() => this.#ending.delete(ending));
  }
}

/** The track whose keyframes begin things. */
function mainTrack({ tracks }: Broadcast): number {
  return (tracks.find(({ kind }) => kind === 'video') ?? tracks[0]!).track;
}

/** RFC 4648 section 4, with padding. */
function base64(bytes: Uint8Array): string {
  const text = toBase64Url(bytes).replaceAll('-', '+').replaceAll('_', '/');
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}
