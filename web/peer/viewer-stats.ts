/** What a viewer counts: totals over all broadcasts of a visit, and the present. */
import type { MeshStats } from '../mesh/seams.ts';

/** Totals since the viewer was made, over all broadcasts. */
export interface ViewerStats {
  /** Piece bytes from peers, all routes. */
  peerBytes: number;
  /** Of those, from the same LAN and through TURN. */
  lanBytes: number;
  turnBytes: number;
  /** Piece bytes from servers: seed stream, join, repair, runs. */
  edgeBytes: number;
  seedBytes: number;
  joinBytes: number;
  runBytes: number;
  repairBytes: number;
  /** Piece bytes given to peers. */
  uploadBytes: number;
  /** Piece bytes received more than once. */
  duplicateBytes: number;
  /** Link bytes, both ways, that are not piece bytes. */
  controlBytes: number;
  /** Pieces fetched from the edge one by one. */
  repairs: number;
  /** HTTP requests to the edge (join, media), and messages sent on the signaling sockets. */
  edgeRequests: number;
  /** Requests for media that the edge put off because its egress cap is spent. */
  refused: number;
  signalMessages: number;
  /** Now: linked neighbours, feeds held, substreams that have a parent or feed, substreams wanted. */
  peers: number;
  feeds: number;
  parented: number;
  substreams: number;
  /** Of the current broadcast: arrival after the cut, milliseconds. */
  lagP50Ms: number;
  lagP95Ms: number;
  /** 95th percentile of the newest few pieces. */
  lagNowMs: number;
}

/** What playback adds to the reports: counted since the viewer was made, `bufferMs`, `latencyMs` and `waits` now. */
export interface PlaybackFigures {
  stalls: number;
  stallMs: number;
  latencyMs: number;
  bufferMs: number;
  /** 1: for want of upload. */
  waits?: number;
  startupMs?: number;
}

export function emptyStats(): ViewerStats {
  return {
    peerBytes: 0,
    lanBytes: 0,
    turnBytes: 0,
    edgeBytes: 0,
    seedBytes: 0,
    joinBytes: 0,
    runBytes: 0,
    repairBytes: 0,
    uploadBytes: 0,
    duplicateBytes: 0,
    controlBytes: 0,
    repairs: 0,
    edgeRequests: 0,
    refused: 0,
    signalMessages: 0,
    peers: 0,
    feeds: 0,
    parented: 0,
    substreams: 0,
    lagP50Ms: 0,
    lagP95Ms: 0,
    lagNowMs: 0,
  };
}

/** What one session adds, beside the mesh's own figures. */
export interface SessionFigures {
  edgeRequests: number;
  refused: number;
  signalMessages: number;
  feeds: number;
}

/** Totals so far, with a session's on top; the figures of the present are the session's own. */
export function addSession(
  total: ViewerStats,
  mesh: MeshStats,
  session: SessionFigures,
): ViewerStats {
  const { lan, peer, turn, seed, join, run, repair } = mesh.bytes;
  return {
    peerBytes: total.peerBytes + lan + peer + turn,
    lanBytes: total.lanBytes + lan,
    turnBytes: total.turnBytes + turn,
    edgeBytes: total.edgeBytes + seed + join + run + repair,
    seedBytes: total.seedBytes + seed,
    joinBytes: total.joinBytes + join,
    runBytes: total.runBytes + run,
    repairBytes: total.repairBytes + repair,
    uploadBytes: total.uploadBytes + mesh.uploadBytes,
    duplicateBytes: total.duplicateBytes + mesh.duplicateBytes,
    controlBytes: total.controlBytes + mesh.controlBytes,
    repairs: total.repairs + mesh.repairs,
    edgeRequests: total.edgeRequests + session.edgeRequests,
    refused: total.refused + session.refused,
    signalMessages: total.signalMessages + session.signalMessages,
    peers: mesh.links,
    feeds: session.feeds,
    parented: mesh.parented,
    substreams: mesh.substreams,
    lagP50Ms: mesh.lagP50Ms,
    lagP95Ms: mesh.lagP95Ms,
    lagNowMs: mesh.lagNowMs,
  };
}

/** The totals of what is over: nothing of the present is left. */
export function settle(stats: ViewerStats): ViewerStats {
  return { ...stats, peers: 0, feeds: 0, parented: 0, substreams: 0, lagP50Ms: 0, lagP95Ms: 0, lagNowMs: 0 };
}

/** The figures of one that took over, with the settled totals of those before it. */
export function addTotals(settled: ViewerStats, stats: ViewerStats): ViewerStats {
  const sum = { ...stats };
  for (const name of Object.keys(sum) as (keyof ViewerStats)[]) sum[name] += settled[name];
  return sum;
}
