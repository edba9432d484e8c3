import assert from 'node:assert/strict';
import * as v from 'valibot';
import { toHex } from '../../protocol/bytes.ts';
import { ChannelSettings } from '../../protocol/channel.ts';
import type { ToOrigin } from '../../protocol/control.ts';
import { INIT_PIECE, pieceOf, trackOf } from '../../protocol/piece-index.ts';
import { RecordFlag } from '../../protocol/record.ts';
import { encodeFlv } from '../media/testing/flv-file.ts';
import { testKey, testPeriods } from '../media/testing/key-schedule.ts';
import type { PublishDecision, PublishSession } from '../rtmp/seam.ts';
import { OriginMetrics } from './metrics.ts';
import { Publisher } from './publisher.ts';
import { FakeEdge, SECRET } from './testing/fake-edge.ts';

const TAGS = await encodeFlv({ seconds: 5 });
const PROTECTED = v.parse(ChannelSettings, { drm: 'cbcs' });

type Granted = Partial<Extract<ToOrigin, { type: 'granted' }>>;

async function withPublisher(
  granted: Granted,
  act: (stage: { edge: FakeEdge; publisher: Publisher; log: string[] }) => Promise<void>,
): Promise<void> {
  const edge = new FakeEdge();
  edge.onPublish = (ask) => edge.grant(ask, granted);
  const log: string[] = [];
  const publisher = new Publisher({
    edgeUrl: edge.url,
    secret: SECRET,
    originId: 'o1',
    metrics: new OriginMetrics(),
    log: (level, message, fields) => log.push(JSON.stringify({ level, message, ...fields })),
    timing: { firstPauseMs: 5, longestPauseMs: 20 },
  });
  try {
    await act({ edge, publisher, log });
  } finally {
    await publisher.close();
    await edge.stop();
  }
}

function publish(publisher: Publisher, session: PublishSession): Promise<PublishDecision> {
  return publisher.authorise({ app: 'live', channel: 'news', key: 'good', remote: 'x', session: 1 }, session);
}

const SESSION: PublishSession = { id: 1, drop: () => {} };
const hasKey = (bytes: Uint8Array, n: number) => toHex(bytes).includes(toHex(testKey(n).id));

Deno.test('a protected channel without keys is refused, with the reason, and nothing goes out', async () => {
  await withPublisher({ settings: PROTECTED }, async ({ edge, publisher }) => {
    const decision = await publish(publisher, SESSION);
    assert.ok(!decision.ok);
    assert.equal(decision.code, 'denied');
    assert.match(decision.reason, /protected and the edge gave no keys/);
    assert.equal(edge.frames.length, 0);
  });
});

Deno.test('a protected channel says how it is protected, sends no clear piece, and never logs a key', async () => {
  const keys = testPeriods(2, 3_600_000);
  await withPublisher({ settings: PROTECTED, keys }, async ({ edge, publisher, log }) => {
    const decision = await publish(publisher, SESSION);
    assert.ok(decision.ok);
    for (const tag of TAGS) decision.sink.tag(tag);
    const { broadcast } = await edge.told('live');
    assert.equal(broadcast.drm, 'cbcs');
    await edge.until(() => edge.frames.length > 20);
    assert.ok(edge.frames.every(({ record }) => (record.flags & RecordFlag.encrypted) !== 0));
    const inits = edge.frames.filter(({ record }) => pieceOf(record.index) === INIT_PIECE);
    assert.deepEqual(new Set(inits.map(({ record }) => trackOf(record.index))), new Set([0, 1]));
    assert.ok(inits.every(({ bytes }) => hasKey(bytes, 1)));
    for (const { key } of keys) assert.ok(!log.join('').includes(key));
  });
});

Deno.test('keys that the edge pushes take effect at the next segment', async () => {
  await withPublisher({ settings: PROTECTED, keys: testPeriods(1, 0) }, async ({ edge, publisher }) => {
    const decision = await publish(publisher, SESSION);
    assert.ok(decision.ok);
    const half = TAGS.findIndex(({ timestampMs }) => timestampMs > 3000);
    for (const tag of TAGS.slice(0, half)) decision.sink.tag(tag);
    await edge.told('live');
    const [, second] = testPeriods(2, 0);
    edge.order({ type: 'keys', channel: 'news', keys: [{ ...second!, startsInMs: 0 }] });
    // An order is obeyed before the answer to what is asked after it.
    await publisher.authorise(
      { app: 'live', channel: 'other', key: 'good', remote: 'x', session: 2 },
      SESSION,
    );
    for (const tag of TAGS.slice(half)) decision.sink.tag(tag);
    const init = await edge.until(() =>
      edge.frames.find(({ record, bytes }) => pieceOf(record.index) === INIT_PIECE && hasKey(bytes, 2))
    );
    assert.equal(init.record.flags & RecordFlag.discontinuity, 0);
  });
});

Deno.test('the edge is asked for another key while the last one is in effect', async () => {
  await withPublisher({ settings: PROTECTED, keys: testPeriods(1, 0) }, async ({ edge, publisher }) => {
    assert.ok((await publish(publisher, SESSION)).ok);
    assert.deepEqual(await edge.told('keys'), { type: 'keys', channel: 'news' });
  });
});

Deno.test('a broadcast whose protection is not the one of the channel any more takes no encoder', async () => {
  await withPublisher({ settings: PROTECTED, keys: testPeriods(1, 0) }, async ({ edge, publisher }) => {
    assert.ok((await publish(publisher, SESSION)).ok);
    edge.onPublish = (ask) => edge.grant(ask);
    const decision = await publish(publisher, SESSION);
    assert.ok(!decision.ok);
    assert.match(decision.reason, /protection of the channel was changed/);
  });
});

Deno.test({
  name: 'of two sessions that make the same channel at once one is kept, the other leaves no timer',
  sanitizeOps: true,
  async fn() {
    await withPublisher({ settings: PROTECTED, keys: testPeriods(1, 0) }, async ({ publisher }) => {
      const decisions = await Promise.all([publish(publisher, SESSION), publish(publisher, SESSION)]);
      assert.ok(decisions.every(({ ok }) => ok));
      assert.equal(publisher.channels().length, 1);
    });
  },
});
