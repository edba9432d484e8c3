import { afterEach, expect, test, vi } from 'vitest';
import type { ApiError } from '../protocol/channel.ts';
import type { Env } from './env.ts';
import { Failure } from './failure.ts';
import { askLicenseServer, certificateOf, licenseSystem } from './license-proxy.ts';

const CHALLENGE = Uint8Array.of(8, 4, 2, 1);
const KEYS = [{ keyId: '00'.repeat(16), key: 'A'.repeat(22), startsAtMs: 0 }];
const SUBJECT = { channel: 'demo', viewer: 'v1', keys: KEYS };

function envOf(changes: Partial<Env>): Env {
  return { SHOAL_EDGE_SECRET: 'x', ...changes } as Env;
}

/** A license server that stands in for one with a contract: echoes what it was asked. */
function standIn(answer: (request: Request) => Response | Promise<Response>) {
  const asked: Request[] = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const request = new Request(url, init);
    asked.push(request.clone() as Request);
    return await answer(request);
  });
  return asked;
}

afterEach(() => vi.unstubAllGlobals());

async function codeOf(promise: Promise<unknown>): Promise<[number, string]> {
  const error = await promise.then(() => undefined, (thrown: unknown) => thrown);
  if (!(error instanceof Failure)) throw error ?? new Error('it did not fail');
  const { error: told } = await error.toResponse().json<ApiError>();
  return [error.status, told.code];
}

test('a system without a server is not there, and one that nobody knows neither', () => {
  expect(() => licenseSystem('widevine', envOf({}))).toThrow(/no license server/);
  expect(() => licenseSystem('constructor', envOf({}))).toThrow(/no license server/);
  expect(() => licenseSystem('DIRECTORY', envOf({}))).toThrow(/no license server/);
});

test('the challenge goes to the server with its headers and what it is for, the license comes back as it is', async () => {
  const asked = standIn(async (request) =>
    new Response(new Uint8Array(await request.arrayBuffer()).reverse())
  );
  for (const name of ['widevine', 'playready', 'fairplay'] as const) {
    const prefix = `SHOAL_${name.toUpperCase()}`;
    const system = licenseSystem(
      name,
      envOf({ [`${prefix}_URL`]: `https://${name}.example/l`, [`${prefix}_HEADERS`]: '{"x-account":"me"}' }),
    );
    const answer = await askLicenseServer(system, CHALLENGE, SUBJECT);
    expect([...new Uint8Array(answer)]).toEqual([1, 2, 4, 8]);
    const request = asked.at(-1)!;
    expect(request.url).toBe(`https://${name}.example/l`);
    expect(request.headers.get('x-account')).toBe('me');
    expect(JSON.parse(request.headers.get('shoal-license')!)).toEqual({
      channel: 'demo',
      viewer: 'v1',
      keys: [{ id: KEYS[0]!.keyId }],
    });
  }
});

test('content keys go to a license server only where that was asked for', async () => {
  const asked = standIn(() => new Response('license'));
  const url = { SHOAL_WIDEVINE_URL: 'https://w.example/' };
  await askLicenseServer(licenseSystem('widevine', envOf(url)), CHALLENGE, SUBJECT);
  expect(asked[0]!.headers.get('shoal-license')).not.toContain(KEYS[0]!.key);
  const telling = licenseSystem('widevine', envOf({ ...url, SHOAL_LICENSE_SENDS_KEYS: '1' }));
  await askLicenseServer(telling, CHALLENGE, SUBJECT);
  expect(asked[1]!.headers.get('shoal-license')).toContain(KEYS[0]!.key);
});

test('a server that refuses, is down or leads elsewhere is told as such, in our own words', async () => {
  const system = licenseSystem('widevine', envOf({ SHOAL_WIDEVINE_URL: 'https://w.example/' }));
  standIn(() => new Response('the account me is over', { status: 402 }));
  expect(await codeOf(askLicenseServer(system, CHALLENGE, SUBJECT))).toEqual([403, 'license-refused']);
  standIn(() => Promise.reject(new Error('refused')));
  expect(await codeOf(askLicenseServer(system, CHALLENGE, SUBJECT))).toEqual([503, 'license-server-down']);
  standIn(() => new Response(null, { status: 302, headers: { location: 'http://internal/' } }));
  expect(await codeOf(askLicenseServer(system, CHALLENGE, SUBJECT))).toEqual([403, 'license-refused']);
  standIn(() => new Response(new Uint8Array(300_000)));
  expect(await codeOf(askLicenseServer(system, CHALLENGE, SUBJECT))).toEqual([503, 'license-server-down']);
});

test('headers that are no JSON object are an error of the set-up, which does not show them', () => {
  const env = envOf({ SHOAL_WIDEVINE_URL: 'https://w.example/', SHOAL_WIDEVINE_HEADERS: 'secret' });
  expect(() => licenseSystem('widevine', env)).toThrow(
    'SHOAL_WIDEVINE_HEADERS must be a JSON object of headers',
  );
});

test('the certificate of FairPlay comes from where the set-up says', async () => {
  standIn(() => new Response('certificate'));
  expect(await codeOf(certificateOf(envOf({})))).toEqual([404, 'no-license-server']);
  const bytes = await certificateOf(envOf({ SHOAL_FAIRPLAY_CERTIFICATE_URL: 'https://f.example/c' }));
  expect(new TextDecoder().decode(bytes)).toBe('certificate');
});

test('a viewer id in any script stands in the header as ASCII', async () => {
  const asked = standIn(() => new Response('ok'));
  const system = licenseSystem('widevine', envOf({ SHOAL_WIDEVINE_URL: 'https://w.example/l' }));
  await askLicenseServer(system, CHALLENGE, { ...SUBJECT, viewer: 'Анна Müller 🐟' });
  const header = asked.at(-1)!.headers.get('shoal-license')!;
  expect(header).toMatch(/^[\x20-\x7e]*$/);
  expect(JSON.parse(header)).toMatchObject({ viewer: 'Анна Müller 🐟' });
});
