/**
 * Sites that may embed a channel: `example.com`, `*.example.com` (any name below it), each with an optional scheme
 * and port, as `https://tv.example.com:8443`. A browser names its page's site in the Origin header.
 */
import * as v from 'valibot';

const SITE =
  /^(https?:\/\/)?(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(:\d{1,5})?$/;

export const Site = v.pipe(
  v.string(),
  v.maxLength(300),
  v.regex(
    SITE,
    'must be a host name in lower case, as "example.com", "*.example.com" or "https://example.com:8443"',
  ),
);

/** Most sites of one list. */
export const MAX_SITES = 50;
export const Sites = v.pipe(v.array(Site), v.maxLength(MAX_SITES));

/**
 * What a page of the edge tells of the page that shows it in a frame: its origin, or `null` where the browser does not
 * say. Left out without a frame.
 */
export const FramedBy = v.pipe(v.string(), v.maxLength(300));

/** Whether a page of this origin (`https://host:port`, as browsers send it) is on the list. Empty list: any is. */
export function allowsSite(sites: readonly string[], origin: string): boolean {
  if (sites.length === 0) return true;
  const url = URL.parse(origin);
  return url !== null && sites.some((site) => matches(site, url));
}

function matches(site: string, { protocol, hostname, port }: URL): boolean {
  const [, scheme, name = '', wantedPort] = /^(https?:)?(?:\/\/)?(.*?)(?::(\d+))?$/.exec(site) ?? [];
  if (scheme !== undefined && scheme !== protocol) return false;
  const actualPort = port || (protocol === 'https:' ? '443' : '80');
  // Without a scheme or port any port of that host will do.
  if (wantedPort !== undefined && wantedPort !== actualPort) return false;
  return name.startsWith('*.') ? hostname.endsWith(name.slice(1)) : hostname === name;
}
