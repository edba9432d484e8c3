/** A store: one state, changed by patches, observed by whoever shows it. Knows no DOM. */
export class Store<State extends object> {
  #state: State;
  #listeners = new Set<(state: Readonly<State>, changed: ReadonlySet<keyof State>) => void>();

  constructor(initial: State) {
    this.#state = initial;
  }

  get state(): Readonly<State> {
    return this.#state;
  }

  /** Puts the patch over the state; listeners hear of it only when a value differs. */
  set(patch: Partial<State>): void {
    const changed = new Set<keyof State>();
    for (const key of Object.keys(patch) as (keyof State)[]) {
      if (!Object.is(this.#state[key], patch[key])) changed.add(key);
    }
    if (changed.size === 0) return;
    this.#state = { ...this.#state, ...patch };
    for (const listener of [...this.#listeners]) listener(this.#state, changed);
  }

  /**
   * Calls the listener now and whenever one of the keys has changed. Answers a function that ends it.
   */
  watch<Key extends keyof State>(
    keys: readonly Key[],
    listener: (state: Readonly<Pick<State, Key>>) => void,
  ): () => void {
    const heard = (state: Readonly<State>, changed: ReadonlySet<keyof State>) => {
      if (keys.some((key) => changed.has(key))) listener(state);
    };
    this.#listeners.add(heard);
    listener(this.#state);
    return () => void this.#listeners.delete(heard);
  }
}
