/** Where a peer is, as far as the edge can tell, and how near two peers are to each other. */
import type { Introduction } from '../../protocol/tracker.ts';

/** From whereabouts(request). Every field may be empty: unknown is near to nothing. */
export interface Place {
  /** Public address, IPv4 or IPv6. */
  address: string;
  /** Autonomous system number, as text. */
  network: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** Continent. */
  region: string;
}

export type Nearness = Introduction['near'];

/** The part of an address that a household shares: all of an IPv4 address, the first 64 bits of an IPv6 one. */
export function householdOf(address: string): string {
  if (!address.includes(':')) return address;
  const mapped = address.match(/^::ffff:(\d+\.\d+\.\d+\.\d+)$/i);
  if (mapped?.[1]) return mapped[1];
  const [head = '', tail] = address.toLowerCase().split('%')[0]!.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(gap).fill('0'), ...right].slice(0, 4);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}

/** Same household, then same network, country, region. */
export function nearness(a: Place, b: Place): Nearness {
  if (a.address !== '' && b.address !== '' && householdOf(a.address) === householdOf(b.address)) return 'lan';
  if (a.network !== '' && a.network === b.network) return 'network';
  if (a.country !== '' && a.country === b.country) return 'country';
  if (a.region !== '' && a.region === b.region) return 'region';
  return 'far';
}

/**
 * What counts as "somewhere else" when independent witnesses are wanted: the network where it is known, otherwise
 * the address's neighbourhood (IPv4 /24, IPv6 /48). Undefined when nothing is known.
 */
export function witnessGroup(place: Place): string | undefined {
  if (place.network !== '') return `network ${place.network}`;
  if (place.address === '') return undefined;
  const household = householdOf(place.address);
  if (household.includes('::/64')) return `net6 ${household.split(':').slice(0, 3).join(':')}`;
  return `net4 ${household.split('.').slice(0, 3).join('.')}`;
}
