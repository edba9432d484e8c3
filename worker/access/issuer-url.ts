/**
 * Where another issuer's keys may be fetched from. An operator names the address, and the edge fetches it: it must
 * not become a way into the network that the edge stands in.
 */

/** Undefined when it may be fetched, else the rule it breaks. `privateHosts`: SHOAL_PRIVATE_ISSUERS is 1. */
export function issuerUrlRefusal(text: string, privateHosts: boolean): string | undefined {
  const url = URL.parse(text);
  if (!url) return 'must be a URL';
  if (url.username !== '' || url.password !== '') return 'must hold no user name or password';
  if (privateHosts) return /^https?:$/.test(url.protocol) ? undefined : 'must begin with https:// or http://';
  if (url.protocol !== 'https:') return 'must begin with https://';
  if (url.port !== '') return 'must be on the usual port, 443';
  return isPublicName(url.hostname) ? undefined : 'must name a public host, by name';
}

/** No IP addresses, no names that only a local resolver knows. */
function isPublicName(hostname: string): boolean {
  // URL has turned every spelling of an IPv4 address (hex, octal, one number) into four decimal numbers.
  if (hostname.startsWith('[') || /^\d+(\.\d+){3}$/.test(hostname)) return false;
  const labels = hostname.replace(/\.$/, '').split('.');
  return labels.length >= 2 && !LOCAL.has(labels.at(-1)!);
}

const LOCAL = new Set([
  'localhost',
  'local',
  'internal',
  'intranet',
  'lan',
  'home',
  'corp',
  'private',
  'arpa',
  'test',
  'onion',
]);
