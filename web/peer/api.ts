/**
 * What a page may use of the bare mesh: types only, and they import nobody, so that this very file is the `.d.ts` of
 * the npm package shoal-mesh. docs/applications.md has the same in words; api.test.ts holds it against the class.
 */

/** What the viewer allows: sharing with addresses shown, through relays only, not at all. */
export type MeshP2p = 'on' | 'relay' | 'off';

export type MeshViewerState =
  | 'joining'
  | 'offline'
  | 'live'
  | 'lost'
  | 'reconnecting'
  | 'ended'
  | 'refused'
  | 'unsupported';

/** One CMAF track of a broadcast. */
export interface MeshTrack {
  track: number;
  kind: 'video' | 'audio';
  /** RFC 6381. */
  codec: string;
  timescale: number;
  bitrateKbps: number;
  width?: number | undefined;
  height?: number | undefined;
}

export interface MeshBroadcast {
  id: string;
  infoHash: string;
  /** Wall clock at decode time 0, milliseconds since 1970. */
  epochMs: number;
  tracks: MeshTrack[];
}

/** What the broadcaster says, and signed, of a piece. */
export interface MeshRecord {
  /** `segment:20 | track:4 | piece:8` as a signed 32-bit number. */
  index: number;
  byteLength: number;
  decodeTimeUs: number;
  durationUs: number;
  flags: number;
  /** Segment number to give to `init()`. */
  initSegment: number;
}

/** A segment as far as it has come. */
export interface MeshSegment {
  track: number;
  segment: number;
  /** Pieces 0 to count - 1 are here without a gap. */
  count: number;
  complete: boolean;
  startUs: number | undefined;
  endUs: number | undefined;
  initSegment: number | undefined;
  discontinuity: boolean;
}

/** What a viewer takes from its surroundings. In a page nothing has to be given; `shoal-mesh/headless` makes it elsewhere. */
export interface MeshEnvironment {
  fetch: typeof globalThis.fetch;
  WebSocket: new (url: string, protocols?: string[]) => WebSocket;
  /** `antenna`: it stays for long and has an uplink to give. */
  device: 'computer' | 'phone' | 'tv' | 'settop' | 'antenna';
  /** Pays by the byte: nothing is uploaded. */
  savesData: boolean;
}

export interface MeshViewerOptions {
  /** Origin of the edge, as `https://live.example.org`. */
  edgeUrl: string;
  channel: string;
  token?: string;
  p2p?: MeshP2p;
  /** Most that is given to others. */
  uploadKbps?: number;
  /** Only what `headlessEnvironment()` answered. */
  environment?: MeshEnvironment;
}

export interface MeshViewerEvents {
  state: { state: MeshViewerState; reason: { code: string; message: string } | undefined };
  broadcast: MeshBroadcast;
  /** Verified: `viewer.piece(index)` has its bytes. */
  piece: {
    index: number;
    record: MeshRecord;
    source: 'lan' | 'peer' | 'turn' | 'seed' | 'join' | 'run' | 'repair';
  };
  latency: { targetMs: number };
  peers: { count: number };
}

export interface MeshViewerStats {
  peerBytes: number;
  edgeBytes: number;
  uploadBytes: number;
  peers: number;
}

/** A viewer without a picture. */
export interface MeshViewer {
  on<Name extends keyof MeshViewerEvents>(
    name: Name,
    listener: (event: MeshViewerEvents[Name]) => void,
  ): () => void;
  start(): void;
  stop(): void;
  readonly state: MeshViewerState;
  readonly broadcast: MeshBroadcast | undefined;
  readonly tracks: number[];
  /** How far behind the live edge to play, milliseconds. */
  readonly latencyTargetMs: number;
  /** The edge's clock: live latency = serverNowMs() - (epochMs + decode time shown). */
  serverNowMs(): number;
  piece(index: number): Uint8Array | undefined;
  record(index: number): MeshRecord | undefined;
  init(track: number, initSegment: number): Uint8Array | undefined;
  segments(track: number): MeshSegment[];
  pieces(track: number, segment: number, from?: number): { record: MeshRecord; bytes: Uint8Array }[];
  setPlayhead(playhead: { decodeTimeUs: number; bufferedUntilUs: number; playing: boolean }): void;
  setTracks(tracks: number[]): void;
  setUploadKbps(kbps: number | undefined): void;
  setP2p(policy: MeshP2p): void;
  setToken(token: string | undefined): void;
  stats(): MeshViewerStats;
}
