import assert from 'node:assert/strict';
import { LONGEST_BROADCAST_MS } from '../../protocol/broadcast.ts';
import type { FromOrigin } from '../../protocol/control.ts';
import { INIT_PIECE, pieceOf } from '../../protocol/piece-index.ts';
import { RecordFlag } from '../../protocol/record.ts';
import { encodeFlv } from '../media/testing/flv-file.ts';
import type { FlvTag, MediaSink, PublishDecision, PublishSession } from '../rtmp/seam.ts';
import { MAX_HELD } from './control-client.ts';
import { OriginMetrics } from './metrics.ts';
import { Publisher, type PublisherOptions } from './publisher.ts';
import { FakeEdge, SECRET } from './testing/fake-edge.ts';

const TAGS = await encodeFlv({ seconds: 4 });
/** Little enough to fit a link's queue at once. */
const FIRST_HALF = TAGS.slice(0, TAGS.length / 2);

type Live = Extract<FromOrigin, { type: 'live' }>;

interface Stage {
  edge: FakeEdge;
  publisher: Publisher;
  metrics: OriginMetrics;
}

function publisherFor(
  edge: FakeEdge,
  metrics: OriginMetrics,
  options: Partial<PublisherOptions> = {},
): Publisher {
  const timing = { firstPauseMs: 5, longestPauseMs: 20 };
  const log = () => {};
  return new Publisher({
    edgeUrl: edge.url,
    secret: SECRET,
    originId: 'o1',
    metrics,
    log,
    timing,
    ...options,
  });
}

function stage(
  name: string,
  act: (stage: Stage) => Promise<void>,
  options: Partial<PublisherOptions> = {},
): void {
  Deno.test(name, async () => {
    const edge = new FakeEdge();
    const metrics = new OriginMetrics();
    const publisher = publisherFor(edge, metrics, options);
    try {
      await act({ edge, publisher, metrics });
    } finally {
      publisher.close();
      await edge.stop();
    }
  });
}

/** An encoder's connection as the RTMP server would show it. */
class Encoder implements PublishSession {
  static #last = 0;
  readonly id = ++Encoder.#last;
  readonly drops: string[] = [];
  sink: MediaSink | undefined;

  async publish(publisher: Publisher, key = 'good', channel = 'news'): Promise<PublishDecision> {
    const request = { app: 'live', channel, key, remote: '127.0.0.1:5000', session: this.id };
    const decision = await publisher.authorise(request, this);
    if (decision.ok) this.sink = decision.sink;
    return decision;
  }

  drop(reason: string): void {
    this.drops.push(reason);
    this.leave(reason, false);
  }

  send(tags: FlvTag[]): void {
    for (const tag of tags) this.sink!.tag(tag);
  }

  leave(reason = 'connection closed', polite = true): void {
    const sink = this.sink;
    this.sink = undefined;
    sink?.ended(reason, polite);
  }
}

const isInit = (index: number) => pieceOf(index) === INIT_PIECE;

stage(
  'a publish that the edge grants goes live and its pieces come over the link',
  async ({ edge, publisher }) => {
    const encoder = new Encoder();
    assert.equal((await encoder.publish(publisher)).ok, true);
    const hello = edge.control[0]!;
    assert.deepEqual(hello, { type: 'hello', origin: 'o1', live: [], ingest: [] });
    encoder.send(TAGS);
    encoder.leave();
    const { broadcast } = await edge.told('live');
    assert.equal(broadcast.tracks.length, 2);
    const lost = await edge.told('lost');
    assert.equal(lost.polite, true);
    await edge.until(() => edge.frames.length >= 60);
    assert.equal(edge.frames.filter(({ record }) => isInit(record.index)).length, 2);
    assert.equal(edge.link[0]!.type, 'hello');
  },
);

stage(
  'what the edge refuses is refused with its reason, a duplicate as such',
  async ({ edge, publisher, metrics }) => {
    edge.onPublish = ({ id, key }) =>
      key === 'other'
        ? { type: 'refused', id, code: 'duplicate', reason: 'live with another key' }
        : { type: 'refused', id, code: 'wrong-key', reason: 'the stream key is wrong' };
    assert.deepEqual(await new Encoder().publish(publisher, 'bad'), {
      ok: false,
      code: 'denied',
      reason: 'the stream key is wrong',
    });
    const duplicate = await new Encoder().publish(publisher, 'other');
    assert.equal(!duplicate.ok && duplicate.code, 'duplicate');
    const text = metrics.text({ sessions: 0, ...publisher.gauges() });
    assert.match(text, /shoal_origin_publishes_total\{result="wrong-key"\} 1/);
  },
);

