/**
 * Replays object: the list of one channel's recordings. It holds no media: chunks go from the Worker into the store,
 * and from there to whoever watches.
 */
import { DurableObject } from 'cloudflare:workers';
import type {
  RecordingEnd,
  RecordingResource,
  RecordingStart,
  RecordingState,
  ReplayCard,
} from '../../protocol/replay.ts';
import { type Env, swarmOf } from '../env.ts';
import { RecordingBook, resourceOf } from '../replay/recording-book.ts';
import { keyOf, replayStore } from '../replay/store.ts';

export class Replays extends DurableObject<Env> {
  #book: RecordingBook;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#book = new RecordingBook(ctx.storage.sql);
  }

  async begin(channel: string, id: string, start: RecordingStart): Promise<void> {
    this.ctx.storage.kv.put('channel', channel);
    this.#book.start(id, start, Date.now());
  }

  /** A chunk lies in the store. False when nobody wants it any more: it is to be deleted. */
  async arrived(id: string, number: number, bytes: number): Promise<boolean> {
    return this.#book.arrived(id, number, bytes, Date.now());
  }

  /** How it began; undefined when there is no such recording. `chunks`: how many have arrived. */
  async look(id: string): Promise<(RecordingStart & { chunks: number; state: RecordingState }) | undefined> {
    const held = this.#book.get(id);
    if (!held) return undefined;
    const { broadcastId, startedAtMs, isEncrypted, state } = held;
    return { broadcastId, startedAtMs, isEncrypted, state, chunks: this.#book.chunks(id).length };
  }

  /** It is whole: stock clients may meet over its info-hash from now on. */
  async finish(
    id: string,
    end: Pick<RecordingEnd, 'length' | 'durationMs' | 'cutShort'>,
    card: ReplayCard,
  ): Promise<void> {
    await swarmOf(this.env, card.infoHash, '0').register({ infoHash: card.infoHash });
    this.#book.ready(id, end, card);
  }

  /** Newest first. */
  async list(): Promise<RecordingResource[]> {
    const channel = this.#channel;
    return this.#book.list().map((recording) => resourceOf(recording, channel, Date.now()));
  }

  async get(id: string): Promise<RecordingResource | undefined> {
    const held = this.#book.get(id);
    return held && resourceOf(held, this.#channel, Date.now());
  }

  /** Forgets it and deletes its bytes. False when there is none. */
  async remove(id: string): Promise<boolean> {
    const held = this.#book.get(id);
    if (!held) return false;
    const keys = this.#book.chunks(id).map((number) => keyOf.chunk(id, number));
    this.#book.remove(id);
    if (held.card) {
      const { infoHash } = held.card;
      keys.push(keyOf.info(infoHash), keyOf.card(infoHash));
      await swarmOf(this.env, infoHash, '0').unregister();
    }
    await replayStore(this.env).delete(keys);
    return true;
  }

  /** The channel is deleted. */
  async removeAll(): Promise<void> {
    for (const { id } of this.#book.list()) await this.remove(id);
  }

  get #channel(): string {
    return this.ctx.storage.kv.get<string>('channel') ?? '';
  }
}
