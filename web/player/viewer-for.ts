/** The viewer behind a player: in a worker where the browser can have it there, else in the page; the same code. */
import type { P2pPolicy } from '../../protocol/channel.ts';
import type { Viewer } from '../peer/viewer.ts';
import type { Feed } from './source/feed.ts';

/** What the player uses of a viewer, beside what its source reads. Both kinds have it. */
export type PlayerViewer =
  & Feed
  & Pick<
    Viewer,
    | 'start'
    | 'stop'
    | 'state'
    | 'reason'
    | 'title'
    | 'p2p'
    | 'setP2p'
    | 'setToken'
    | 'setTracks'
    | 'setGiving'
    | 'setPlayhead'
    | 'setPlayback'
    | 'stats'
    | 'mostTrack'
    | 'mediaGrant'
  >
  & {
    /** There is a picture. Only for one whose connections are made on the page's thread. */
    pictured?(): void;
    /** The page is going, and waits for nothing; where it is missing, `stop` does as well. */
    leave?(): void;
  };

export interface PlayerViewerOptions {
  edgeUrl: string;
  channel: string;
  p2p: P2pPolicy;
  token?: string;
  uploadKbps?: number;
  deviceId?: string;
  framedBy?: string;
}

/** A viewer that has been started: its join does not wait for what plays. Rejects when its parts cannot be loaded. */
export async function viewerFor(
  options: PlayerViewerOptions,
  wanted: 'worker' | 'page',
): Promise<{ viewer: PlayerViewer; thread: 'worker' | 'page' }> {
  if (wanted === 'worker') {
    const remote = await import('../peer/remote/start-worker.ts');
    if (remote.mayTransferChannels()) {
      const viewer = await remote.startRemoteViewer(options, new URL('./mesh-worker.js', import.meta.url));
      if (viewer) return { viewer, thread: 'worker' };
    }
  }
  const { Viewer } = await import('../peer/viewer.ts');
  const viewer = new Viewer(options);
  viewer.start();
  return { viewer, thread: 'page' };
}
