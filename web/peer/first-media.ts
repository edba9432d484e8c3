/** The media that comes behind a join's answer, in the same response (protocol/join-body.ts). */
import { concatBytes } from '../../protocol/bytes.ts';
import { FrameReader, isIdleFrame, type PieceFrame } from '../../protocol/frame.ts';
import { decodeJoinHead } from '../../protocol/join-body.ts';

export class FirstMedia {
  #held: Uint8Array;
  #reader: ReadableStreamDefaultReader<Uint8Array>;
  #isLeft = false;

  private constructor(held: Uint8Array, reader: ReadableStreamDefaultReader<Uint8Array>) {
    this.#held = held;
    this.#reader = reader;
  }

  /** Reads the answer; what follows it stays in the response. Throws when the body ends before, or is malformed. */
  static async open(body: ReadableStream<Uint8Array>): Promise<{ answer: string; media: FirstMedia }> {
    const reader = body.getReader();
    let held = new Uint8Array(0);
    for (;;) {
      const { value } = await reader.read();
      if (!value) throw new Error('the response ended within the join answer');
      held = concatBytes(held, value);
      const head = decodeJoinHead(held);
      if (head) return { answer: head.answer, media: new FirstMedia(held.subarray(head.end), reader) };
    }
  }

  /**
   * Frames as they come; `heldBack` is called when the edge keeps the rest for a moment. Rejects when the response breaks
   * off or is malformed. Answers whether it was read to its end, not left by `leave`.
   */
  async read(take: (frame: PieceFrame) => void, heldBack: () => void = () => {}): Promise<boolean> {
    const frames = new FrameReader();
    try {
      for (let bytes: Uint8Array | undefined = this.#held; bytes; bytes = (await this.#reader.read()).value) {
        if (frames.isWhole && isIdleFrame(bytes)) heldBack();
        for (const frame of frames.push(bytes)) take(frame);
      }
      if (!frames.isWhole) throw new Error('the response ended within a frame');
    } catch (error) {
      if (!this.#isLeft) throw error;
    }
    return !this.#isLeft;
  }

  /** The edge was told to send no more: from now on the response may end anywhere. */
  leave(): void {
    this.#isLeft = true;
  }

  /** Nobody wants it. */
  cancel(): void {
    this.#reader.cancel().catch(() => {});
  }
}
