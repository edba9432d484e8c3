import assert from 'node:assert/strict';
import { encodePieceFrame, type PieceFrame } from '../../protocol/frame.ts';
import { concatBytes } from '../../protocol/bytes.ts';
import { AUDIO, Source, VIDEO } from '../mesh/testing/source.ts';
import { EdgeMedia } from './edge-media.ts';
import { GrantKeeper } from './grant.ts';
import { RunFetcher } from './run-fetcher.ts';
import { Shelf } from './shelf.ts';
import { FakeClock, fakeEnvironment } from './testing/fake-environment.ts';

/** A viewer that joined at second 0, or later, of a broadcast which is cut 100 ms behind the clock. */
function watch(
  more: {
    isFed?: () => boolean;
    mayMeet?: boolean;
    joinedMs?: number;
    neighbours?: () => number;
    quietMs?: () => number;
    refuse?: () => Response | undefined;
    silent?: () => boolean;
  } = {},
) {
  const clock = new FakeClock();
  const beginMs = clock.nowMs - (more.joinedMs ?? 0);
  const mediaNowMs = () => clock.nowMs - beginMs;
  const source = new Source([VIDEO, AUDIO]);
  const all = [VIDEO, AUDIO].flatMap((track) => source.cut(track, 0, 60_000));
  const asked: string[] = [];
  const environment = fakeEnvironment(clock, (url) => {
    const second = Number(url.pathname.split('/').at(-1));
    asked.push(url.pathname.slice('/media/demo/id'.length));
    const refusal = more.refuse?.();
    if (refusal) return refusal;
    const frames = all.filter(({ record }) =>
      Math.floor(record.decodeTimeUs / 1e6) === second && !more.silent?.() &&
      (record.decodeTimeUs + record.durationUs) / 1000 + 100 <= mediaNowMs()
    );
    const isOpen = more.silent?.() || mediaNowMs() < (second + 1) * 1000 + 100;
    const body = concatBytes(...frames.map(({ signed, bytes }) => encodePieceFrame(signed, bytes)));
    return new Response(body, { headers: { 'shoal-run': isOpen ? 'open' : 'closed' } });
  });
  const grants = new GrantKeeper({ value: 'g', expiresS: 1e9 }, () => 0, () => Promise.reject(new Error()));
  const shelf = new Shelf(30_000);
  let behind = 0;
  let runsFromMs = NaN;
  const awaited: number[][] = [];
  const fetcher = new RunFetcher({
    environment,
    media: new EdgeMedia(environment, 'https://edge.test', '/media/demo/id', grants),
    mediaPath: '/media/demo/id',
    shelf,
    mediaNowMs,
    tracks: () => [0, 1],
    isFed: more.isFed ?? (() => false),
    mayMeet: more.mayMeet ?? false,
    targetMs: () => 1300,
    quietMs: more.quietMs ?? (() => 1000),
    awaits: (tracks) => void awaited.push(tracks),
    neighbours: more.neighbours ?? (() => 0),
    runsFrom: (ms) => void (runsFromMs = ms),
    take: (frame: PieceFrame) => shelf.add(frame),
    fellBehind: () => behind++,
  });
  return {
    clock,
    mediaNowMs,
    shelf,
    asked,
    runsFromMs: () => runsFromMs,
    awaited,
    all,
    fetcher,
    behind: () => behind,
    close: () => fetcher.close(),
  };
}

Deno.test('who has nobody fetches each second once, soon after it is over, and plays without a gap', async () => {
  const { clock, asked, shelf, close } = watch();
  await clock.pass(6600);
  assert.deepEqual(asked, [0, 1, 2, 3, 4, 5].map((second) => `/run/0,1/${second}`));
  assert.deepEqual(shelf.segments(0).map(({ complete }) => complete), [true, true, true]);
  close();
  assert.equal(clock.pending, 0);
});

Deno.test('a second that is held already is not fetched', async () => {
  const { clock, asked, all, shelf, close } = watch();
  for (const frame of all.filter(({ record }) => record.decodeTimeUs < 4_200_000)) shelf.add(frame);
  await clock.pass(5500);
  assert.deepEqual(asked, ['/run/0,1/4']);
  close();
});

Deno.test('who is fed by others leaves holes to repair, and fetches when nothing comes at all', async () => {
  const { clock, asked, all, runsFromMs, shelf, close } = watch({ isFed: () => true });
  const holed = all.filter(({ record }, n) => record.decodeTimeUs < 4_200_000 && n % 5 !== 0);
  for (const frame of holed) shelf.add(frame);
  await clock.pass(5750);
  assert.deepEqual(asked, []);
  await clock.pass(2000);
  assert.deepEqual(
    asked,
    [4, 5, 6].map((second) => `/run/0,1/${second}`),
    'before the latency target is used up',
  );
  assert.equal(runsFromMs(), Infinity, 'single pieces are not left to runs');
  close();
});

/** Neighbours bring everything, so long after it was cut. */
async function pass({ clock, mediaNowMs, all, shelf }: ReturnType<typeof watch>, ms: number, lateMs: number) {
  for (const end = clock.nowMs + ms; clock.nowMs < end;) {
    await clock.pass(100);
    const nowUs = (mediaNowMs() - lateMs) * 1000;
    for (const frame of all) {
      const { decodeTimeUs, durationUs } = frame.record;
      if (decodeTimeUs + durationUs <= nowUs && decodeTimeUs + durationUs > nowUs - 200_000) shelf.add(frame);
    }
  }
}

