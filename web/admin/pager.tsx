/** Lists of the API, page after page: the first ones at once, the others when somebody asks for more. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Page } from '../../protocol/page.ts';
import { type ApiFailure, told } from './api/client.ts';
import { asFailure, type Load, reachable } from './load.ts';

/** A list as far as it was fetched. */
export interface Pages<T> extends Load<T[]> {
  /** Whether there are further rows. */
  more: boolean;
  fetchMore(): void;
}

interface State<T> {
  key: string;
  items?: T[];
  next?: string;
  failure?: ApiFailure;
  busy: boolean;
}

/** Asks the API for the page that begins behind `after`. */
export type AskPage<T> = (page: { after?: string }) => Promise<{ json(): Promise<Page<T>> }>;

/**
 * Asks again from the start whenever `key` or `round` change; what was shown stays until the answer is here.
 * @param key What the list is of: everything that `ask` depends on.
 */
export function usePages<T>(key: string, ask: AskPage<T>, round = 0): Pages<T> {
  const state = useSignal<State<T>>({ key, busy: true });
  const asked = useRef(0);
  const fetchPage = async (after: string | undefined, before: T[]) => {
    const mine = ++asked.current;
    const kept = state.peek().items;
    state.value = { ...state.peek(), busy: true };
    try {
      const page = await told(ask(after === undefined ? {} : { after }));
      if (mine !== asked.current) return;
      reachable.value = true;
      state.value = { key, busy: false, items: [...before, ...page.items], ...nextOf(page) };
    } catch (error) {
      if (mine !== asked.current) return;
      const failure = asFailure(error);
      if (failure.code === 'unreachable') reachable.value = false;
      state.value = { key, busy: false, failure, ...(kept ? { items: kept } : {}) };
    }
  };
  useEffect(() => {
    void fetchPage(undefined, []);
    return () => void asked.current++;
  }, [key, round]);
  const { items, next, failure, busy } = state.value;
  return {
    value: items,
    failure,
    busy,
    more: next !== undefined,
    again: () => void fetchPage(undefined, []),
    set: (newer) => state.value = { ...state.peek(), items: newer },
    fetchMore: () => void fetchPage(next, items ?? []),
  };
}

function nextOf<T>(page: Page<T>): { next?: string } {
  return page.next === undefined ? {} : { next: page.next };
}

/** The button below a list that has further rows. */
export function More<T>({ of }: { of: Pages<T> }) {
  if (!of.more) return null;
  return (
    <div>
      <button type='button' class='button' disabled={of.busy} onClick={of.fetchMore}>
        {of.busy ? 'Loading …' : 'Show more'}
      </button>
    </div>
  );
}
