/**
 * Headers of pages: what they may load, who may frame them. Scripts come from the edge alone; the one that stands
 * in pages, which loads the others, is known by its hash. Styles stand in the pages and in the player's shadow root.
 */

/** Who may show a page in a frame: nobody, or pages of these sites (empty: of any). */
export type Framing = 'nobody' | { sites: readonly string[] };

/** web/pages/choose.ts as it is built; the build says so when it is another one. */
export const CHOOSE_HASH = 'sha256-heLKoerHPNIHMl6PJW68WxSFSiDYrbzsmTLvaHaWb2U=';

const POLICY = [
  `default-src 'self'`,
  `script-src 'self' '${CHOOSE_HASH}'`,
  `style-src 'self' 'unsafe-inline'`,
  `img-src 'self' data: blob:`,
  `media-src 'self' blob:`,
  `worker-src 'self' blob:`,
  // The same host; older browsers do not count a WebSocket as 'self'.
  `connect-src 'self' ws: wss:`,
  `object-src 'none'`,
  `base-uri 'none'`,
  `form-action 'self'`,
];

export function pageHeaders(framing: Framing): Record<string, string> {
  const ancestors = framing === 'nobody'
    ? `'none'`
    : framing.sites.length === 0
    ? '*'
    : ["'self'", ...framing.sites.flatMap(asSources)].join(' ');
  return {
    'content-security-policy': [...POLICY, `frame-ancestors ${ancestors}`].join('; '),
    ...(framing === 'nobody'
      ? { 'x-frame-options': 'DENY', 'cross-origin-opener-policy': 'same-origin' }
      : {}),
    'x-content-type-options': 'nosniff',
    // The edge itself needs the origin of its pages, and nobody the rest.
    'referrer-policy': 'strict-origin-when-cross-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
  };
}

/**
 * A site (protocol/site.ts) as sources of a policy, which are stricter where something is left out: without a port
 * they mean the usual one, without a scheme the page's own.
 */
function asSources(site: string): string[] {
  const withPort = /:\d+$/.test(site) ? site : `${site}:*`;
  return site.includes('://') ? [withPort] : [`http://${withPort}`, `https://${withPort}`];
}
