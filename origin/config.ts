/** What the origin is told by its environment. Every value parses itself; a bad one is named with its rule. */

export interface OriginConfig {
  /** `http:` or `https:` address of the edge. */
  edgeUrl: string;
  /** Shared with the edge; signs tokens and derives the broadcasts' keys. */
  secret: string;
  /** Name of this origin at the edge and in logs. */
  originId: string;
  /** Address that RTMP listens on. */
  rtmpHost: string;
  /** Name that encoders reach it by, for the dashboard; that of the machine unless told. */
  rtmpPublicHost?: string;
  /** 0: the system chooses. */
  rtmpPort: number;
  /** Files with PEM texts; RTMPS is served when both are set. */
  rtmps?: { port: number; certFile: string; keyFile: string };
  /** `/metrics` and `/healthz`, on this machine only. 0: the system chooses. */
  httpPort: number;
  /** Program that makes lower renditions (docs/ladder.md); only channels with a ladder run it. */
  ffmpeg: string;
  logLevel: 'debug' | 'info' | 'warn' | 'error';
}

/** A value that cannot be used. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

const MIN_SECRET_LENGTH = 16;
const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** Reads the whole configuration. Throws ConfigError for the first bad value. */
export function readConfig(get: (name: string) => string | undefined): OriginConfig {
  const text = (name: string, otherwise?: string): string => {
    const value = get(name) || otherwise;
    if (value === undefined) throw new ConfigError(`${name} must be set`);
    return value;
  };
  const port = (name: string, otherwise: number): number => {
    const value = text(name, String(otherwise));
    if (!/^\d{1,5}$/.test(value) || Number(value) > 65535) {
      throw new ConfigError(`${name} must be a port from 0 to 65535, got "${value}"`);
    }
    return Number(value);
  };
  const certFile = get('SHOAL_RTMPS_CERT') || undefined;
  const keyFile = get('SHOAL_RTMPS_KEY') || undefined;
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new ConfigError('SHOAL_RTMPS_CERT and SHOAL_RTMPS_KEY must be set together (files with PEM texts)');
  }
  const rtmpsPort = port('SHOAL_RTMPS_PORT', 1936);
  return {
    edgeUrl: webAddress('SHOAL_EDGE_URL', text('SHOAL_EDGE_URL')),
    secret: secret('SHOAL_ORIGIN_SECRET', text('SHOAL_ORIGIN_SECRET')),
    originId: text('SHOAL_ORIGIN_ID', `origin-${crypto.randomUUID().slice(0, 8)}`),
    rtmpHost: text('SHOAL_RTMP_HOST', '0.0.0.0'),
    ...(get('SHOAL_RTMP_PUBLIC_HOST') ? { rtmpPublicHost: get('SHOAL_RTMP_PUBLIC_HOST')! } : {}),
    rtmpPort: port('SHOAL_RTMP_PORT', 1935),
    ...(certFile && keyFile ? { rtmps: { port: rtmpsPort, certFile, keyFile } } : {}),
    httpPort: port('SHOAL_ORIGIN_HTTP_PORT', 1985),
    ffmpeg: text('SHOAL_FFMPEG', 'ffmpeg'),
    logLevel: oneOf('SHOAL_LOG_LEVEL', text('SHOAL_LOG_LEVEL', 'info'), LEVELS),
  };
}

function webAddress(name: string, value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new ConfigError(`${name} must be an http: or https: address, got "${value}"`);
  }
  return url.href;
}

function secret(name: string, value: string): string {
  if (value.length < MIN_SECRET_LENGTH) {
    throw new ConfigError(`${name} must have at least ${MIN_SECRET_LENGTH} characters, got ${value.length}`);
  }
  return value;
}

function oneOf<T extends string>(name: string, value: string, choices: readonly T[]): T {
  const choice = choices.find((one) => one === value);
  if (choice === undefined) {
    throw new ConfigError(`${name} must be one of ${choices.join(', ')}, got "${value}"`);
  }
  return choice;
}
