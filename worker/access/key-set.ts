/** Public keys that this isolate believes: asked of the Directory now and then, or when a token names an unknown one. */
import type { Issuer } from '../../protocol/access.ts';
import { directoryOf, type Env } from '../env.ts';
import type { PublicJwk } from './token-signer.ts';

/** How long a set is good for: a key that is revoked is believed no longer than this. */
export const KEYS_MS = 30_000;
/** An unknown key makes an isolate ask again, this often at most. */
const ASK_AGAIN_MS = 2000;

export interface KeySet {
  /** Newest first: the first one signs. */
  keys: PublicJwk[];
  issuers: Issuer[];
}

/** A memory of one set. One an isolate; tests make their own. */
export class KeyMemory {
  #held: { set: KeySet; atMs: number } | undefined;
  #asking: Promise<KeySet> | undefined;

  constructor(readonly ask: () => Promise<KeySet>, readonly now: () => number = Date.now) {}

  async get(): Promise<KeySet> {
    if (this.#held && this.now() - this.#held.atMs < KEYS_MS) return this.#held.set;
    return await this.#fill();
  }

  /** The key with this id, asked for again when it is not in the set that is held. */
  async key(id: string): Promise<PublicJwk | undefined> {
    const find = ({ keys }: KeySet) => keys.find(({ kid }) => kid === id);
    const found = find(await this.get());
    if (found || (this.#held && this.now() - this.#held.atMs < ASK_AGAIN_MS)) return found;
    return find(await this.#fill());
  }

  /** The keys were changed through this isolate. */
  forget(): void {
    this.#held = undefined;
  }

  async #fill(): Promise<KeySet> {
    this.#asking ??= this.ask().then((set) => {
      this.#held = { set, atMs: this.now() };
      return set;
    }).finally(() => this.#asking = undefined);
    return await this.#asking;
  }
}

const memories = new WeakMap<object, KeyMemory>();

/** The memory of this isolate. */
export function keyMemory(env: Pick<Env, 'DIRECTORY'>): KeyMemory {
  let memory = memories.get(env.DIRECTORY);
  if (!memory) {
    memories.set(env.DIRECTORY, memory = new KeyMemory(() => directoryOf(env as Env).keySet()));
  }
  return memory;
}
