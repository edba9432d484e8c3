/** Shoal, and the same player with peers off. */
import type { System } from './system.ts';

function shoal(name: string, query: string): System {
  return {
    name,
    async start(feed, capKbps) {
      await feed.setCap(capKbps ?? null);
      return {
        target: feed.shoalUrl,
        page: `/embed/demo?autoplay&muted${query}`,
        // The answer of a join carries the first media.
        isMedia: (path) =>
          path.startsWith('/media/') || path.startsWith('/join/') ||
          (path.startsWith('/hls/') && !path.endsWith('.m3u8')),
        stop: () => feed.setCap(null),
      };
    },
  };
}

export const SHOAL = shoal('shoal', '');
/** What the player costs by itself. */
export const SHOAL_WITHOUT_PEERS = shoal('shoal-no-peers', '&p2p=off');
