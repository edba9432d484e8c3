/** The attributes of `<shoal-player>`. A bad value warns and falls back; it never throws. */
import type { P2pPolicy } from '../../protocol/channel.ts';
import { CHANNEL_NAME, CHANNEL_NAME_RULE, P2P_POLICIES } from '../../protocol/names.ts';

export interface PlayerAttributes {
  /** Undefined when missing or malformed: nothing can be played. */
  channel: string | undefined;
  /** Origin of the edge, without a slash at its end. */
  edgeUrl: string;
  token: string | undefined;
  p2p: P2pPolicy;
  autoplay: boolean;
  muted: boolean;
  /** No controls, for pages that bring their own. */
  controls: boolean;
  /** Overrides the channel's latency target. */
  latencyMs: number | undefined;
  /** Overrides the upload budget; 0 takes only. */
  uploadKbps: number | undefined;
  /** `ask`: nothing is shared before the viewer has said so. */
  consent: 'given' | 'ask';
  /** `auto`, or a height as `720p`. */
  quality: string;
  /** Where the mesh runs: in a worker where the browser can, or in the page. */
  mesh: 'worker' | 'page';
  /** How protected media is opened: by the browser's EME, by the page, or by what there is. */
  decryption: 'auto' | 'eme' | 'page';
  /** A stable id of this device for the channel's reports; given only where the viewer agreed to it. */
  deviceId: string | undefined;
  /** BCP 47; undefined: the browser's own. */
  lang: string | undefined;
}

export const ATTRIBUTES = [
  'channel',
  'edge-url',
  'token',
  'p2p',
  'autoplay',
  'muted',
  'controls',
  'latency-ms',
  'upload-kbps',
  'consent',
  'quality',
  'mesh',
  'decryption',
  'device-id',
  'lang',
] as const;

/** @param read `getAttribute` of the element: null where there is none. */
export function parseAttributes(
  read: (name: string) => string | null,
  pageOrigin: string,
  warn: (message: string) => void,
): PlayerAttributes {
  return {
    channel: matching(read, warn, 'channel', CHANNEL_NAME, CHANNEL_NAME_RULE),
    edgeUrl: edgeUrl(read('edge-url'), pageOrigin, warn),
    token: read('token') || undefined,
    p2p: oneOf(read, warn, 'p2p', P2P_POLICIES),
    autoplay: flag(read('autoplay'), false),
    muted: flag(read('muted'), false),
    controls: flag(read('controls'), true),
    latencyMs: amount(read, warn, 'latency-ms', 300, 20_000),
    uploadKbps: amount(read, warn, 'upload-kbps', 0, 1_000_000),
    consent: oneOf(read, warn, 'consent', ['given', 'ask']),
    quality: matching(read, warn, 'quality', /^(auto|\d{2,4}p)$/, 'must be auto, or a height as 720p') ??
      'auto',
    mesh: oneOf(read, warn, 'mesh', ['worker', 'page']),
    decryption: oneOf(read, warn, 'decryption', ['auto', 'eme', 'page']),
    deviceId: matching(
      read,
      warn,
      'device-id',
      /^[A-Za-z0-9_-]{8,64}$/,
      'must be 8 to 64 letters, digits, "_" and "-"',
    ),
    lang: read('lang') || undefined,
  };
}

type Read = (name: string) => string | null;
type Warn = (message: string) => void;

/** Undefined where it is missing or does not match. */
function matching(read: Read, warn: Warn, name: string, pattern: RegExp, rule: string): string | undefined {
  const text = read(name);
  if (text === null || pattern.test(text)) return text ?? undefined;
  warn(`${name}="${text}" ${rule}`);
  return undefined;
}

/** The first one where it is missing or none of them. */
function oneOf<Value extends string>(
  read: Read,
  warn: Warn,
  name: string,
  values: readonly [Value, ...Value[]],
): Value {
  const text = read(name);
  const found = values.find((value) => value === text);
  if (found === undefined && text !== null) warn(`${name}="${text}" must be one of ${values.join(', ')}`);
  return found ?? values[0];
}

function amount(
  read: (name: string) => string | null,
  warn: (message: string) => void,
  name: string,
  least: number,
  most: number,
): number | undefined {
  const text = read(name);
  if (text === null) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= least && value <= most) return value;
  warn(`${name}="${text}" must be a number from ${least} to ${most}`);
  return undefined;
}

/** A boolean attribute as HTML has it, but `="false"` means what it says. */
function flag(text: string | null, absent: boolean): boolean {
  return text === null ? absent : text !== 'false';
}

function edgeUrl(text: string | null, pageOrigin: string, warn: (message: string) => void): string {
  if (!text) return pageOrigin;
  try {
    const url = new URL(text, pageOrigin);
    if (url.protocol === 'https:' || url.protocol === 'http:') return url.origin;
  } catch {
    // Falls through to the warning.
  }
  warn(`edge-url="${text}" must be an http or https address; using ${pageOrigin}`);
  return pageOrigin;
}
