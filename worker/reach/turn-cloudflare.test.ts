import { expect, test } from 'vitest';
import { TURN_SECONDS } from './turn.ts';
import { CloudflareTurnDesk } from './turn-cloudflare.ts';

const ANSWER = {
  iceServers: [
    { urls: ['stun:stun.cloudflare.com:3478', 'stun:stun.cloudflare.com:53'] },
    {
      urls: [
        'turn:turn.cloudflare.com:3478?transport=udp',
        'turn:turn.cloudflare.com:53?transport=udp',
        'turns:turn.cloudflare.com:5349?transport=tcp',
      ],
      username: 'u',
      credential: 'c',
    },
  ],
};

/** The service: answers in turn, and remembers what it was asked. */
function service(...answers: (() => Response | Promise<Response>)[]) {
  const asked: Request[] = [];
  const fetch = async (input: RequestInfo | URL, init?: RequestInit) => {
    asked.push(new Request(input as string, init as RequestInit));
    return await answers[Math.min(asked.length, answers.length) - 1]!();
  };
  const desk = new CloudflareTurnDesk({
    keyId: 'key/1',
    token: 'secret',
    fetch: fetch as typeof globalThis.fetch,
  });
  return { asked, desk };
}
const good = () => Response.json(ANSWER, { status: 201 });

test('the service is asked with the key, and for credentials that last while they are shared', async () => {
  const { asked, desk } = service(good);
  await desk.issue('a', 100);
  expect(asked[0]!.url).toBe(
    'https://rtc.live.cloudflare.com/v1/turn/keys/key%2F1/credentials/generate-ice-servers',
  );
  expect(asked[0]!.method).toBe('POST');
  expect(asked[0]!.headers.get('authorization')).toBe('Bearer secret');
  expect((await asked[0]!.json<{ ttl: number }>()).ttl).toBeGreaterThan(TURN_SECONDS);
});

test('its servers are handed on without port 53, which browsers block', async () => {
  const { desk } = service(good);
  expect(await desk.issue('a', 100)).toEqual([
    { urls: ['stun:stun.cloudflare.com:3478'] },
    {
      urls: ['turn:turn.cloudflare.com:3478?transport=udp', 'turns:turn.cloudflare.com:5349?transport=tcp'],
      username: 'u',
      credential: 'c',
    },
  ]);
});

test('a crowd that joins at once costs one request, later joiners another one', async () => {
  const { asked, desk } = service(good);
  await Promise.all(Array.from({ length: 100 }, (_, i) => desk.issue(`peer ${i}`, 100)));
  await desk.issue('z', 399);
  expect(asked.length).toBe(1);
  await desk.issue('late', 401);
  expect(asked.length).toBe(2);
});

test('a service that fails costs viewers the relay only, and is asked again a little later', async () => {
  const failures = [
    () => new Response('no', { status: 500 }),
    () => Response.json({ iceServers: 'none' }),
    () => new Response('<html>', { status: 200 }),
    () => Promise.reject(new TypeError('unreachable')),
  ];
  for (const failure of failures) {
    const { asked, desk } = service(failure, good);
    expect(await desk.issue('a', 100)).toEqual([]);
    expect(await desk.issue('b', 105)).toEqual([]);
    expect(asked.length).toBe(1);
    expect(await desk.issue('c', 111)).toHaveLength(2);
  }
});
