/** What the source reads from: a `Viewer` of web/peer, or a fixture in its place. */
import type { Viewer } from '../../peer/viewer.ts';

export type Feed = Pick<
  Viewer,
  | 'broadcast'
  | 'segments'
  | 'segment'
  | 'pieces'
  | 'init'
  | 'newestUs'
  | 'serverNowMs'
  | 'latencyTargetMs'
  | 'on'
>;
