/** What the antenna is told on its command line. Every value parses itself; a bad one is named with its rule. */
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { ChannelName } from '../../protocol/channel.ts';

/** A channel to receive. */
export interface WatchAddress {
  /** Origin of the edge, as `https://live.example.org`. */
  edgeUrl: string;
  channel: string;
  token?: string;
}

export interface AntennaOptions {
  watch: WatchAddress[];
  /** Where HLS is served; undefined: nowhere (`--lend` alone). 0: the system chooses the port. */
  listen?: { host: string; port: number };
  lend: boolean;
  /** What is given to other peers at most, for each channel; undefined: what the channel asks of its viewers. */
  uploadKbps?: number;
  /** Pages on any site may read what is served. */
  cors: boolean;
}

/** A command line that cannot be used. */
export class OptionsError extends Error {
  override name = 'OptionsError';
}

export const DEFAULT_PORT = 8790;
/** What a helper gives when nothing is said. */
export const LENT_KBPS = 20_000;

export const HELP = `deno task antenna <watch-url> [<watch-url> …] [options]

Receives channels as a full peer and serves them as HLS for VLC, ffplay, TVs and set-top boxes.
A watch-url is what a browser opens: https://live.example.org/watch/news

  --port N           serve on this port (default ${DEFAULT_PORT})
  --host ADDRESS     listen on this address (default 127.0.0.1; 0.0.0.0 for the whole LAN)
  --token TOKEN      playback token for protected channels; also as #token=… of a watch-url,
                     or in the variable SHOAL_TOKEN, which no list of processes shows
  --lend             only help other viewers: serve nothing (unless --port is given too)
  --upload-kbps N    give at most this much to others, for each channel
                     (default what the channel asks of a viewer; with --lend ${LENT_KBPS})
  --cors             let pages of any site read what is served (hls.js elsewhere)
`;

/** Throws OptionsError. */
export function readOptions(args: string[], environmentToken?: string): AntennaOptions {
  const { values, positionals } = parse(args);
  const token = values.token ?? environmentToken;
  if (positionals.length === 0) throw new OptionsError('a watch-url is needed, as https://…/watch/CHANNEL');
  const serves = !values.lend || values.port !== undefined;
  const lentKbps = values.lend ? LENT_KBPS : undefined;
  const uploadKbps = values['upload-kbps'] === undefined
    ? lentKbps
    : whole('--upload-kbps', values['upload-kbps'], 0, 10_000_000);
  return {
    watch: positionals.map((text) => watchAddress(text, token)),
    ...(serves && {
      listen: {
        host: values.host ?? '127.0.0.1',
        port: values.port === undefined ? DEFAULT_PORT : whole('--port', values.port, 0, 65535),
      },
    }),
    lend: values.lend ?? false,
    ...(uploadKbps !== undefined && { uploadKbps }),
    cors: values.cors ?? false,
  };
}

/** Reads `https://host/watch/channel`, also `/embed/channel`. Throws OptionsError. */
export function watchAddress(text: string, token?: string): WatchAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new OptionsError(`watch-url must be an http: or https: address, got "${text}"`);
  }
  const [, page, name = '', more] = url.pathname.replace(/\/$/, '').split('/');
  if ((page !== 'watch' && page !== 'embed') || more !== undefined || !v.is(ChannelName, name)) {
    throw new OptionsError(`watch-url must end with /watch/CHANNEL, got "${url.origin}${url.pathname}"`);
  }
  const own = new URLSearchParams(url.hash.slice(1)).get('token') ?? token;
  return { edgeUrl: url.origin, channel: name, ...(own ? { token: own } : {}) };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        token: { type: 'string' },
        lend: { type: 'boolean' },
        'upload-kbps': { type: 'string' },
        cors: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new OptionsError(error instanceof Error ? error.message : String(error));
  }
}

function whole(name: string, text: string, least: number, most: number): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) < least || Number(text) > most) {
    throw new OptionsError(`${name} must be a whole number from ${least} to ${most}, got "${text}"`);
  }
  return Number(text);
}
