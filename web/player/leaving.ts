/** A page that is closed, or left for another one. The browser ends its connections then, and tells nobody. */

/** Calls it as the page goes for good, until the answer is called; not where the browser keeps it to show it again. */
export function watchLeaving(page: Pick<EventTarget, 'addEventListener'>, leave: () => void): () => void {
  const abort = new AbortController();
  page.addEventListener('pagehide', (event) => {
    if (!(event as PageTransitionEvent).persisted) leave();
  }, { signal: abort.signal });
  return () => abort.abort();
}
