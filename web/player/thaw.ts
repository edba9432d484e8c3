/**
 * A page that the browser froze and woke again. Chromium pauses its video meanwhile, and says so only afterwards, as
 * if a person had done it: who was watching goes on watching.
 */

export interface ThawOptions {
  /** The page, in tests another one. */
  page: Pick<EventTarget, 'addEventListener'>;
  isPlaying(): boolean;
  /** Whether playback holds the live edge. */
  isFollowing(): boolean;
  play(): Promise<void>;
  jumpToLive(): void;
}

/** Until the answer is called. */
export function watchThaw({ page, isPlaying, isFollowing, play, jumpToLive }: ThawOptions): () => void {
  const abort = new AbortController();
  const { signal } = abort;
  let before: { following: boolean } | undefined;
  page.addEventListener('freeze', () => {
    before = isPlaying() ? { following: isFollowing() } : undefined;
  }, { signal });
  page.addEventListener('resume', () => {
    const { following } = before ?? {};
    if (following === undefined) return;
    before = undefined;
    if (following) jumpToLive();
    // To play far behind live is taken as a wish to see what was missed: it is said once more that it is none.
    void play().then(() => following && !signal.aborted && jumpToLive());
  }, { signal });
  return () => abort.abort();
}
