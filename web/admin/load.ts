/** What is asked of the API for a view: loading, here, or refused, and how to ask again. */
import { signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { ApiFailure } from './api/client.ts';

export interface Load<T> {
  /** What came last; kept while it is asked for again. */
  value: T | undefined;
  /** Why the last asking failed. */
  failure: ApiFailure | undefined;
  busy: boolean;
  /** Asks again. */
  again(): void;
  /** Puts a newer value in place, as an edit answers it. */
  set(value: T): void;
}

/** Whether the edge answered when it was asked last. */
export const reachable = signal(true);

/**
 * Asks when the view comes, whenever `key` changes (then what came before is forgotten) and whenever `again` changes
 * (then it stays until the answer is here).
 * @param ask Gets a signal that is aborted when nobody waits for the answer any more.
 */
export function useLoad<T>(
  key: string,
  ask: (signal: AbortSignal) => Promise<T>,
  again: number = 0,
): Load<T> {
  const state = useSignal<{ key: string; value?: T; failure?: ApiFailure; busy: boolean }>({
    key,
    busy: true,
  });
  const round = useSignal(0);
  const latest = useRef(ask);
  latest.current = ask;
  useEffect(() => {
    const before = state.peek();
    const kept = before.key === key ? before.value : undefined;
    const control = new AbortController();
    state.value = { key, busy: true, ...(kept === undefined ? {} : { value: kept }) };
    latest.current(control.signal).then(
      (value) => {
        if (control.signal.aborted) return;
        reachable.value = true;
        state.value = { key, busy: false, value };
      },
      (error) => {
        if (control.signal.aborted) return;
        const failure = asFailure(error);
        if (failure.code === 'unreachable') reachable.value = false;
        state.value = { key, busy: false, failure, ...(kept === undefined ? {} : { value: kept }) };
      },
    );
    return () => control.abort();
  }, [key, again, round.value]);
  const { value, failure, busy } = state.value;
  return {
    value: state.value.key === key ? value : undefined,
    failure,
    busy,
    again: () => round.value++,
    set: (newer) => state.value = { key, busy: false, value: newer },
  };
}

/** Anything thrown, as something that can be shown. */
export function asFailure(error: unknown): ApiFailure {
  if (error instanceof ApiFailure) return error;
  return new ApiFailure(0, 'unknown', error instanceof Error ? error.message : String(error));
}
