import assert from 'node:assert/strict';
import { askLicense, type LicenseOutcome } from './license-client.ts';

const KID = 'AAAAAAAAAAAAAAAAAAAAAQ';
const ANSWER = {
  keys: [{ kty: 'oct', kid: KID, k: KID }],
  type: 'temporary',
  current: KID,
  next: KID,
  nextInMs: 1000,
  periodMs: 10_000,
};

async function outcomeOf(
  answer: () => Response | Promise<Response>,
  more: { token?: string; keyIds?: string[]; grant?: () => Promise<string> } = {},
): Promise<{ outcome: LicenseOutcome; asked: Request | undefined }> {
  let asked: Request | undefined;
  const outcome = await askLicense({
    edgeUrl: 'https://live.example',
    channel: 'show',
    token: () => more.token,
    grant: more.grant ?? (() => Promise.resolve('g.r.t')),
    fetch: (url, init) => {
      asked = new Request(url as string, init);
      return Promise.resolve(answer());
    },
  }, more.keyIds ?? []);
  return { outcome, asked };
}

Deno.test('a license is asked for with grant and token, in a way that needs no preflight', async () => {
  const { outcome, asked } = await outcomeOf(() => Response.json(ANSWER), {
    token: 'j.w.t',
    keyIds: ['00'.repeat(15) + '01'],
  });
  assert.equal(outcome.kind, 'answered');
  assert.equal(asked!.url, 'https://live.example/license/show?grant=g.r.t');
  assert.equal(asked!.headers.get('content-type'), 'text/plain');
  assert.equal(asked!.headers.get('authorization'), null);
  assert.deepEqual(await asked!.json(), { kids: [KID], type: 'temporary', token: 'j.w.t' });
});

Deno.test('what the edge refuses is told with its code; what passes by itself is asked again', async () => {
  const refuse = (status: number, code: string) => () =>
    Response.json({ error: { code, message: 'why' } }, { status });
  const { outcome } = await outcomeOf(refuse(403, 'lease-ended'));
  assert.deepEqual(outcome, { kind: 'refused', code: 'lease-ended', message: 'why' });
  for (
    const [status, code] of [[401, 'grant-over'], [409, 'off-air'], [429, 'rate-limited'], [
      503,
      'x',
    ]] as const
  ) {
    assert.equal((await outcomeOf(refuse(status, code))).outcome.kind, 'unreachable', code);
  }
  assert.deepEqual((await outcomeOf(() => new Response('a page', { status: 404 }))).outcome, {
    kind: 'refused',
    code: 'http-404',
    message: 'the edge answered 404',
  });
});

Deno.test('answers that are none, a network that fails and a session that is over are worth another try', async () => {
  const bad = [
    () => Response.json({ ...ANSWER, keys: [{ kty: 'oct', kid: KID, k: 'short' }] }),
    () => new Response('not json'),
    () => Promise.reject(new TypeError('no network')),
  ];
  for (const answer of bad) assert.equal((await outcomeOf(answer)).outcome.kind, 'unreachable');
  const { outcome, asked } = await outcomeOf(() => Response.json(ANSWER), {
    grant: () => Promise.reject(new Error('there is no session')),
  });
  assert.deepEqual([outcome.kind, asked], ['unreachable', undefined]);
});
