import { expect, test } from 'vitest';
import { whereabouts } from './whereabouts.ts';

const NOWHERE = { address: '', network: '', country: '', region: '' };

function requestWith(headers: Record<string, string>, cf?: Record<string, unknown>): Request {
  return new Request('https://edge.example/', { headers, cf } as RequestInit);
}

const FORGED = {
  'cf-connecting-ip': '203.0.113.9',
  'x-forwarded-for': '203.0.113.9',
  'x-real-ip': '203.0.113.9',
  'forwarded': 'for=203.0.113.9',
  'shoal-client-address': '203.0.113.9',
  'shoal-client-country': 'NL',
  'shoal-proxy': 'guess',
};
const AUSTIN = { country: 'US', asn: 395747, city: 'Austin', continent: 'NA' };

test('nothing a client sends, and nothing local workerd makes up, is believed without configuration', async () => {
  expect(await whereabouts(requestWith(FORGED, AUSTIN), {})).toEqual(NOWHERE);
});

test('on Cloudflare the address, network, country and continent are those that Cloudflare says', async () => {
  const request = requestWith({ 'cf-connecting-ip': '2001:DB8::1' }, {
    ...AUSTIN,
    country: 'DE',
    continent: 'EU',
  });
  expect(await whereabouts(request, { SHOAL_TRUST_CLOUDFLARE: '1' }))
    .toEqual({ address: '2001:db8::1', network: 'AS395747', country: 'DE', region: 'EU' });
});

test('a configured proxy is believed when it proves itself', async () => {
  const env = { SHOAL_TRUSTED_PROXY: 'the-secret-of-the-proxy' };
  const headers = {
    'shoal-proxy': 'the-secret-of-the-proxy',
    'shoal-client-address': '198.51.100.7',
    'shoal-client-network': 'AS64500',
    'shoal-client-country': 'FR',
  };
  expect(await whereabouts(requestWith(headers, AUSTIN), env))
    .toEqual({ address: '198.51.100.7', network: 'AS64500', country: 'FR', region: '' });
});

test('whoever does not prove to be the proxy changes nothing', async () => {
  const env = { SHOAL_TRUSTED_PROXY: 'the-secret-of-the-proxy' };
  expect(await whereabouts(requestWith(FORGED, AUSTIN), env)).toEqual(NOWHERE);
});

test('under bare workerd the address is the one of the socket, without its port', async () => {
  const env = { SHOAL_TRUST_SOCKET: '1' };
  const addressOf = async (clientIp: string) =>
    (await whereabouts(requestWith(FORGED, { clientIp }), env)).address;
  expect(await addressOf('192.0.2.4:51000')).toBe('192.0.2.4');
  expect(await addressOf('[2001:db8::7]:51000')).toBe('2001:db8::7');
  expect(await addressOf('2001:db8::7')).toBe('2001:db8::7');
});

test('an address or country that is none is empty', async () => {
  const request = requestWith({ 'cf-connecting-ip': 'DROP TABLE' }, { country: 'nowhere', asn: 'x' });
  expect(await whereabouts(request, { SHOAL_TRUST_CLOUDFLARE: '1' })).toEqual(NOWHERE);
});
