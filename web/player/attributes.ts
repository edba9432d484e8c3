/** The attributes of `<shoal-player>`. A bad value warns and falls back; it never throws. */
import * as v from 'valibot';
import { ChannelName, P2pPolicy } from '../../protocol/channel.ts';

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
  /** BCP 47; undefined: the browser's own. */
  lang: string | undefined;
}

const QualityName = v.pipe(v.string(), v.regex(/^(auto|\d{2,4}p)$/, 'must be auto, or a height as 720p'));

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
  'lang',
] as const;

/** @param read `getAttribute` of the element: null where there is none. */
export function parseAttributes(
  read: (name: string) => string | null,
  pageOrigin: string,
  warn: (message: string) => void,
): PlayerAttributes {
  return {
    channel: checked(read, warn, 'channel', ChannelName, undefined),
    edgeUrl: edgeUrl(read('edge-url'), pageOrigin, warn),
    token: read('token') || undefined,
    p2p: checked(read, warn, 'p2p', P2pPolicy, 'on'),
    autoplay: flag(read('autoplay'), false),
    muted: flag(read('muted'), false),
    controls: flag(read('controls'), true),
    latencyMs: amount(read, warn, 'latency-ms', 300, 20_000),
    uploadKbps: amount(read, warn, 'upload-kbps', 0, 1_000_000),
    consent: checked(read, warn, 'consent', v.picklist(['given', 'ask']), 'given'),
    quality: checked(read, warn, 'quality', QualityName, 'auto'),
    mesh: checked(read, warn, 'mesh', v.picklist(['worker', 'page']), 'worker'),
    decryption: checked(read, warn, 'decryption', v.picklist(['auto', 'eme', 'page']), 'auto'),
    lang: read('lang') || undefined,
  };
}

function checked<Output, Fallback>(
  read: (name: string) => string | null,
  warn: (message: string) => void,
  name: string,
  schema: v.GenericSchema<unknown, Output>,
  fallback: Fallback,
): Output | Fallback {
  const text = read(name);
  if (text === null) return fallback;
  const result = v.safeParse(schema, text);
  if (result.success) return result.output;
  warn(`${name}="${text}": ${result.issues[0].message}`);
  return fallback;
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
