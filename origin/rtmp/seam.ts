/**
 * What the RTMP server gives to the rest of the origin and asks of it. `RtmpServer` itself is in `server.ts`;
 * this file has no code but one error class, so that everybody may import it.
 */
import type { RtmpLimits } from './limits.ts';

/** One FLV tag's worth of a published stream, in the order of arrival. */
export interface FlvTag {
  type: 'audio' | 'video' | 'data';
  /**
   * The encoder's clock, unwrapped past 2^32. Audio and video are interleaved as they came, an encoder may jump
   * either way (a first step back may even go below zero): non-decreasing is not promised.
   */
  timestampMs: number;
  /** FLV tag body (E.4.2, E.4.3, E.4.4 of the FLV specification); for data, without a leading `@setDataFrame`. */
  body: Uint8Array;
  /** Of data tags: the decoded AMF0 values, as `['onMetaData', {…}]`. Objects have no prototype. */
  data?: unknown[];
}

/** Who wants to publish what. `key` is a secret: never logged, never put in a reason. */
export interface PublishRequest {
  /** First part of the path, as `live`. */
  app: string;
  /** 1 to 200 characters, not yet checked against any rule for channel names. */
  channel: string;
  /** 1 to 200 characters. */
  key: string;
  /** `address:port` of the encoder. */
  remote: string;
  /** Of the TCP connection, unique within the process. */
  session: number;
}

/**
 * `denied` is told as NetStream.Publish.Denied, `duplicate` as NetStream.Publish.BadName. `unavailable`, told as
 * NetStream.Failed, is no verdict on the encoder: the same publish may be accepted later. `reason` goes with each.
 */
export type PublishDecision =
  | { ok: true; sink: MediaSink }
  | { ok: false; code: PublishRefusal; reason: string };

export type PublishRefusal = 'denied' | 'duplicate' | 'unavailable';

/** Where an accepted publish goes. */
export interface MediaSink {
  /**
   * May throw `UnsupportedMedia(reason)`: the encoder is told and the session ends. Any other error ends the
   * session too, as an internal error in the log.
   */
  tag(tag: FlvTag): void;
  /**
   * Called exactly once for every sink that was handed over, whatever ended the publish (`drop` included, then
   * before `drop` returns). `polite`: the encoder said goodbye (FCUnpublish, closeStream or deleteStream).
   */
  ended(reason: string, polite: boolean): void;
}

/** Thrown by `MediaSink.tag` for a codec or a layout that cannot be served; the message is shown to the encoder. */
export class UnsupportedMedia extends Error {
  override name = 'UnsupportedMedia';
}

/** One publish, for whoever authorised it. */
export interface PublishSession {
  /** That of the request. */
  readonly id: number;
  /** Tells the encoder why and ends this publish and its connection (takeover, stop, key reset). May be repeated. */
  drop(reason: string): void;
}

/**
 * Decides over a publish before any media of it is taken. A rejected promise counts as `unavailable`. It may be answered
 * late: a sink for an encoder that has gone meanwhile is `ended` at once.
 */
export type Authorise = (request: PublishRequest, session: PublishSession) => Promise<PublishDecision>;

/** Structured log line; `fields` hold no secrets. */
export type RtmpLog = (level: 'debug' | 'info' | 'warn' | 'error', text: string, fields: LogFields) => void;
export type LogFields = Record<string, string | number | boolean>;

export interface RtmpServerOptions {
  /** Address to listen on, as `0.0.0.0`. */
  hostname: string;
  /** Of plain RTMP; 0 lets the system choose, see `RtmpServer.port`. */
  port: number;
  /** PEM texts: RTMPS is served too, on a port of its own (0: see `RtmpServer.tlsPort`). */
  tls?: { cert: string; key: string; port: number };
  authorise: Authorise;
  log: RtmpLog;
  /** What differs from `defaultLimits`. */
  limits?: Partial<RtmpLimits>;
}
