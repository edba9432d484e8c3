/** The keys of one visit: a ring that asks the edge as this viewer, while a protected broadcast is on. */
import type { Viewer } from '../../peer/viewer.ts';
import { KeyRing } from './key-ring.ts';
import { askLicense } from './license-client.ts';

export interface VisitKeysOptions {
  viewer: Pick<Viewer, 'on' | 'broadcast' | 'mediaGrant'>;
  edgeUrl: string;
  channel: string;
  token: () => string | undefined;
  framedBy?: string;
}

/** The ring follows the viewer's broadcasts by itself; `stop` ends it. */
export function visitKeys({ viewer, ...asker }: VisitKeysOptions): {
  ring: KeyRing;
  stop: () => void;
} {
  const grant = () => viewer.mediaGrant();
  const ring = new KeyRing({ ask: (keyIds) => askLicense({ ...asker, grant }, keyIds) });
  const off = [
    viewer.on('broadcast', ({ drm }) => drm ? ring.start() : ring.stop()),
    viewer.on('keys', () => ring.rotated()),
  ];
  if (viewer.broadcast?.drm) ring.start();
  return {
    ring,
    stop: () => {
      for (const undo of off) undo();
      ring.stop();
    },
  };
}
