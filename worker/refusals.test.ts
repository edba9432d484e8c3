/** What the edge refuses, route by route: `deno task test --filter "refuses without a right"` runs this alone. */
import { beforeAll, expect, test } from 'vitest';
import { toBinaryString } from '../protocol/bytes.ts';
import { app } from './app.ts';
import { adminToken, playbackToken } from './testing/access-client.ts';
import { bindings, eventually, goOnAir, makeChannel, originToken } from './testing/edge.ts';
import { RIGHTS, type RouteRight } from './testing/rights.ts';
import { announceOf, announcePathOf, SignalClient, watch } from './testing/signal-client.ts';

/** Routes as they are written, without middleware and without the patterns of their parameters. */
const ROUTES = [
  ...new Set(
    app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) =>
      `${method} ${withoutPatterns(path)}`
    ),
  ),
];

function withoutPatterns(path: string): string {
  return path.replace(/\{(?:[^{}]|\{[^{}]*\})*\}/g, '');
}

const SAMPLES: Record<string, string> = {
  ':infoHash': 'ab'.repeat(20),
  ':torrent': `${'ab'.repeat(20)}.torrent`,
  ':broadcast': 'ab'.repeat(16),
  ':index': '00000001',
  ':tracks': '0',
  ':second': '1',
  ':track': '0',
  ':playlist': '0.m3u8',
  ':file': '1.m4s',
  ':system?': 'widevine',
  ':system': 'widevine',
};

let channel = '';
const tokens: Record<string, string> = {};

beforeAll(async () => {
  channel = `refuses-${crypto.randomUUID().slice(0, 8)}`;
  await makeChannel(channel, { access: 'token', drm: 'cenc' });
  for (const role of ['reports', 'operator', 'owner']) {
    tokens[role] = await adminToken(role);
    tokens[`${role} of a tenant`] = await adminToken(role, { tenant: 'acme' });
  }
  tokens.playback = await playbackToken(channel);
  tokens.origin = await originToken('o1');
});

async function refusal(
  route: string,
  { token, body, env = {} }: { token?: string; body?: unknown; env?: Record<string, string> } = {},
): Promise<[status: number, code: string]> {
  const [method = '', pattern = ''] = route.split(' ');
  const path = pattern.replaceAll('*', 'x').replace(/:[A-Za-z]+\??/g, (name) => SAMPLES[name] ?? channel);
  const response = await app.request(
    path,
    {
      method,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      ...(method === 'GET' || method === 'DELETE' ? {} : { body: JSON.stringify(body ?? {}) }),
    },
    { ...bindings, ...env },
    { waitUntil: () => {}, passThroughOnException: () => {}, props: {} },
  );
  const told = await response.json<{ error?: { code: string } }>().catch(() => undefined);
  return [response.status, told?.error?.code ?? ''];
}

test('refuses without a right: every route is listed with the right it wants', () => {
  expect(ROUTES.filter((route) => !(route in RIGHTS)), 'add these to worker/testing/rights.ts').toEqual([]);
});

for (const route of ROUTES) {
  const right: RouteRight | undefined = RIGHTS[route];
  if (!right || 'open' in right) continue;
  if ('needs' in right) {
    test(`refuses without a right: ${route} needs ${right.needs}`, async () => {
      const { status, code, body, env = {} } = right;
      expect(await refusal(route, { body, env })).toEqual([status, code]);
      expect(await refusal(route, { body, env, token: 'guess' }), 'with a guess').toEqual(
        code.startsWith('token-') ? [status, expect.stringMatching(/^token-/)] : [status, code],
      );
    });
    continue;
  }
  test(`refuses without a right: ${route} needs an admin's token, ${right.admin}`, async () => {
    const denied = [401, 'unauthorized'];
    expect(await refusal(route)).toEqual(denied);
    for (const kind of ['', 'guess', 'x.y.z', tokens.playback!, tokens.origin!]) {
      expect(await refusal(route, { token: kind }), kind.slice(0, 8)).toEqual(denied);
    }
    const lower = { owner: ['operator', 'reports'], operator: ['reports'], reports: [] }[right.admin];
    for (const role of lower) {
      expect(await refusal(route, { token: tokens[role]! }), role).toEqual([403, 'role-too-low']);
    }
    if (!right.tenants) {
      const token = tokens[`${right.admin} of a tenant`]!;
      expect(await refusal(route, { token })).toEqual([403, 'not-for-tenants']);
    }
  });
}

test('refuses without a right: an admin route is one of those below /api', () => {
  for (const route of ROUTES) {
    const right = RIGHTS[route];
    if (route.includes(' /api/') && right) expect('open' in right, route).toBe(false);
  }
});

test('refuses without a right: no message of the signaling socket is heeded before a ticket', async () => {
  const { channel, broadcast } = await goOnAir();
  const { client: neighbour, announce } = await watch(channel);
  const client = await SignalClient.open(announcePathOf(broadcast.infoHash));
  const to_peer_id = announce.peer_id;
  const offer_id = 'o'.repeat(20);
  for (
    const message of [
      { action: 'candidate', to_peer_id, offer_id, candidate: 'x' },
      { action: 'more', want: 5, known: [] },
      { action: 'renew' },
      { action: 'ack', acks: [] },
      { action: 'complain', peer_id: to_peer_id, identity: '0'.repeat(16), why: 'flood' },
    ]
  ) {
    client.send(message);
    const about = `${message.action} needs an announce`;
    await client.message((one) => String(one['failure reason']).includes(about));
  }
  // A stock client's offer is for other stock clients: it reaches nobody who holds a ticket.
  client.send({
    action: 'announce',
    info_hash: announce.info_hash,
    peer_id: 's'.repeat(20),
    left: 1,
    offers: [{ offer_id, offer: { type: 'offer', sdp: 's' }, to_peer_id }],
  });
  await client.message(({ action, interval }) => action === 'announce' && interval !== undefined);
  const relayed = neighbour.got.filter((one) =>
    'offer' in one || one.action === 'candidate' || one.action === 'drop'
  );
  expect(relayed).toEqual([]);
  client.socket.close();
});

test('refuses without a right: an info-hash that Shoal does not know is not served', async () => {
  const infoHash = 'cd'.repeat(20);
  const client = await SignalClient.open(announcePathOf(infoHash));
  client.send({
    ...await announceOf(infoHash, 'none'),
    info_hash: toBinaryString(new Uint8Array(20).fill(0xcd)),
  });
  expect(await client.failure()).toContain('not served');
});

test('refuses without a right: a grant opens its own broadcast and the seed stream of its own peer alone', async () => {
  const mine = await goOnAir();
  const other = await goOnAir();
  const { answer } = await watch(mine.channel);
  const at = async (path: string) => {
    const response = await app.request(`${path}grant=${answer.grant.value}`, {}, bindings, {
      waitUntil: () => {},
      passThroughOnException: () => {},
      props: {},
    });
    await response.body?.cancel();
    return response.status;
  };
  expect(await at(`/media/${other.channel}/${other.broadcast.id}/join?`)).toBe(401);
  expect(await at(`${answer.mediaPath}/seed?peer=-SH0001-aaaaaaaaaaaa&`)).toBe(403);
  await eventually(() => at(`${answer.mediaPath}/join?`), (status) => status !== 401);
});
