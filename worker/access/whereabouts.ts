/**
 * Whose request this is, as far as it can be known: the only place that reads address headers.
 *
 * A client can send any header, and local workerd passes it on unchanged, so nothing is believed unless the box is
 * configured for it. Unknown is the empty string, and an unknown address is nobody's neighbour.
 */
import type { Env } from '../env.ts';
import { equalSecrets } from './keys.ts';

export interface Whereabouts {
  /** IPv4 or IPv6 address, or empty. */
  address: string;
  /** Network, as `AS64500`, or empty. */
  network: string;
  /** ISO 3166-1 alpha-2, or empty. */
  country: string;
  /** Continent, two letters, or empty. */
  region: string;
}

export type WhereaboutsEnv = Pick<
  Env,
  'SHOAL_TRUST_CLOUDFLARE' | 'SHOAL_TRUST_SOCKET' | 'SHOAL_TRUSTED_PROXY'
>;

/** Header by which the configured proxy proves itself; its other headers are believed only then. */
export const PROXY_HEADER = 'shoal-proxy';
export const PROXY_ADDRESS_HEADER = 'shoal-client-address';
export const PROXY_NETWORK_HEADER = 'shoal-client-network';
export const PROXY_COUNTRY_HEADER = 'shoal-client-country';
export const PROXY_REGION_HEADER = 'shoal-client-region';

export async function whereabouts(request: Request, env: WhereaboutsEnv): Promise<Whereabouts> {
  const header = (name: string) => request.headers.get(name) ?? '';
  const cf = (request as { cf?: Record<string, unknown> }).cf ?? {};
  if (env.SHOAL_TRUST_CLOUDFLARE === '1') {
    return {
      address: addressOf(header('cf-connecting-ip')),
      network: typeof cf.asn === 'number' ? `AS${cf.asn}` : '',
      country: countryOf(cf.country),
      region: countryOf(cf.continent),
    };
  }
  if (env.SHOAL_TRUSTED_PROXY && await equalSecrets(header(PROXY_HEADER), env.SHOAL_TRUSTED_PROXY)) {
    return {
      address: addressOf(header(PROXY_ADDRESS_HEADER)),
      network: /^AS\d{1,10}$/.test(header(PROXY_NETWORK_HEADER)) ? header(PROXY_NETWORK_HEADER) : '',
      country: countryOf(header(PROXY_COUNTRY_HEADER)),
      region: countryOf(header(PROXY_REGION_HEADER)),
    };
  }
  if (env.SHOAL_TRUST_SOCKET === '1' && typeof cf.clientIp === 'string') {
    return { address: addressOf(withoutPort(cf.clientIp)), network: '', country: '', region: '' };
  }
  return { address: '', network: '', country: '', region: '' };
}

function addressOf(text: string): string {
  return /^[0-9a-fA-F:.]{2,45}$/.test(text) ? text.toLowerCase() : '';
}

function countryOf(value: unknown): string {
  return typeof value === 'string' && /^[A-Z]{2}$/.test(value) ? value : '';
}

/** `1.2.3.4:5` and `[::1]:5` without their ports. */
function withoutPort(text: string): string {
  return /^\[(.*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([^:]*):\d+$/.exec(text)?.[1] ?? text;
}
