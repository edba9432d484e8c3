/** The Directory's hands for stream keys: makes them, shows each once, and drops who publishes with one that ended. */
import type { StreamKeyResource } from '../../protocol/access.ts';
import { toBase64Url, toHex } from '../../protocol/bytes.ts';
import { sha256Hex } from '../access/keys.ts';
import type { Sql } from '../store/channel-book.ts';
import { StreamKeyBook } from '../store/stream-key-book.ts';

/** A key that was just made: shown this once. */
export interface ShownKey {
  key: StreamKeyResource;
  streamKey: string;
}

export class StreamKeys {
  readonly #book: StreamKeyBook;
  readonly #drop: (channel: string, keyId: string | undefined, reason: string) => Promise<void>;

  /** `drop`: ends the broadcast of a channel that is published with this key; undefined: with any. */
  constructor(sql: Sql, drop: (channel: string, keyId: string | undefined, reason: string) => Promise<void>) {
    this.#book = new StreamKeyBook(sql);
    this.#drop = drop;
  }

  list(channel: string): StreamKeyResource[] {
    return this.#book.list(channel);
  }

  /** Undefined: the channel has as many keys as it may. */
  async add(channel: string, label: string): Promise<ShownKey | undefined> {
    const { streamKey, hash } = await newKey();
    const id = toHex(crypto.getRandomValues(new Uint8Array(6)));
    if (!this.#book.add(channel, id, hash, label, new Date().toISOString())) return undefined;
    return { key: this.#book.get(channel, id)!, streamKey };
  }

  /** One new key in the place of all others. */
  async replaceAll(channel: string): Promise<ShownKey> {
    this.#book.removeAll(channel);
    const made = (await this.add(channel, ''))!;
    await this.#drop(channel, undefined, 'the stream key was reset');
    return made;
  }

  /** Undefined: there is no such key. */
  async reset(channel: string, id: string): Promise<ShownKey | undefined> {
    if (!this.#book.get(channel, id)) return undefined;
    const { streamKey, hash } = await newKey();
    this.#book.reset(channel, id, hash, new Date().toISOString());
    await this.#drop(channel, id, 'the stream key was reset');
    return { key: this.#book.get(channel, id)!, streamKey };
  }

  /** Undefined: there is no such key. */
  async edit(
    channel: string,
    id: string,
    edit: { label?: string | undefined; disabled?: boolean | undefined },
  ): Promise<StreamKeyResource | undefined> {
    const key = this.#book.get(channel, id);
    if (!key) return undefined;
    const disabled = edit.disabled ?? key.disabled;
    this.#book.edit(channel, id, edit.label ?? key.label, disabled);
    if (disabled) await this.#drop(channel, id, 'the stream key was disabled');
    return this.#book.get(channel, id);
  }

  async remove(channel: string, id: string): Promise<boolean> {
    if (!this.#book.get(channel, id)) return false;
    this.#book.remove(channel, id);
    await this.#drop(channel, id, 'the stream key was deleted');
    return true;
  }

  /** The channel is deleted. */
  forget(channel: string): void {
    this.#book.removeAll(channel);
  }

  /** Id of the key that an encoder shows; undefined when it is none of this channel's, or disabled. */
  async keyId(channel: string, streamKey: string): Promise<string | undefined> {
    return await this.#book.keyId(channel, await sha256Hex(streamKey));
  }
}

async function newKey(): Promise<{ streamKey: string; hash: string }> {
  const streamKey = toBase64Url(crypto.getRandomValues(new Uint8Array(18)));
  return { streamKey, hash: await sha256Hex(streamKey) };
}
