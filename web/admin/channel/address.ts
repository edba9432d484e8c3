/** Addresses of viewers in words, where the address alone says little. */
import type { IpPolicy } from '../../../protocol/channel.ts';

/** Private, link-local and loopback ranges (RFC 1918, 3927, 4193, 6890), whole or masked. */
const LOCAL =
  /^(::ffff:)?(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)|^(f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):|^0?::1?$/i;

/** `local network` for an address that belongs to no public one. */
export function kindOfAddress(address: string): string {
  return LOCAL.test(address) ? 'local network' : '';
}

/** In place of an address that is not here: a word, and the reason in a sentence. */
export function noAddress(policy: IpPolicy): { word: string; why: string } {
  return policy === 'none'
    ? { word: 'not kept', why: 'The settings of this channel say that addresses are not kept.' }
    : {
      word: 'not known',
      why:
        'This edge does not learn its viewers’ addresses: behind Cloudflare, or a proxy that it trusts, it does.',
    };
}
