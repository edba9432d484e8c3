import assert from 'node:assert/strict';
import { encodeIdleFrame, encodePieceFrame } from '../../protocol/frame.ts';
import { concatBytes } from '../../protocol/bytes.ts';
import { packIndex } from '../../protocol/piece-index.ts';
import { EdgeBusy } from '../mesh/seams.ts';
import { Source, VIDEO } from '../mesh/testing/source.ts';
import { EdgeMedia, MediaGone } from './edge-media.ts';
import { GrantKeeper } from './grant.ts';
import { FakeClock, fakeEnvironment, turn } from './testing/fake-environment.ts';

const source = new Source([VIDEO]);
const frames = source.cut(VIDEO, 0, 300);
const body = concatBytes(...frames.map(({ signed, bytes }) => encodePieceFrame(signed, bytes)));
const never = new AbortController().signal;

function mediaOf(answer: (url: URL, init: RequestInit) => Response | Promise<Response>) {
  let renewals = 0;
  const grants = new GrantKeeper(
    { value: 'g0', expiresS: 1e9 },
    () => 0,
    () => Promise.resolve({ value: `g${++renewals}`, expiresS: 1e9 }),
  );
  return new EdgeMedia(
    fakeEnvironment(new FakeClock(), answer),
    'https://edge.test',
    '/media/demo/id',
    grants,
  );
}

Deno.test('frames are handed on as they come, however the bytes are cut, and the run state is answered', async () => {
  const media = mediaOf(() => {
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        const all = concatBytes(encodeIdleFrame(), body);
        for (let at = 0; at < all.length; at += 777) controller.enqueue(all.slice(at, at + 777));
        controller.close();
      },
    });
    return new Response(stream, { headers: { 'shoal-run': 'open' } });
  });
  const got: number[] = [];
  assert.equal(
    await media.frames('/media/demo/id/run/0/1', never, ({ record }) => got.push(record.index)),
    'open',
  );
  assert.deepEqual(got, frames.map(({ record }) => record.index));
  assert.equal(media.requests, 1);
});

Deno.test('a body that ends within a frame is an error, after its whole frames were handed on', async () => {
  const media = mediaOf(() => new Response(body.slice(0, -1)));
  const got: number[] = [];
  await assert.rejects(media.frames('/x', never, ({ record }) => got.push(record.index)), /within a frame/);
  assert.equal(got.length, frames.length - 1);
});

Deno.test('a piece is asked for by its index, with the grant', async () => {
  const [, frame] = frames;
  const media = mediaOf((url) => {
    assert.equal(
      url.href,
      `https://edge.test/media/demo/id/piece/${
        (frame!.record.index >>> 0).toString(16).padStart(8, '0')
      }?grant=g0`,
    );
    return new Response(encodePieceFrame(frame!.signed, frame!.bytes));
  });
  assert.deepEqual((await media.piece(frame!.record.index, never)).bytes, frame!.bytes);
});

Deno.test('another piece than the one that was asked for is refused', async () => {
  const media = mediaOf(() => new Response(encodePieceFrame(frames[1]!.signed, frames[1]!.bytes)));
  await assert.rejects(media.piece(packIndex(9, 0, 9), never), /something else than piece 9-0-9/);
});

Deno.test('a refused grant is renewed and the request made once more, not for ever', async () => {
  const asked: (string | null)[] = [];
  const media = mediaOf((url) => {
    asked.push(url.searchParams.get('grant'));
    return new Response(null, { status: asked.length === 1 ? 401 : 200 });
  });
  await media.frames('/x', never, () => {});
  assert.deepEqual(asked, ['g0', 'g1']);
  await assert.rejects(
    mediaOf(() => new Response(null, { status: 401 })).frames('/x', never, () => {}),
    /401/,
  );
});

Deno.test('a request is put off when the cap is spent, not when there is nothing yet', async () => {
  for (const [code, refused] of [['egress-cap', 1], ['later', 0]] as const) {
    const media = mediaOf(() => Response.json({ error: { code, message: '' } }, { status: 503 }));
    await assert.rejects(media.frames('/x', never, () => {}), EdgeBusy);
    assert.deepEqual([media.requests, media.refused], [1, refused]);
  }
});

Deno.test('a busy edge says when, a lost piece is gone, anything else is what it is', async () => {
  const busy = mediaOf(() => new Response(null, { status: 503, headers: { 'retry-after': '2' } }));
  await assert.rejects(
    busy.frames('/x', never, () => {}),
    (error) => error instanceof EdgeBusy && error.retryAfterMs === 2000,
  );
  const vague = mediaOf(() => new Response(null, { status: 429 }));
  await assert.rejects(
    vague.frames('/x', never, () => {}),
    (error) => error instanceof EdgeBusy && error.retryAfterMs === 1000,
  );
  await assert.rejects(
    mediaOf(() => new Response(null, { status: 404 })).frames('/x', never, () => {}),
    MediaGone,
  );
  await assert.rejects(
    mediaOf(() => new Response(null, { status: 500 })).frames('/x', never, () => {}),
    /500/,
  );
});

Deno.test('no more than four single pieces are fetched at once', async () => {
  const waiting: ((response: Response) => void)[] = [];
  const media = mediaOf(() => new Promise((resolve) => waiting.push(resolve)));
  const outcomes = Array.from({ length: 6 }, (_, i) => media.piece(i, never).catch(() => 'gone'));
  await turn();
  assert.equal(waiting.length, 4);
  waiting[0]!(new Response(null, { status: 404 }));
  await turn();
  assert.equal(waiting.length, 5);
  for (let i = 1; i < 6; i++) {
    waiting[i]!(new Response(null, { status: 404 }));
    await turn();
  }
  assert.deepEqual(await Promise.all(outcomes), Array(6).fill('gone'));
});
