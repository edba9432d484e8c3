/**
 * What the code calls and browsers of 2018 (Chromium 68, the oldest TV that the legacy build is for) do not have. Each
 * is the least that our own calls need, put in only where it is missing; their syntax is esbuild's business.
 */

type Missing = Record<string, unknown>;

/** Puts a function where there is none; not enumerable, as the platform's own. */
export function add(target: object | undefined, name: string, value: unknown): void {
  if (!target || name in target) return;
  Object.defineProperty(target, name, { value, writable: true, configurable: true });
}

/** Fills a realm: `globalThis`, or what a test gives in its place. */
export function fill(realm: Missing): void {
  const { Array, String, Object, Promise, Element, DocumentFragment, Document } =
    realm as unknown as typeof globalThis;
  add(realm, 'globalThis', realm);
  add(realm, 'queueMicrotask', (run: () => void) => void Promise.resolve().then(run));
  add(Array.prototype, 'at', at);
  add(String.prototype, 'at', at);
  add(Array.prototype, 'findLast', function (this: unknown[], test: (item: unknown, i: number) => boolean) {
    for (let i = this.length - 1; i >= 0; i--) if (test(this[i], i)) return this[i];
    return undefined;
  });
  add(Array.prototype, 'toSorted', function (this: unknown[], compare?: (a: unknown, b: unknown) => number) {
    return this.slice().sort(compare);
  });
  add(Array.prototype, 'flat', function (this: unknown[]) {
    return ([] as unknown[]).concat(...this as unknown[][]);
  });
  add(Array.prototype, 'flatMap', function (this: unknown[], make: (item: unknown, i: number) => unknown) {
    return ([] as unknown[]).concat(...this.map(make) as unknown[][]);
  });
  add(Object, 'fromEntries', (entries: Iterable<[string, unknown]>) => {
    const made: Missing = {};
    for (const [name, value] of entries) made[name] = value;
    return made;
  });
  add(Object, 'hasOwn', (target: object, name: string) => Object.prototype.hasOwnProperty.call(target, name));
  add(String.prototype, 'replaceAll', function (this: string, what: string | RegExp, by: string) {
    return typeof what === 'string' ? this.split(what).join(by) : this.replace(what, by);
  });
  add(String.prototype, 'matchAll', function* (this: string, pattern: RegExp) {
    const copy = new RegExp(pattern.source, pattern.flags);
    for (let match = copy.exec(this); match; match = copy.exec(this)) yield match;
  });
  add(Promise, 'withResolvers', () => {
    const parts = {} as PromiseWithResolvers<unknown>;
    parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
    return parts;
  });
  for (const kind of [Element, DocumentFragment, Document]) {
    add(kind?.prototype, 'replaceChildren', replaceChildren);
  }
  fillAbort(realm as unknown as typeof globalThis);
}

function fillAbort({ AbortSignal, AbortController, setTimeout }: typeof globalThis): void {
  add(AbortSignal.prototype, 'throwIfAborted', function (this: AbortSignal) {
    if (this.aborted) throw new DOMException('the operation was aborted', 'AbortError');
  });
  add(AbortSignal, 'any', (signals: AbortSignal[]) => {
    const controller = new AbortController();
    for (const signal of signals) {
      if (signal.aborted) controller.abort();
      else signal.addEventListener('abort', () => controller.abort(), { once: true });
    }
    return controller.signal;
  });
  add(AbortSignal, 'timeout', (delayMs: number) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), delayMs);
    return controller.signal;
  });
}

function at(this: ArrayLike<unknown>, index: number): unknown {
  return this[index < 0 ? this.length + index : index];
}

function replaceChildren(this: Element, ...children: (Node | string)[]): void {
  while (this.firstChild) this.removeChild(this.firstChild);
  this.append(...children);
}
