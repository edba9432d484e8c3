import assert from 'node:assert/strict';
import { type Api, apiClient, ApiFailure, told } from './client.ts';

function apiThat(answer: (url: string, init: RequestInit) => Response | Error) {
  const seen: { url: string; init: RequestInit; headers: Headers }[] = [];
  let unauthorized = 0;
  const api: Api = apiClient({
    token: () => 'secret',
    onUnauthorized: () => unauthorized++,
    fetch: (url, init = {}) => {
      seen.push({ url: String(url), init, headers: new Headers(init.headers) });
      const result = answer(String(url), init);
      return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
    },
  });
  return { api, seen, unauthorized: () => unauthorized };
}

async function failureOf(call: Promise<unknown>): Promise<ApiFailure> {
  const error = await call.then(() => undefined, (thrown) => thrown);
  assert.ok(error instanceof ApiFailure);
  return error;
}

Deno.test('a call carries the bearer, its query and its body', async () => {
  const { api, seen } = apiThat(() => Response.json({ items: [] }));
  const list = await told(api.channels.$get({ query: { after: 'a b', limit: '10' } }));
  assert.deepEqual(list, { items: [] });
  assert.equal(seen[0]!.url, '/api/channels?after=a+b&limit=10');
  assert.equal(seen[0]!.headers.get('authorization'), 'Bearer secret');
  await api.channels[':name'].$patch({ param: { name: 'demo' }, json: { title: 'x' } });
  assert.deepEqual([seen[1]!.url, seen[1]!.init.method], ['/api/channels/demo', 'PATCH']);
  assert.equal(seen[1]!.init.body, '{"title":"x"}');
});

Deno.test('a refusal keeps its code, its field and its rule', async () => {
  const error = { code: 'bad-field', field: 'settings.windowS', message: 'settings.windowS: at most 120' };
  const { api, unauthorized } = apiThat(() => Response.json({ error }, { status: 400 }));
  const failure = await failureOf(api.channels.$post({ json: { name: 'demo' } }));
  assert.deepEqual(
    [failure.status, failure.code, failure.field, failure.message],
    [400, error.code, error.field, error.message],
  );
  assert.equal(unauthorized(), 0);
});

Deno.test('a token that is no longer accepted is told to the session', async () => {
  const { api, unauthorized } = apiThat(() =>
    Response.json({ error: { code: 'unauthorized', message: 'no' } }, { status: 401 })
  );
  assert.equal((await failureOf(api.me.$get())).status, 401);
  assert.equal(unauthorized(), 1);
});

Deno.test('an edge that does not answer, or not in its own words, is a failure with a sentence', async () => {
  const gone = await failureOf(apiThat(() => new TypeError('fetch failed')).api.me.$get());
  assert.equal(gone.code, 'unreachable');
  const odd = await failureOf(apiThat(() => new Response('<html>', { status: 502 })).api.me.$get());
  assert.match(odd.message, /502/);
});
