/**
 * Which addresses the edge may be told to call (webhooks, another Shoal's channel): an admin names them, but the edge
 * may stand where he may not reach. Names that resolve to private addresses are stopped by the network below:
 * Cloudflare's has no way there, and `deno task serve` gives workerd public addresses only.
 */

/** Why the edge will not call this URL; undefined: it may. `local`: http and this machine are allowed. */
export function targetProblem(url: string, local: boolean): string | undefined {
  const parsed = URL.parse(url);
  if (!parsed) return 'must be a URL';
  const { protocol, username, password, hostname, hash } = parsed;
  if (username || password) return 'must hold no user name or password';
  if (hash) return 'must hold no fragment';
  if (local && (protocol === 'http:' || protocol === 'https:')) return undefined;
  if (protocol !== 'https:') return 'must begin with https://';
  if (isInternal(hostname)) return 'must be a public host name';
  return undefined;
}

/** Addresses instead of names, and names that cannot be public. */
function isInternal(hostname: string): boolean {
  const name = hostname.replace(/\.$/, '');
  return name.startsWith('[') || /^[\d.]+$/.test(name) || !name.includes('.') ||
    /\.(localhost|local|internal|intranet|lan|home|corp|private|arpa|test|invalid|onion)$/.test(name);
}
