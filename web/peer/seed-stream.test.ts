import assert from 'node:assert/strict';
import { encodePieceFrame } from '../../protocol/frame.ts';
import type { FromPeer } from '../../protocol/from-peer.ts';
import { Source, VIDEO } from '../mesh/testing/source.ts';
import { EdgeMedia } from './edge-media.ts';
import { GrantKeeper } from './grant.ts';
import { SeedStream } from './seed-stream.ts';
import { FakeClock, fakeEnvironment, turn, until } from './testing/fake-environment.ts';

const frames = new Source([VIDEO]).cut(VIDEO, 0, 500);
const feeds = [{ track: 0, substream: 1 }, { track: 0, substream: 2 }];

function seed() {
  const clock = new FakeClock();
  const bodies: { url: URL; body: ReadableStreamDefaultController<Uint8Array>; aborted: boolean }[] = [];
  const environment = fakeEnvironment(clock, (url, { signal }) => {
    let body!: ReadableStreamDefaultController<Uint8Array>;
    const stream = new ReadableStream<Uint8Array>({ start: (controller) => void (body = controller) });
    const response = { url, body, aborted: false };
    signal?.addEventListener('abort', () => {
      response.aborted = true;
      body.error(new DOMException('aborted', 'AbortError'));
    });
    bodies.push(response);
    return new Response(stream);
  });
  const grants = new GrantKeeper({ value: 'g', expiresS: 1e9 }, () => 0, () => Promise.reject(new Error()));
  const taken: number[] = [];
  const told: FromPeer[] = [];
  const state = { uploaded: 0, isUp: true };
  const stream = new SeedStream({
    environment,
    media: new EdgeMedia(environment, 'https://edge.test', '/media/demo/id', grants),
    take: ({ record }) => taken.push(record.index),
    acknowledge: () => [{ track: 0, substream: 1, index: 7 }],
    uploaded: () => state.uploaded,
    tell: (message) => state.isUp && told.push(message) > 0,
  });
  return { clock, bodies, taken, told, state, stream };
}

const bytesOf = (n: number) => encodePieceFrame(frames[n]!.signed, frames[n]!.bytes);

Deno.test('feeds open one response, that begins after what is held and whose pieces are taken as they come', async () => {
  const { bodies, taken, stream } = seed();
  stream.set(feeds, '/seed?peer=x');
  await until('a response', () => bodies.length === 1);
  assert.equal(bodies[0]!.url.search, '?peer=x&held=00000007&grant=g');
  bodies[0]!.body.enqueue(bytesOf(0));
  await until('a piece', () => taken.length === 1);
  assert.deepEqual(taken, [frames[0]!.record.index]);
  stream.set(feeds.slice(1), '/seed?peer=x');
  await turn();
  assert.equal(bodies.length, 1, 'another set of feeds comes inside the same response');
  stream.close();
  assert.equal(bodies[0]!.aborted, true);
});

Deno.test('a response that ends is opened again at once, one that breaks after a wait', async () => {
  const { clock, bodies, taken, stream } = seed();
  stream.set(feeds, '/seed');
  await until('a response', () => bodies.length === 1);
  bodies[0]!.body.enqueue(bytesOf(0));
  await until('a piece', () => taken.length === 1);
  bodies[0]!.body.close();
  await until('the end was seen', () => clock.pending === 2);
  await clock.pass(0);
  await until('a second response', () => bodies.length === 2);
  bodies[1]!.body.error(new Error('the edge went away'));
  await until('the break was seen', () => clock.pending === 2);
  await clock.pass(100);
  assert.equal(bodies.length, 2);
  await clock.pass(1000);
  await until('a third response', () => bodies.length === 3);
  stream.close();
});

Deno.test('another path takes over: the old response is let go of', async () => {
  const { bodies, stream } = seed();
  stream.set(feeds, '/one?peer=x');
  await turn();
  stream.set(feeds, '/two?peer=x');
  await turn();
  assert.deepEqual(bodies.map(({ url, aborted }) => [url.pathname, aborted]), [['/one', true], [
    '/two',
    false,
  ]]);
  stream.close();
});

Deno.test('every two seconds the seed says what it holds and what it gave since it was last heard', async () => {
  const { clock, told, state, stream } = seed();
  stream.set(feeds, '/seed');
  state.uploaded = 500;
  await clock.pass(2000);
  assert.deepEqual(told, [{ action: 'ack', acks: [{ track: 0, substream: 1, index: 7 }], given: 500 }]);
  state.isUp = false;
  state.uploaded = 800;
  await clock.pass(2000);
  state.isUp = true;
  state.uploaded = 900;
  await clock.pass(2000);
  assert.equal(told.length, 2);
  assert.equal((told[1] as { given?: number }).given, 400);
  stream.close();
});

Deno.test('without feeds there is no response, no acknowledgement and no timer', async () => {
  const { clock, bodies, told, stream } = seed();
  stream.set(feeds, '/seed');
  await until('a response', () => bodies.length === 1);
  stream.set([], '/seed');
  await clock.pass(10_000);
  assert.deepEqual([bodies.length, bodies[0]!.aborted, told.length, clock.pending], [1, true, 0, 0]);
  assert.deepEqual(stream.feeds, []);
});
