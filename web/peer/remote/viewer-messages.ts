/** What a viewer in a worker and its stand-in in the page say to each other; all of it can be cloned. */
import type { Broadcast } from '../../../protocol/broadcast.ts';
import type { P2pPolicy } from '../../../protocol/channel.ts';
import type { Capability } from '../../../protocol/from-peer.ts';
import type { Playhead } from '../../mesh/seams.ts';
import type { ViewerOptions, ViewerReason, ViewerState } from '../viewer.ts';
import type { PlaybackFigures, ViewerStats } from '../viewer-stats.ts';
import type { ConnectionNews, ConnectionRequest } from './connection-messages.ts';
import type { CarriedPiece } from './piece-batch.ts';

/** What of the options crosses over, and what a worker cannot find out by itself. */
export interface RemoteViewerOptions
  extends
    Pick<ViewerOptions, 'edgeUrl' | 'channel' | 'token' | 'p2p' | 'uploadKbps' | 'deviceId' | 'framedBy'> {
  device: Capability['device'];
  savesData: boolean;
  /** The browser has WebRTC; a worker cannot see that. */
  connects: boolean;
}

/** What the stand-in answers by itself; sent when it changes and with the figures. */
export interface ViewerFacts {
  state: ViewerState;
  reason: ViewerReason | undefined;
  title: string;
  p2p: P2pPolicy;
  broadcast: Broadcast | undefined;
  latencyTargetMs: number;
  mostTrack: number | null;
  tracks: number[];
  uploadKbps: number;
  /** The edge's clock minus this machine's, milliseconds. */
  clockOffsetMs: number;
}

/** Page to worker. */
export type ViewerRequest =
  | { type: 'make'; options: RemoteViewerOptions }
  | { type: 'start' }
  | { type: 'stop' }
  | { type: 'setP2p'; policy: P2pPolicy }
  | { type: 'setToken'; token: string | undefined }
  | { type: 'setTracks'; tracks: number[] }
  | { type: 'setUploadKbps'; kbps: number | undefined }
  | { type: 'setGiving'; gives: boolean }
  | { type: 'setPlayhead'; playhead: Playhead }
  | { type: 'setPlayback'; figures: PlaybackFigures }
  | { type: 'grant'; call: number }
  | { type: 'connection'; news: ConnectionNews };

/** Worker to page. */
export type ViewerNews =
  /** Answer to `make`: the worker runs. */
  | { type: 'ready' }
  /** The other answer: data channels cannot be handed over to it. */
  | { type: 'unable' }
  | { type: 'state'; facts: ViewerFacts }
  | { type: 'broadcast'; facts: ViewerFacts; windowMs: number }
  | { type: 'pieces'; pieces: CarriedPiece[] }
  | { type: 'latency'; facts: ViewerFacts }
  | { type: 'relief'; facts: ViewerFacts }
  | { type: 'peers'; count: number }
  | { type: 'keys'; epoch: number }
  /** Answer to `grant`; undefined: there is none. */
  | { type: 'grant'; call: number; value: string | undefined }
  | { type: 'figures'; facts: ViewerFacts; stats: ViewerStats }
  | { type: 'connection'; request: ConnectionRequest };