stage('an edge that stays silent refuses as unavailable', async ({ edge, publisher }) => {
  edge.onPublish = () => undefined;
  const decision = await new Encoder().publish(publisher);
  assert.ok(!decision.ok);
  assert.equal(decision.code, 'unavailable', 'nothing was said against the key: the encoder may try again');
  assert.match(decision.reason, /does not answer/);
}, { publishMs: 50 });

stage('a publish that comes while the edge is away is held, and granted when it is back', async (stage) => {
  const { edge, publisher } = stage;
  await edge.told('hello');
  await edge.stop();
  const publishing = new Encoder().publish(publisher);
  edge.start();
  assert.equal((await publishing).ok, true);
});

stage('only so many publishes are held for an edge that is away', async ({ edge, publisher }) => {
  await edge.told('hello');
  await edge.stop();
  const held = Array.from({ length: MAX_HELD }, () => new Encoder().publish(publisher, 'bad'));
  const decision = await new Encoder().publish(publisher);
  assert.ok(!decision.ok && decision.code === 'unavailable');
  assert.match(decision.reason, /too many/);
  edge.onPublish = ({ id }) => ({
    type: 'refused',
    id,
    code: 'wrong-key',
    reason: 'the stream key is wrong',
  });
  edge.start();
  const codes = (await Promise.all(held)).map((answer) => answer.ok || answer.code);
  assert.deepEqual(new Set(codes), new Set(['denied']), 'those that waited are answered by the edge');
});

stage('a session with the same key takes over in the same broadcast', async ({ edge, publisher }) => {
  const [first, second] = [new Encoder(), new Encoder()];
  await first.publish(publisher);
  first.send(FIRST_HALF);
  await edge.until(() => edge.frames.length >= 25);
  assert.equal((await second.publish(publisher)).ok, true);
  assert.equal(first.drops.length, 1);
  second.send(TAGS);
  second.leave();
  await edge.told('lost');
  assert.equal(
    edge.control.filter(({ type }) => type === 'lost').length,
    1,
    'the takeover itself loses nothing',
  );
  const breaks = () => edge.frames.filter(({ record }) => record.flags & RecordFlag.discontinuity);
  await edge.until(() => breaks().length === 2);
  assert.deepEqual(breaks().map(({ record }) => pieceOf(record.index)), [0, 0]);
});

stage('another key of a live channel is a duplicate and hurts nobody', async ({ publisher }) => {
  const [first, second] = [new Encoder(), new Encoder()];
  await first.publish(publisher);
  const decision = await second.publish(publisher, 'also-good');
  assert.equal(!decision.ok && decision.code, 'duplicate');
  assert.equal(first.drops.length, 0);
  first.send(TAGS);
});

stage('an encoder that comes back goes on in the same broadcast', async ({ edge, publisher }) => {
  const [first, second] = [new Encoder(), new Encoder()];
  await first.publish(publisher);
  first.send(TAGS);
  first.leave('connection reset', false);
  assert.equal((await edge.told('lost')).polite, false);
  await second.publish(publisher);
  second.send(TAGS);
  second.leave();
  await edge.until(() => edge.control.filter(({ type }) => type === 'lost').length === 2);
  const lives = edge.control.filter((told) => told.type === 'live');
  assert.equal(new Set(lives.map(({ broadcast }) => broadcast.infoHash)).size, 1);
  const indexes = edge.frames.map(({ record }) => record.index);
  assert.equal(new Set(indexes).size, indexes.length, 'no index is used twice');
});

stage(
  'an encoder that comes back with ten times the bitrate loses no piece on a link that has room',
  async (stage) => {
    const { edge, publisher, metrics } = stage;
    const [first, second] = [new Encoder(), new Encoder()];
    await first.publish(publisher);
    first.send(FIRST_HALF);
    first.leave('connection reset', false);
    await edge.told('lost');
    const larger = await encodeFlv({ seconds: 0.5, size: '1920x1080', video: ['-crf', '3', '-g', '60'] });
    await second.publish(publisher);
    second.send(larger);
    second.leave();
    await edge.until(() => edge.control.filter(({ type }) => type === 'lost').length === 2);
    assert.match(metrics.text({ ...publisher.gauges(), sessions: 0 }), /dropped_pieces_total 0\n/);
    assert.ok(larger.reduce((sum, { body }) => sum + body.length, 0) > 500_000);
  },
);

