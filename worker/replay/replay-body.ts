/** The bytes of a replay, chunk after chunk from the store, as fast as they are read and the egress cap allows. */
import { REPLAY_CHUNK_BYTES } from '../../protocol/replay.ts';
import type { ByteRange } from './byte-range.ts';
import { keyOf, type ReplayStore } from './store.ts';

/** Draws on the channel's egress cap: 0 when it may go now, else in how many milliseconds to ask again. */
export type Draw = (bytes: number) => Promise<number>;

interface Part {
  key: string;
  offset: number;
  length: number;
}

/** How a range lies over chunks. */
export function partsOf(recording: string, { start, end }: ByteRange): Part[] {
  const parts: Part[] = [];
  for (let at = start; at < end;) {
    const number = Math.floor(at / REPLAY_CHUNK_BYTES);
    const until = Math.min(end, (number + 1) * REPLAY_CHUNK_BYTES);
    parts.push({
      key: keyOf.chunk(recording, number),
      offset: at - number * REPLAY_CHUNK_BYTES,
      length: until - at,
    });
    at = until;
  }
  return parts;
}

/**
 * A stream of these parts; the first one has been drawn for. It breaks off when a chunk is gone. Its length is known
 * beforehand, else it would go out in chunks without a Content-Length, and aria2 takes that for an empty file.
 */
export function replayBody(store: ReplayStore, parts: Part[], draw: Draw): ReadableStream<Uint8Array> {
  const { readable, writable } = new FixedLengthStream(parts.reduce((sum, { length }) => sum + length, 0));
  // Who asked may go away in the middle.
  bytesOf(store, parts, draw).pipeTo(writable).catch(() => {});
  return readable;
}

function bytesOf(store: ReplayStore, parts: Part[], draw: Draw): ReadableStream<Uint8Array> {
  const left = [...parts];
  let isFirst = true;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const part = left.shift();
      if (!part) return controller.close();
      if (!isFirst) await drawn(draw, part.length);
      isFirst = false;
      const bytes = await store.get(part.key, { offset: part.offset, length: part.length });
      if (bytes?.length !== part.length) return controller.error(new Error('a chunk of the replay is gone'));
      controller.enqueue(bytes);
      if (left.length === 0) controller.close();
    },
  }, { highWaterMark: 0 });
}

async function drawn(draw: Draw, bytes: number): Promise<void> {
  for (let waitMs = await draw(bytes); waitMs > 0; waitMs = await draw(bytes)) {
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}
