/** A viewer under Deno, with real WebRTC, of a whole Shoal for tests. */
import { headlessEnvironment } from '../web/antenna/headless-environment.ts';
import { Viewer, type ViewerOptions } from '../web/peer/viewer.ts';
import type { Stack } from './stack.ts';

/** Of the channel `demo`; started. */
export function viewerOf(stack: Stack, more: Partial<ViewerOptions> = {}): Viewer {
  const viewer = new Viewer({
    edgeUrl: stack.edge.url,
    channel: 'demo',
    environment: headlessEnvironment(),
    ...more,
  });
  viewer.start();
  return viewer;
}