stage('drop ends the encoder, ended forgets the broadcast', async ({ edge, publisher }) => {
  const encoder = new Encoder();
  await encoder.publish(publisher);
  encoder.send(TAGS);
  const { broadcast } = await edge.told('live');
  edge.order({ type: 'drop', channel: 'news', reason: 'stopped by an admin' });
  await edge.told('lost');
  assert.deepEqual(encoder.drops, ['stopped by an admin']);
  await edge.until(() => edge.link.length > 0);
  edge.order({ type: 'ended', channel: 'news', broadcastId: broadcast.id });
  await edge.until(() => edge.link.some(({ type }) => type === 'end'));
  assert.deepEqual(publisher.channels(), []);
});

const virtual = { ms: 1_800_000_000_000 };
/** The same media, some time later. */
const later = (tags: FlvTag[], byMs: number) =>
  tags.map((tag) => ({ ...tag, timestampMs: tag.timestampMs + byMs }));

stage('a broadcast rolls over to a new id before its numbers are used up, and its encoder stays', async (
  { edge, publisher },
) => {
  const beganMs = virtual.ms;
  const nextId = 'fedcba9876543210fedcba9876543210';
  let isGiven = false;
  edge.onPublish = (ask) => {
    if (!isGiven) return edge.grant(ask);
    edge.order({ type: 'ended', channel: 'news', broadcastId: first.id });
    return edge.grant(ask, { broadcastId: nextId, epochMs: ask.nowMs });
  };
  const encoder = new Encoder();
  await encoder.publish(publisher);
  encoder.send(TAGS);
  const { broadcast: first } = await edge.told('live');

  virtual.ms = beganMs + LONGEST_BROADCAST_MS;
  const asks = () => edge.control.filter(({ type }) => type === 'publish').length;
  const frames = TAGS.filter(({ type }) => type !== 'data').slice(2);
  encoder.send(later(frames, 4000));
  await edge.until(() => asks() === 2);
  // The edge thinks it a little younger, and is asked again.
  isGiven = true;
  let sentMs = 4000;
  while (asks() < 3) {
    virtual.ms += 60_000;
    encoder.send(later(frames, sentMs += 4000));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await edge.until(() => edge.link.some(({ type }) => type === 'end'));
  encoder.send(later(frames, sentMs += 4000));
  const { broadcast } = await edge.until(() =>
    edge.control.find((told): told is Live => told.type === 'live' && told.broadcast.id === nextId)
  );
  assert.ok(broadcast.epochMs >= beganMs + LONGEST_BROADCAST_MS);
  assert.notEqual(broadcast.publicKey, first.publicKey);
  assert.deepEqual(broadcast.tracks.map(({ codec }) => codec), first.tracks.map(({ codec }) => codec));
  await edge.until(() => edge.link.filter(({ type }) => type === 'hello').length === 2);
  assert.deepEqual(encoder.drops, []);
  assert.equal(edge.control.some(({ type }) => type === 'lost'), false);
  encoder.leave();
  assert.equal((await edge.told('lost')).broadcastId, nextId);
}, { nowMs: () => virtual.ms });

stage('after the edge restarts, hello names what is live and the link sends what the edge lacks', async (
  { edge, publisher, metrics },
) => {
  const encoder = new Encoder();
  await encoder.publish(publisher);
  encoder.send(TAGS);
  await edge.until(() => edge.frames.length >= 50);
  const sentBefore = edge.frames.map(({ record }) => record.index);
  await edge.stop();
  const toldBefore = edge.control.length;
  const linkBefore = edge.link.length;
  edge.frames.length = 0;
  edge.have = sentBefore.slice(0, 20);
  edge.start();
  const hello = await edge.told('hello', toldBefore);
  assert.equal(hello.live[0]!.channel, 'news');
  await edge.told('live', toldBefore);
  const isFilled = () => edge.link.slice(linkBefore).some(({ type }) => type === 'filled');
  const refilled = await edge.until(() => isFilled() && edge.frames.length);
  assert.ok(refilled >= sentBefore.length - 20, `filled was said after ${refilled} pieces`);
  const again = edge.frames.map(({ record }) => record.index);
  assert.ok(again.every((index) => !edge.have!.includes(index)));
  const newest = again.filter((index) => !isInit(index));
  assert.ok(newest[0]! > newest.at(-1)!, 'the newest comes first');
  assert.match(
    metrics.text({ sessions: 0, ...publisher.gauges() }),
    /media_bytes_total\{kind="refill"\} [1-9]/,
  );
});

stage(
  'how many substreams a track has stays as announced before a restart, whatever its bitrate is now',
  async (
    { edge, publisher },
  ) => {
    const { broadcast } = await (async () => {
      const encoder = new Encoder();
      await encoder.publish(publisher);
      encoder.send(TAGS);
      return await edge.told('live');
    })();
    const tracks = broadcast.tracks.map((track) => ({ ...track, bitrateKbps: 77, substreams: 1 }));
    const before = edge.control.length;
    edge.onPublish = (ask) => edge.grant(ask, { broadcastId: 'f'.repeat(32), tracks });
    const next = new Encoder();
    await next.publish(publisher);
    next.send(TAGS);
    const again = await edge.told('live', before);
    assert.deepEqual(again.broadcast.tracks.map(({ substreams }) => substreams), [1, 1]);
  },
);

stage('a miss is answered with the piece, or with missing', async ({ edge, publisher, metrics }) => {
  const encoder = new Encoder();
  await encoder.publish(publisher);
  encoder.send(TAGS);
  await edge.until(() => edge.frames.length >= 50);
  const { index } = edge.frames[10]!.record;
  edge.ask({ type: 'want', indexes: [index, 0x7fff0000] });
  await edge.until(() => edge.frames.filter(({ record }) => record.index === index).length === 2);
  const missing = await edge.until(() => edge.link.find((message) => message.type === 'missing'));
  assert.deepEqual(missing.indexes, [0x7fff0000]);
  assert.match(
    metrics.text({ sessions: 0, ...publisher.gauges() }),
    /media_bytes_total\{kind="miss"\} [1-9]/,
  );
});

stage('nonsense from the edge costs its connection, not the broadcast', async ({ edge, publisher }) => {
  const encoder = new Encoder();
  await encoder.publish(publisher);
  encoder.send(TAGS);
  await edge.told('live');
  const before = edge.control.length;
  edge.orderText('{"type":"granted"');
  await edge.told('hello', before);
  assert.equal(encoder.drops.length, 0);
});

stage('ingest health goes to the edge with advice', async ({ edge, publisher }) => {
  const encoder = new Encoder();
  await encoder.publish(publisher);
  encoder.send(TAGS);
  const { status } = await edge.told('ingest');
  assert.equal(status.videoCodec?.slice(0, 5), 'avc1.');
  assert.equal(status.audioCodec, 'mp4a.40.2');
  assert.equal(status.keyframeIntervalS, 2);
  assert.deepEqual(status.advice, []);
}, { ingestEveryMs: 20 });

Deno.test('an origin that restarts goes on in the broadcast with the same key and fresh indexes', async () => {
  const edge = new FakeEdge();
  const metrics = new OriginMetrics();
  const first = publisherFor(edge, metrics);
  const encoder = new Encoder();
  await encoder.publish(first);
  encoder.send(TAGS);
  await edge.until(() => edge.frames.length >= 50);
  first.close();
  const before = edge.control.length;
  const second = publisherFor(edge, metrics, { nowMs: () => Date.now() + 5000 });
  try {
    const back = new Encoder();
    await back.publish(second);
    back.send(TAGS);
    const { broadcast } = await edge.told('live', before);
    const lives = edge.control.filter((told) => told.type === 'live');
    assert.equal(lives[0]!.broadcast.publicKey, broadcast.publicKey);
    assert.equal(lives[0]!.broadcast.epochMs, broadcast.epochMs);
    await edge.until(() => edge.frames.length >= 100);
    const indexes = edge.frames.map(({ record }) => record.index);
    assert.equal(new Set(indexes).size, indexes.length);
    assert.ok(edge.frames.some(({ record }) => record.flags & RecordFlag.discontinuity));
  } finally {
    second.close();
    await edge.stop();
  }
});

Deno.test('an origin with the wrong secret is not let in and keeps trying', async () => {
  const edge = new FakeEdge();
  const publisher = publisherFor(edge, new OriginMetrics(), { secret: 'another secret altogether' });
  try {
    await edge.until(() => edge.refusedTokens >= 3);
    assert.equal(publisher.isConnected, false);
  } finally {
    publisher.close();
    await edge.stop();
  }
});

Deno.test('an edge that stops answering pings is dialled anew', async () => {
  const edge = new FakeEdge();
  edge.answersPings = false;
  const timing = { firstPauseMs: 5, pingMs: 5 };
  const publisher = publisherFor(edge, new OriginMetrics(), { timing });
  try {
    await edge.until(() => edge.control.filter(({ type }) => type === 'hello').length >= 2);
  } finally {
    publisher.close();
    await edge.stop();
  }
});
