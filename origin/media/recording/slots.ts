/** Pieces as they are cut, gathered into slots: the same segment of every track. */
import type { PieceFrame } from '../../../protocol/frame.ts';
import { INIT_PIECE, pieceOf, segmentDistance, segmentOf, trackOf } from '../../../protocol/piece-index.ts';
import { type PieceRecord, RecordFlag } from '../../../protocol/record.ts';

export interface SlotTrack {
  track: number;
  initSegment: number;
  pieces: PieceFrame[];
}

export interface Slot {
  segment: number;
  startUs: number;
  endUs: number;
  isDiscontinuous: boolean;
  /** It does not begin with a sync sample. */
  isDependent: boolean;
  isEncrypted: boolean;
  tracks: SlotTrack[];
}

/** A track that lags this many segments behind has nothing for the slot. */
const MOST_BEHIND = 2;

interface OpenSlot {
  segment: number;
  tracks: Map<number, PieceFrame[]>;
}

export class Slots {
  #open: OpenSlot[] = [];
  #newest = new Map<number, number>();
  #begun: number | undefined;

  /** `tracks`: those on air; `main` is the one whose keyframes begin a recording. */
  constructor(public tracks: number[], public main: number) {}

  /** Takes a media piece; answers the slots that are whole now, in order. */
  push(piece: PieceFrame): Slot[] {
    const { index, flags } = piece.record;
    const [segment, track] = [segmentOf(index), trackOf(index)];
    if (pieceOf(index) === INIT_PIECE) return [];
    if (this.#begun === undefined) {
      if (track !== this.main || pieceOf(index) !== 0 || (flags & RecordFlag.keyframe) === 0) return [];
      this.#begun = segment;
    }
    if (segmentDistance(this.#begun, segment) < 0) return [];
    let slot = this.#open.find((one) => one.segment === segment);
    if (!slot) {
      slot = { segment, tracks: new Map() };
      this.#open.push(slot);
      this.#open.sort((a, b) => segmentDistance(b.segment, a.segment));
    }
    slot.tracks.set(track, [...slot.tracks.get(track) ?? [], piece]);
    this.#newest.set(track, segment);
    const whole: Slot[] = [];
    while (this.#open[0] && this.#isWhole(this.#open[0])) whole.push(this.#take());
    return whole;
  }

  /** What is left, whole or not: the broadcast is over. */
  flush(): Slot[] {
    const left: Slot[] = [];
    while (this.#open.length > 0) left.push(this.#take());
    return left;
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.#open.flatMap(({ tracks }) => [...tracks.values()].flat())
      .reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  #isWhole({ segment, tracks }: OpenSlot): boolean {
    const ahead = (track: number) => segmentDistance(segment, this.#newest.get(track) ?? segment);
    if (this.tracks.some((track) => ahead(track) >= MOST_BEHIND)) return true;
    return this.tracks.every((track) => {
      const last = tracks.get(track)?.at(-1);
      return ahead(track) > 0 || (last !== undefined && (last.record.flags & RecordFlag.lastOfSegment) !== 0);
    });
  }

  #take(): Slot {
    const { segment, tracks } = this.#open.shift()!;
    this.#begun = segment + 1;
    const records = [...tracks.values()].flat().map(({ record }) => record);
    const has = (flag: number) => records.some(({ flags }) => (flags & flag) !== 0);
    return {
      segment,
      startUs: Math.min(...records.map(({ decodeTimeUs }) => decodeTimeUs)),
      endUs: Math.max(...records.map(endUs)),
      isDiscontinuous: has(RecordFlag.discontinuity),
      isDependent: has(RecordFlag.dependent),
      isEncrypted: has(RecordFlag.encrypted),
      tracks: [...tracks].sort(([a], [b]) => a - b)
        .map(([track, pieces]) => ({ track, initSegment: pieces[0]!.record.initSegment, pieces })),
    };
  }
}

function endUs({ decodeTimeUs, durationUs }: PieceRecord): number {
  return decodeTimeUs + durationUs;
}
