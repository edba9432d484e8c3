import type { MaybePromise } from './seams.ts';

/**
 * Goes on with a value that may be a promise: at once when it is not, so that a synchronous world stays synchronous.
 * A rejection counts as `failed`.
 */
export function settle<T>(value: MaybePromise<T>, failed: T, next: (value: T) => void): void {
  if (value instanceof Promise) value.then(next, () => next(failed));
  else next(value);
}

/** The same for one value that depends on another. */
export function chain<A, B>(value: MaybePromise<A>, next: (value: A) => MaybePromise<B>): MaybePromise<B> {
  return value instanceof Promise ? value.then(next) : next(value);
}