Deno.test('who had to fetch a run, and is fed again later than a run would come, leaves it to neighbours', async () => {
  const viewer = watch({ isFed: () => true });
  await viewer.clock.pass(2500);
  assert.deepEqual(viewer.asked, ['/run/0,1/0', '/run/0,1/1']);
  await pass(viewer, 10_000, 700);
  assert.deepEqual(viewer.asked.length, 2, viewer.asked.join());
  viewer.close();
});

Deno.test('who had nobody and is fed now waits for what is late as who always was', async () => {
  let isFed = false;
  const viewer = watch({ isFed: () => isFed });
  await viewer.clock.pass(2500);
  assert.deepEqual(viewer.asked, ['/run/0,1/0', '/run/0,1/1']);
  isFed = true;
  viewer.fetcher.changed();
  await viewer.clock.pass(1200);
  assert.equal(viewer.asked.length, 2, viewer.asked.join());
  await viewer.clock.pass(500);
  assert.equal(viewer.asked.length, 3, 'within the latency target');
  viewer.close();
});

Deno.test('as long as anything comes, what is late is waited for: it stands in a line', async () => {
  const viewer = watch({ isFed: () => true, quietMs: () => 300 });
  await pass(viewer, 10_000, 2000);
  assert.deepEqual(viewer.asked, []);
  viewer.close();
});

Deno.test('in a crowd that nothing reaches not everybody asks at once', async () => {
  const { clock, asked, close } = watch({ isFed: () => true, neighbours: () => 8 });
  await clock.pass(2000);
  assert.deepEqual(asked, []);
  await clock.pass(2000);
  assert.ok(asked.length > 0);
  close();
});

Deno.test('who loses the last neighbour looks at once for what was put off', async () => {
  let isFed = true;
  const { clock, asked, all, runsFromMs, shelf, fetcher, close } = watch({ isFed: () => isFed });
  for (const frame of all.filter(({ record }) => record.decodeTimeUs < 4_200_000)) shelf.add(frame);
  await clock.pass(5500);
  isFed = false;
  fetcher.changed();
  await clock.pass(50);
  assert.deepEqual(asked, ['/run/0,1/4']);
  assert.equal(runsFromMs(), 5000, 'what runs left out may still be fetched singly');
  close();
});

Deno.test('who comes late in a second waits for neighbours before it is fetched, as long as what the join brought lasts', async () => {
  let isFed = false;
  const { clock, asked, fetcher, close } = watch({ joinedMs: 900, mayMeet: true, isFed: () => isFed });
  fetcher.joined();
  await clock.pass(600);
  assert.deepEqual(asked, [], 'the second was over 500 ms ago');
  isFed = true;
  fetcher.changed();
  await clock.pass(200);
  assert.deepEqual(asked, []);
  close();
  const alone = watch({ joinedMs: 900, mayMeet: true });
  alone.fetcher.joined();
  await alone.clock.pass(710);
  assert.deepEqual(alone.asked, ['/run/0,1/0']);
  alone.close();
});

Deno.test('while a join comes in no second is fetched, and a moment later neither; one that never ends is not waited for', async () => {
  const { clock, asked, fetcher, close } = watch({ joinedMs: 900, mayMeet: true });
  await clock.pass(1400);
  fetcher.joined();
  await clock.pass(650);
  assert.deepEqual(asked, []);
  await clock.pass(100);
  assert.equal(asked[0], '/run/0,1/0');
  close();
  const stuck = watch({ joinedMs: 900, mayMeet: true });
  await stuck.clock.pass(2550);
  assert.equal(stuck.asked[0], '/run/0,1/0');
  stuck.close();
});

Deno.test('nobody is to feed what a run brings while it is on its way', async () => {
  const { clock, awaited, close } = watch();
  await clock.pass(1500);
  assert.deepEqual(awaited, [[0, 1], []]);
  close();
});

Deno.test('a busy edge is left alone for as long as it says', async () => {
  let busy = true;
  const refuse = () =>
    busy ? new Response(null, { status: 503, headers: { 'retry-after': '3' } }) : undefined;
  const { clock, asked, close } = watch({ refuse });
  await clock.pass(4000);
  assert.equal(asked.length, 1);
  busy = false;
  await clock.pass(3000);
  assert.ok(asked.length > 2);
  close();
});

Deno.test('while the encoder is silent the edge is asked every third second at most', async () => {
  const { clock, asked, close } = watch({ silent: () => true });
  await clock.pass(21_000);
  assert.ok(asked.length <= 9, `${asked.length} requests in 21 s`);
  close();
});

Deno.test('who was frozen begins again at the newest keyframe instead of fetching it all', async () => {
  const { clock, asked, behind, close } = watch();
  clock.nowMs += 30_000;
  await clock.pass(1000);
  assert.equal(behind(), 1);
  assert.deepEqual(asked, []);
  await clock.pass(1000);
  assert.deepEqual(asked, ['/run/0,1/30']);
  close();
});
