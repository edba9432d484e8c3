/** The worker's end: a viewer, and everything it does, away from the page's thread. */
import { standardEnvironment } from '../environment.ts';
import { Viewer } from '../viewer.ts';
import type { ConnectionNews, ConnectionRequest } from './connection-messages.ts';
import { PieceBatch } from './piece-batch.ts';
import type { Pipe } from './pipe.ts';
import { remoteConnections } from './remote-connection.ts';
import type { RemoteViewerOptions, ViewerFacts, ViewerNews, ViewerRequest } from './viewer-messages.ts';

/** Figures go along with media, which wakes the page anyway, this often; where none comes, by themselves. */
const FIGURES_EVERY_MS = 900;
const FIGURES_ALONE_MS = 1800;
const LOOK_EVERY_MS = 1000;

/** Serves one page. */
export function hostViewer(toPage: Pipe<ViewerNews, ViewerRequest>): void {
  let viewer: Viewer | undefined;
  let toldAt = 0;
  const tellFigures = (leastMs: number) => {
    const now = performance.now();
    if (!viewer || now - toldAt < leastMs) return;
    toldAt = now;
    pipe.post({ type: 'figures', facts: factsOf(viewer), stats: viewer.stats() });
  };
  const batch = new PieceBatch(standardEnvironment(), (pieces) => {
    toPage.post({ type: 'pieces', pieces }, pieces.map(({ bytes }) => bytes.buffer));
    tellFigures(FIGURES_EVERY_MS);
  });
  // The page is woken by any news: what waits for it goes along.
  const pipe: Pipe<ViewerNews, ViewerRequest> = {
    post: (news, transfer) => {
      batch.flush();
      toPage.post(news, transfer);
    },
    receive: (listener) => toPage.receive(listener),
  };
  let heard: (news: ConnectionNews) => void = () => {};
  let timer: ReturnType<typeof setInterval> | undefined;
  const connections: Pipe<ConnectionRequest, ConnectionNews> = {
    post: (request) => pipe.post({ type: 'connection', request }),
    receive: (listener) => heard = listener,
  };
  pipe.receive((request) => {
    switch (request.type) {
      case 'make':
        pipe.post({ type: 'ready' });
        viewer = make(request.options, connections);
        return tellOf(viewer, pipe, batch);
      case 'start':
        clearInterval(timer);
        timer = setInterval(() => tellFigures(FIGURES_ALONE_MS), LOOK_EVERY_MS);
        return viewer?.start();
      case 'stop':
        clearInterval(timer);
        viewer?.stop();
        return tellFigures(0);
      case 'setP2p':
        return viewer?.setP2p(request.policy);
      case 'setToken':
        return viewer?.setToken(request.token);
      case 'setTracks':
        return viewer?.setTracks(request.tracks);
      case 'setUploadKbps':
        return viewer?.setUploadKbps(request.kbps);
      case 'setGiving':
        return viewer?.setGiving(request.gives);
      case 'setPlayhead':
        batch.setPlayhead(request.playhead);
        return viewer?.setPlayhead(request.playhead);
      case 'setPlayback':
        return viewer?.setPlayback(request.figures);
      case 'grant':
        return void answerGrant(viewer, pipe, request.call);
      case 'connection':
        return heard(request.news);
    }
  });
}

function make(
  { device, savesData, connects, ...options }: RemoteViewerOptions,
  connections: Pipe<ConnectionRequest, ConnectionNews>,
): Viewer {
  return new Viewer({
    ...options,
    environment: standardEnvironment({
      device,
      savesData,
      ...(connects && { RTCPeerConnection: remoteConnections(connections) }),
    }),
  });
}

function tellOf(viewer: Viewer, pipe: Pipe<ViewerNews, ViewerRequest>, batch: PieceBatch): void {
  viewer.on('state', () => pipe.post({ type: 'state', facts: factsOf(viewer) }));
  viewer.on('broadcast', () => {
    batch.restart();
    pipe.post({ type: 'broadcast', facts: factsOf(viewer), windowMs: viewer.windowMs });
  });
  viewer.on('latency', () => pipe.post({ type: 'latency', facts: factsOf(viewer) }));
  viewer.on('relief', () => pipe.post({ type: 'relief', facts: factsOf(viewer) }));
  viewer.on('peers', ({ count }) => pipe.post({ type: 'peers', count }));
  viewer.on('keys', ({ epoch }) => pipe.post({ type: 'keys', epoch }));
  viewer.on('piece', ({ index, record, source }) => {
    const bytes = viewer.piece(index)?.slice();
    if (bytes) batch.add({ record, bytes, source });
  });
}

async function answerGrant(
  viewer: Viewer | undefined,
  pipe: Pipe<ViewerNews, ViewerRequest>,
  call: number,
): Promise<void> {
  const value = await viewer?.mediaGrant().catch(() => undefined);
  pipe.post({ type: 'grant', call, value });
}

function factsOf(viewer: Viewer): ViewerFacts {
  const { state, reason, title, p2p, broadcast, latencyTargetMs, mostTrack, tracks, uploadKbps } = viewer;
  const clockOffsetMs = viewer.serverNowMs() - (performance.timeOrigin + performance.now());
  return {
    state,
    reason,
    title,
    p2p,
    broadcast,
    latencyTargetMs,
    mostTrack,
    tracks,
    uploadKbps,
    clockOffsetMs,
  };
}
