/** Addresses of the dashboard: what a path means, and the path of a place. */
import { ChannelName } from '../../protocol/channel.ts';
import * as v from 'valibot';

/** Views of one channel, in the order they are shown. */
export const CHANNEL_VIEWS = ['live', 'viewers', 'publish', 'visits', 'replays', 'settings'] as const;
export type ChannelView = typeof CHANNEL_VIEWS[number];

/** Pages beside the channels. */
export const PAGES = ['tokens', 'tenants', 'webhooks', 'team', 'server', 'audit'] as const;
export type PageName = typeof PAGES[number];

export type Route =
  | { page: 'channels' }
  | { page: 'new-channel' }
  | { page: 'channel'; name: string; view: ChannelView }
  | { page: PageName }
  | { page: 'nowhere' };

export function routeOf(path: string): Route {
  const [root, first, second, third, ...more] = path.split('/').filter(Boolean);
  const nowhere: Route = { page: 'nowhere' };
  if (root !== 'admin' || more.length > 0) return nowhere;
  if (first === undefined) return { page: 'channels' };
  if (first === 'channels' && second !== undefined) {
    const view = third ?? 'live';
    if (!v.is(ChannelName, second) || !isOneOf(CHANNEL_VIEWS, view)) return nowhere;
    return { page: 'channel', name: second, view };
  }
  if (second !== undefined) return nowhere;
  if (first === 'channels') return { page: 'channels' };
  if (first === 'new') return { page: 'new-channel' };
  return isOneOf(PAGES, first) ? { page: first } : nowhere;
}

export function channelPath(name: string, view: ChannelView = 'live'): string {
  return `/admin/channels/${name}${view === 'live' ? '' : `/${view}`}`;
}

function isOneOf<T extends string>(names: readonly T[], text: string): text is T {
  return (names as readonly string[]).includes(text);
}
