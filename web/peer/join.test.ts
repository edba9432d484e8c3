import assert from 'node:assert/strict';
import { encodeJoinHead } from '../../protocol/join-body.ts';
import { join, type JoinOutcome } from './join.ts';
import { FakeClock, fakeEnvironment, FakeSocket } from './testing/fake-environment.ts';

const never = new AbortController().signal;
const IDLE = { state: 'idle', channel: 'demo', title: 'Demo', nowMs: 50_000, retryAfterMs: 3000 };
const peerKey = 'k'.repeat(43);

async function ask(
  answer: (url: URL, init: RequestInit) => Response | Promise<Response>,
  clock = new FakeClock(),
): Promise<JoinOutcome> {
  return await join(
    fakeEnvironment(clock, answer),
    'https://edge.test/join/demo',
    { peerKey, p2p: 'on' },
    never,
  );
}

Deno.test('the request is CORS-simple: a POST of text, whose body is JSON', async () => {
  await ask((url, init) => {
    assert.equal(url.pathname, '/join/demo');
    assert.equal(init.method, 'POST');
    assert.deepEqual(init.headers, { 'content-type': 'text/plain' });
    assert.deepEqual(JSON.parse(String(init.body)), { peerKey, p2p: 'on' });
    return Response.json(IDLE);
  });
});

Deno.test('an answer tells when it was asked for and when it came, beside the clock of the edge', async () => {
  const clock = new FakeClock();
  const outcome = await ask(() => {
    clock.nowMs += 200;
    return Response.json(IDLE);
  }, clock);
  assert.ok(outcome.kind === 'answered');
  assert.deepEqual(outcome.clock, { nowMs: 50_000, askedAt: clock.nowMs - 200, answeredAt: clock.nowMs });
});

Deno.test('a refusal is final and gives its code; trouble of the edge is worth another try', async () => {
  const error = (status: number, headers = {}) => () =>
    Response.json({ error: { code: 'unknown-channel', message: 'there is no such channel' } }, {
      status,
      headers,
    });
  assert.deepEqual(await ask(error(404)), {
    kind: 'refused',
    code: 'unknown-channel',
    message: 'there is no such channel',
  });
  assert.deepEqual(await ask(() => new Response('<html>', { status: 403 })), {
    kind: 'refused',
    code: 'http-403',
    message: 'the edge answered 403',
  });
  for (const status of [429, 500, 503]) {
    const outcome = await ask(error(status, { 'retry-after': '4' }));
    assert.ok(outcome.kind === 'unreachable');
    assert.equal(outcome.retryAfterMs, 4000);
  }
});

Deno.test('an answer that is no join answer is trouble, not a crash', async () => {
  for (const body of ['', 'null', '{"state":"live"}', '{"state":"dancing"}']) {
    assert.equal((await ask(() => new Response(body))).kind, 'unreachable', body);
  }
  const outcome = await ask(() => Promise.reject(new TypeError('network')));
  assert.ok(outcome.kind === 'unreachable' && outcome.message.includes('network'));
});

Deno.test('an edge that does not answer is given up after ten seconds', async () => {
  const clock = new FakeClock();
  const outcome = ask(
    (_, { signal }) =>
      new Promise((_resolve, reject) =>
        signal!.addEventListener('abort', () => reject(new Error('aborted')))
      ),
    clock,
  );
  await clock.pass(10_000);
  assert.equal((await outcome).kind, 'unreachable');
  assert.equal(clock.pending, 0);
});

Deno.test('a socket that says nothing and confirms no close is given up after two seconds all the same', async () => {
  const joins = FakeSocket.joins;
  const clock = new FakeClock();
  let closed = 0;
  FakeSocket.joins = (socket) => {
    socket.readyState = 1;
    socket.close = () => void closed++;
  };
  try {
    const environment = fakeEnvironment(clock, () => Response.json(IDLE));
    const outcome = join(environment, 'https://edge.test/join/demo', { peerKey, media: true }, never, true);
    await clock.pass(2100);
    assert.equal(closed, 1);
    assert.equal((await outcome).kind, 'answered');
  } finally {
    FakeSocket.joins = joins;
  }
});

Deno.test('a socket whose answer makes no sense is closed, and the join goes by HTTP', async () => {
  const joins = FakeSocket.joins;
  let dialled: FakeSocket | undefined;
  FakeSocket.joins = async (socket) => {
    dialled = socket;
    await socket.open();
    socket.pour(encodeJoinHead('{"state":"dancing"}'));
  };
  try {
    const environment = fakeEnvironment(new FakeClock(), () => Response.json(IDLE));
    const outcome = await join(
      environment,
      'https://edge.test/join/demo',
      { peerKey, media: true },
      never,
      true,
    );
    assert.deepEqual([outcome.kind, dialled!.readyState], ['answered', 3]);
  } finally {
    FakeSocket.joins = joins;
  }
});
