/**
 * What an embedded player and the page around it say to each other by `postMessage`. Both sides take nothing on trust:
 * every message is parsed here, and who may send it is checked by origin and window where it arrives.
 */

/** Page to player. `hello` comes first and tells the player whom to answer. */
export type EmbedRequest =
  | { type: 'hello' }
  | { type: 'call'; method: EmbedMethod; value?: string | number };

export const EMBED_METHODS = [
  'play',
  'pause',
  'mute',
  'unmute',
  'setVolume',
  'jumpToLive',
  'seekBy',
  'setP2p',
  'setQuality',
  'setToken',
  'retry',
] as const;
export type EmbedMethod = typeof EMBED_METHODS[number];

/** Player to page. `ready` holds nothing and goes to any origin; everything after it to the one that said hello. */
export type EmbedEvent =
  | { type: 'ready' }
  | { type: 'event'; name: EmbedEventName; detail: unknown };

/** The player's own events, without their prefix. */
export const EMBED_EVENTS = ['state', 'stats', 'playing', 'error', 'tokenneeded'] as const;
export type EmbedEventName = typeof EMBED_EVENTS[number];

/** Marks our messages among all that a page is sent. */
const MARK = 'shoal-embed/1';
const LONGEST_VALUE = 4096;

/** As it goes through `postMessage`. */
export function wrap(message: EmbedRequest | EmbedEvent): unknown {
  return { protocol: MARK, ...message };
}

/** Undefined for everything that is no request of ours. */
export function readRequest(data: unknown): EmbedRequest | undefined {
  const message = marked(data);
  if (message?.type === 'hello') return { type: 'hello' };
  if (message?.type !== 'call') return undefined;
  const method = EMBED_METHODS.find((each) => each === message.method);
  if (!method) return undefined;
  const { value } = message;
  if (value === undefined) return { type: 'call', method };
  if (typeof value === 'number' && Number.isFinite(value)) return { type: 'call', method, value };
  if (typeof value === 'string' && value.length <= LONGEST_VALUE) return { type: 'call', method, value };
  return undefined;
}

/** Undefined for everything that is no event of ours. */
export function readEvent(data: unknown): EmbedEvent | undefined {
  const message = marked(data);
  if (message?.type === 'ready') return { type: 'ready' };
  const name = EMBED_EVENTS.find((each) => each === message?.name);
  return message?.type === 'event' && name ? { type: 'event', name, detail: message.detail } : undefined;
}

function marked(data: unknown): Record<string, unknown> | undefined {
  const message = data as Record<string, unknown> | null;
  return typeof message === 'object' && message?.protocol === MARK ? message : undefined;
}
