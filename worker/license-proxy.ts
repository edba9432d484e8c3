/**
 * License servers of Widevine, PlayReady and FairPlay: asked on behalf of viewers who passed the same check as for
 * ClearKey. They need contracts with their makers; here is only the way to them (docs/drm.md).
 */
import { asciiJson } from './ascii-json.ts';
import type { Env } from './env.ts';
import { Failure } from './failure.ts';
import type { OpenPeriod } from './objects/keys.ts';

export interface LicenseSystem {
  name: string;
  url: string;
  headers: Record<string, string>;
  sendsKeys: boolean;
}

/** What the license is for. */
export interface LicenseSubject {
  channel: string;
  /** Viewer id of the token. */
  viewer: string | undefined;
  keys: OpenPeriod[];
}

const TIMEOUT_MS = 8000;
const MAX_ANSWER_BYTES = 256 * 1024;
const SYSTEMS = ['widevine', 'playready', 'fairplay'] as const;

/** Throws Failure 404 for a system that is not known or not set up. */
export function licenseSystem(name: string, env: Env): LicenseSystem {
  const known = SYSTEMS.find((each) => each === name);
  const prefix = known && `SHOAL_${known.toUpperCase()}` as `SHOAL_${Uppercase<typeof known>}`;
  const url = prefix && env[`${prefix}_URL`];
  if (!prefix || !url) {
    throw new Failure(404, 'no-license-server', 'this edge has no license server of that key system', {
      field: 'system',
    });
  }
  return {
    name,
    url,
    headers: headersOf(`${prefix}_HEADERS`, env[`${prefix}_HEADERS`]),
    sendsKeys: env.SHOAL_LICENSE_SENDS_KEYS === '1',
  };
}

/** The license, as bytes. What goes wrong there is told as such; what the server says in words is not passed on. */
export async function askLicenseServer(
  { name, url, headers, sendsKeys }: LicenseSystem,
  challenge: Uint8Array<ArrayBuffer>,
  { channel, viewer, keys }: LicenseSubject,
): Promise<ArrayBuffer> {
  const about = {
    channel,
    ...(viewer === undefined ? {} : { viewer }),
    keys: keys.map(({ keyId, key }) => ({ id: keyId, ...(sendsKeys ? { key } : {}) })),
  };
  return await fetched(name, url, {
    method: 'POST',
    headers: {
      'content-type': 'application/octet-stream',
      ...headers,
      'shoal-license': asciiJson(about),
    },
    body: challenge,
  });
}

/** FairPlay's certificate. */
export async function certificateOf(env: Env): Promise<ArrayBuffer> {
  const url = env.SHOAL_FAIRPLAY_CERTIFICATE_URL;
  if (!url) throw new Failure(404, 'no-license-server', 'this edge has no FairPlay certificate');
  return await fetched('fairplay', url, {});
}

async function fetched(name: string, url: string, init: RequestInit): Promise<ArrayBuffer> {
  let answer: Response;
  try {
    answer = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    throw new Failure(503, 'license-server-down', `the ${name} license server does not answer`, {
      retryAfterS: 5,
    });
  }
  if (!answer.ok) {
    await answer.body?.cancel();
    throw new Failure(403, 'license-refused', `the ${name} license server refused (${answer.status})`);
  }
  const body = await answer.arrayBuffer();
  if (body.byteLength <= MAX_ANSWER_BYTES) return body;
  throw new Failure(503, 'license-server-down', `the ${name} license server's answer is too long`);
}

function headersOf(name: string, text: string | undefined): Record<string, string> {
  if (!text) return {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (parsed && typeof parsed === 'object' && !Array.isArray(parsed)) {
      return Object.fromEntries(Object.entries(parsed).map(([key, value]) => [key, String(value)]));
    }
  } catch {
    // Falls through: the text may hold a secret, so it is not shown.
  }
  throw new Error(`${name} must be a JSON object of headers`);
}
