/** What one session, one address and all of them together may use. */
export interface RtmpLimits {
  /** From accept to the end of the handshake (TLS included). */
  handshakeWithinMs: number;
  /** From the handshake to the publish command. */
  publishWithinMs: number;
  /** For the answer of `authorise`. */
  authoriseWithinMs: number;
  /** Longest time without a media message while publishing. */
  idleMs: number;
  /** How long the connection is kept after unpublish: GStreamer's rtmp2sink fails if it closes at once. */
  lingerMs: number;
  /** After a refusal: time for the encoder to read the reason and to close. */
  closeWithinMs: number;
  /** Largest chunk size a client may announce. Chunks are not buffered as such, so this one is about sanity. */
  maxChunkBytes: number;
  /** Of a video or aggregate message. */
  maxVideoBytes: number;
  maxAudioBytes: number;
  /** Of a command or data message, and of everything else; before a publish is authorised, of any message. */
  maxCommandBytes: number;
  /** Most chunk streams a session may open (RTMP 1.0 section 5.3.1.1 allows 65,597). */
  maxChunkStreams: number;
  /** Sum of all half-received messages of one session. */
  maxBufferedBytes: number;
  /** Most bytes waiting to be read by one client. */
  maxUnsentBytes: number;
  maxSessions: number;
  maxSessionsPerAddress: number;
  /** Of one address: sessions that are not publishing (yet). */
  maxPendingPerAddress: number;
}

/** One machine may publish for a whole venue; what is not yet authorised gets little. */
export const defaultLimits: RtmpLimits = {
  handshakeWithinMs: 10_000,
  publishWithinMs: 10_000,
  authoriseWithinMs: 15_000,
  idleMs: 20_000,
  lingerMs: 3_000,
  closeWithinMs: 2_000,
  maxChunkBytes: 0xffffff,
  maxVideoBytes: 4 * 1024 * 1024,
  maxAudioBytes: 256 * 1024,
  maxCommandBytes: 64 * 1024,
  maxChunkStreams: 32,
  maxBufferedBytes: 6 * 1024 * 1024,
  maxUnsentBytes: 256 * 1024,
  maxSessions: 1024,
  maxSessionsPerAddress: 128,
  maxPendingPerAddress: 32,
};
