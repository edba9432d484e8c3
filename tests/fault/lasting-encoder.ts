/** An encoder as people run it: whenever its connection breaks it connects again, with the same key. */
import { type Feed, type FeedOptions, startFeed } from '../feed.ts';

/** Enough for a test that looks at bytes and states; easy on the machine. */
export const LIGHT: Partial<FeedOptions> = { videoKbps: 250, fps: 12, gop: 24 };
const PAUSE_MS = 200;

export interface LastingEncoder {
  /** Sessions begun so far, the first one included. */
  readonly sessions: number;
  /** Loses its power now, and comes back like after any break. */
  kill(): void;
  /** Ends it for good. */
  stop(): Promise<void>;
}

export function startLastingEncoder(url: string, options: Partial<FeedOptions> = LIGHT): LastingEncoder {
  let sessions = 0;
  let stopped = false;
  let feed: Feed | undefined;
  const run = async () => {
    while (!stopped) {
      sessions += 1;
      feed = startFeed({ ...options, output: ['-f', 'flv', url] });
      await feed.ended;
      if (!stopped) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  };
  const over = run();
  return {
    get sessions() {
      return sessions;
    },
    kill: () => feed?.kill(),
    async stop() {
      stopped = true;
      await feed?.stop();
      await over;
    },
  };
}
