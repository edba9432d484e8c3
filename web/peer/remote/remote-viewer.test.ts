import assert from 'node:assert/strict';
import type { Broadcast } from '../../../protocol/broadcast.ts';
import { packIndex } from '../../../protocol/piece-index.ts';
import { RecordFlag } from '../../../protocol/record.ts';
import { emptyStats } from '../viewer-stats.ts';
import { type MeshWorker, RemoteViewer } from './remote-viewer.ts';
import type { ViewerFacts, ViewerNews, ViewerRequest } from './viewer-messages.ts';

/** A worker that hears and says what a test wants. */
class FakeWorker implements MeshWorker {
  heard: ViewerRequest[] = [];
  ended = false;
  say: (news: ViewerNews) => void = () => {};
  pipe = {
    post: (request: ViewerRequest) => void this.heard.push(request),
    receive: (listener: (news: ViewerNews) => void) => this.say = listener,
  };

  end(): void {
    this.ended = true;
  }

  onFault(): void {}

  /** Joined, with a broadcast of this id. */
  live(id: string): void {
    this.say({ type: 'ready' });
    this.say({ type: 'state', facts: factsOf('joining') });
    this.say({ type: 'broadcast', facts: factsOf('joining', id), windowMs: 30_000 });
    this.say({ type: 'state', facts: factsOf('live', id) });
  }

  piece(segment: number): void {
    const index = packIndex(segment, 0, 0);
    const record = {
      index,
      byteLength: 1,
      decodeTimeUs: segment * 1_000_000,
      durationUs: 1_000_000,
      flags: RecordFlag.lastOfSegment,
      initSegment: 0,
      hash: new Uint8Array(32),
    };
    this.say({ type: 'pieces', pieces: [{ record, bytes: Uint8Array.of(segment), source: 'seed' }] });
  }
}

function factsOf(state: ViewerFacts['state'], id?: string): ViewerFacts {
  return {
    state,
    reason: undefined,
    title: id === undefined ? '' : 'News',
    p2p: 'on',
    broadcast: id === undefined ? undefined : { id } as Broadcast,
    latencyTargetMs: 2000,
    mostTrack: null,
    tracks: id === undefined ? [] : [0, 1],
    uploadKbps: 0,
    clockOffsetMs: 0,
  };
}

/** A viewer whose looks at its worker's pulse the test makes itself. */
function start() {
  const workers = [new FakeWorker()];
  const told: string[] = [];
  let connections = 0;
  let closed = 0;
  const { setInterval } = globalThis;
  let look = () => {};
  globalThis.setInterval = ((listener: () => void) => {
    look = listener;
    return 1;
  }) as unknown as typeof setInterval;
  const viewer = new RemoteViewer(
    workers[0]!,
    () => {
      const next = new FakeWorker();
      workers.push(next);
      return next;
    },
    {
      edgeUrl: 'https://live.example',
      channel: 'news',
      device: 'computer',
      savesData: false,
      connects: true,
    },
    class {
      constructor() {
        connections++;
      }
      close() {
        closed++;
      }
    } as never,
  );
  viewer.on('state', ({ state, reason }) => told.push(reason ? `${state}: ${reason.code}` : state));
  viewer.on('broadcast', ({ id }) => told.push(`broadcast ${id}`));
  viewer.start();
  workers[0]!.live('a');
  globalThis.setInterval = setInterval;
  const silence = async () => {
    for (let i = 0; i < 5; i++) look();
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return { viewer, workers, told, silence, connections: () => connections, closed: () => closed };
}

Deno.test('a worker that has gone silent is ended, and the next one takes up what was watched', async () => {
  const { viewer, workers, told, silence } = start();
  viewer.setToken('new');
  viewer.setTracks([2, 1]);
  workers[0]!.piece(1);
  workers[0]!.say({
    type: 'figures',
    facts: factsOf('live', 'a'),
    stats: { ...emptyStats(), peerBytes: 100, peers: 3 },
  });
  await silence();
  const [dead, next] = workers as [FakeWorker, FakeWorker];
  assert.deepEqual([workers.length, dead.ended, viewer.stats().peers], [2, true, 0]);
  assert.deepEqual(
    next.heard.map((request) => request.type),
    ['make', 'setToken', 'setTracks', 'start'],
  );

  dead.piece(2);
  next.live('a');
  next.piece(9);
  next.say({
    type: 'figures',
    facts: factsOf('live', 'a'),
    stats: { ...emptyStats(), peerBytes: 10, peers: 1 },
  });
  assert.deepEqual(told, ['joining', 'broadcast a', 'live', 'reconnecting: worker-died', 'live']);
  assert.deepEqual(viewer.segments(0).map(({ segment }) => segment), [1, 9], 'what had come is kept');
  assert.deepEqual(next.heard.at(-1), { type: 'setTracks', tracks: [2, 1] });
  assert.deepEqual([viewer.stats().peerBytes, viewer.stats().peers], [110, 1]);
});

Deno.test('a broadcast that began meanwhile is told, with an empty shelf', async () => {
  const { viewer, workers, told, silence } = start();
  workers[0]!.piece(1);
  await silence();
  workers[1]!.live('b');
  assert.deepEqual(told.slice(-3), ['reconnecting: worker-died', 'broadcast b', 'live']);
  assert.deepEqual(viewer.segments(0), []);
});

Deno.test('no connection is made between the first media and the picture', () => {
  const { viewer, workers, connections } = start();
  const open = (id: number) =>
    workers[0]!.say({ type: 'connection', request: { type: 'open', id, configuration: undefined } });
  open(1);
  assert.equal(connections(), 1, 'before there is media it is peers that have to bring it');
  workers[0]!.piece(1);
  open(2);
  open(3);
  assert.equal(connections(), 1);
  viewer.setPlayhead({ decodeTimeUs: 1_000_000, bufferedUntilUs: 2_000_000, playing: true });
  assert.equal(connections(), 1);
  viewer.setPlayhead({ decodeTimeUs: 1_040_000, bufferedUntilUs: 2_000_000, playing: true });
  assert.equal(connections(), 3);
});

Deno.test('connections are made as soon as the page says that there is a picture', () => {
  const { viewer, workers, connections } = start();
  workers[0]!.piece(1);
  workers[0]!.say({ type: 'connection', request: { type: 'open', id: 1, configuration: undefined } });
  assert.equal(connections(), 0);
  viewer.pictured();
  assert.equal(connections(), 1);
});

Deno.test('connections end with the page, before the worker has had the time to say goodbye', () => {
  const { viewer, workers, closed } = start();
  workers[0]!.say({ type: 'connection', request: { type: 'open', id: 1, configuration: undefined } });
  viewer.leave();
  assert.deepEqual([closed(), workers[0]!.heard.at(-1)], [1, { type: 'stop' }]);
  workers[0]!.end();
});

Deno.test('a refused viewer needs no other worker', async () => {
  const { viewer, workers, silence } = start();
  workers[0]!.say({ type: 'state', facts: factsOf('refused') });
  await silence();
  assert.deepEqual([workers.length, viewer.state], [1, 'refused']);
});

Deno.test('a grant that a dead worker was asked for is refused', async () => {
  const { viewer, silence } = start();
  const grant = viewer.mediaGrant().catch((error) => (error as Error).message);
  await silence();
  assert.equal(await grant, 'there is no session');
});
