/** On the virtual clock: viewers whose own line is what everything waits in. */
import assert from 'node:assert/strict';
import { AUDIO, Source, VIDEO } from './testing/source.ts';
import type { PieceFrame } from '../../protocol/frame.ts';
import { allFeeds, Swarm, SwarmPeer } from './testing/swarm.ts';

/** About 300 kbps with all that goes around it. */
const LOWER = { ...VIDEO, bitrateKbps: 230, substreams: 4 };
const LINE_KBPS = 500;

const NARROW = { uploadKbps: 300, downlinkKbps: LINE_KBPS, edgeFallback: true };

/** A second copy of what was cut since, as a join's answer brings it. */
function joinOf({ source }: Swarm, fromMs: number): PieceFrame[] {
  return [...source.frames.values()]
    .filter((frame) => source.isInit(frame) || frame.record.decodeTimeUs >= fromMs * 1000);
}

/** Four who feed each other from 0 on, at 13.5 s. */
async function fourFed(seed: number): Promise<{ swarm: Swarm; others: SwarmPeer[] }> {
  const swarm = new Swarm(seed, new Source([LOWER, AUDIO]));
  const others = [1, 2, 3, 4].map(() => swarm.add({ uploadKbps: 1000, edgeFallback: true }));
  const feeds = allFeeds(swarm.source);
  others.slice(0, 2).forEach((one, i) => one.feed(feeds.filter((_, n) => n % 2 === i)));
  for (const one of others) for (const other of others) swarm.link(one, other);
  await swarm.clock.runAsync(13_500);
  return { swarm, others };
}

/** Then one behind a narrow line joins, with media from this moment on. */
async function joined(seed: number, fromMs: number): Promise<{ swarm: Swarm; slow: SwarmPeer }> {
  const { swarm, others } = await fourFed(seed);
  const slow = swarm.add(NARROW);
  for (const frame of joinOf(swarm, fromMs)) {
    slow.download(frame.bytes.length, () => slow.mesh.offerPiece(frame, 'join'));
  }
  for (const one of others) swarm.link(slow, one);
  return { swarm, slow };
}

/** Of ten chances together: who loses its parents meanwhile gets again from others what is still in its line. */
Deno.test('who starts two seconds behind on a line of 1.6 times the bitrate comes up to live and asks for nothing twice', async () => {
  let [cameTwice, came] = [0, 0];
  for (let seed = 1; seed <= 10; seed++) {
    const { swarm, slow } = await joined(seed, 10_000);
    const { clock } = swarm;
    await clock.runAsync(20_500);
    assert.ok(slow.throughAt - clock.now < 200, `${slow.throughAt - clock.now} ms stand in the line`);
    await clock.runAsync(32_000);
    assert.deepEqual(swarm.late(slow, 20_000, 31_000, 1000), []);
    const { duplicateBytes, bytes } = slow.mesh.stats();
    cameTwice += duplicateBytes;
    came += bytes.peer + bytes.repair;
  }
  assert.ok(cameTwice < 0.05 * came, `${cameTwice} bytes came twice`);
});

Deno.test('who meets neighbours while its join still comes in gets nothing of it from them', async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const { swarm, others } = await fourFed(seed);
    // An encoder's first second takes longer: to a newcomer the stream is younger than to whom pieces have corrected.
    const world = { wallClockS: () => swarm.clock.now / 1000 - 0.25 };
    const slow = swarm.add({ ...NARROW, options: { latencyTargetMs: 1300 } }, SwarmPeer, world);
    const join = joinOf(swarm, 11_500);
    const next = () => {
      const frame = join.shift();
      if (!frame) return slow.mesh.awaitEdge([]);
      slow.download(frame.bytes.length, () => {
        slow.mesh.offerPiece(frame, 'join');
        next();
      });
    };
    slow.mesh.awaitEdge([0, 1]);
    for (let part = 0; part < 4; part++) next();
    await swarm.clock.runAsync(13_650);
    for (const one of others) swarm.link(slow, one);
    await swarm.clock.runAsync(24_000);
    assert.deepEqual(swarm.late(slow, 15_000, 23_000, 1300), [], `seed ${seed}`);
    const { duplicateBytes, bytes } = slow.mesh.stats();
    assert.ok(duplicateBytes < 0.12 * bytes.peer, `seed ${seed}: ${duplicateBytes} bytes came twice`);
  }
});

Deno.test('a line that is full before anybody feeds it is known by what comes of those who were asked', async () => {
  for (const seed of [1, 2, 3]) {
    const { swarm, slow } = await joined(seed, 12_000);
    const { clock } = swarm;
    for (let ms = 14_000; ms < 18_000; ms += 250) {
      await clock.runAsync(ms);
      // Something else fills it up again and again.
      if (slow.throughAt - clock.now < 1200) {
        slow.download((1200 - (slow.throughAt - clock.now)) * LINE_KBPS / 8, () => {});
      }
    }
    await clock.runAsync(26_000);
    assert.equal(slow.mesh.stats().parented, 5);
    assert.ok(
      slow.throughAt - clock.now < 200,
      `seed ${seed}: ${slow.throughAt - clock.now} ms stand in the line`,
    );
  }
});

Deno.test('who is far from all, as if it had a full line, has what nobody gives from the edge before long', async () => {
  for (const seed of [1, 2, 3]) {
    const swarm = new Swarm(seed, new Source([LOWER, AUDIO]));
    const { clock } = swarm;
    swarm.introduces = false;
    const others = [1, 2, 3, 4, 5, 6, 7].map(() => swarm.add({ uploadKbps: 2000, edgeFallback: true }));
    others[0]!.feed(allFeeds(swarm.source));
    for (const one of others) for (const other of others) swarm.link(one, other);
    await clock.runAsync(8000);
    const far = swarm.add({ uploadKbps: 300, edgeFallback: true });
    let sent = 0;
    for (const [n, one] of others.entries()) {
      // Two lose one piece in seven, the others give none of what they hold.
      one.outgoing = (message, to) =>
        to !== far.peerId || message.type !== 'piece' || (n < 2 && ++sent % 7 > 0) ? message : undefined;
    }
    swarm.latencyMs = 450;
    for (const one of others) swarm.link(far, one);
    await clock.runAsync(30_000);
    assert.deepEqual(swarm.late(far, 12_000, 28_000, 2000), [], `seed ${seed}`);
  }
});

Deno.test('a neighbour that does not answer is given up though runs fill the line all the time', async () => {
  for (const seed of [1, 2, 3]) {
    const { swarm, others } = await fourFed(seed);
    const { clock, source } = swarm;
    swarm.introduces = false;
    const slow = swarm.add({ uploadKbps: 300, edgeFallback: true });
    for (const one of others.slice(0, 3)) {
      one.outgoing = (message, to) =>
        to !== slow.peerId || !['subscribed', 'refused', 'piece'].includes(message.type)
          ? message
          : undefined;
    }
    for (const one of others) swarm.link(slow, one);
    const offered = new Set<PieceFrame>(joinOf(swarm, 0).filter((frame) => !source.isInit(frame)));
    for (let ms = 13_500; ms < 30_000; ms += 100) {
      await clock.runAsync(ms);
      if (ms % 1000 === 0) slow.mesh.awaitEdge([0, 1]);
      if (ms % 1000 === 700) slow.mesh.awaitEdge([]);
      for (const frame of source.frames.values()) {
        if (frame.record.decodeTimeUs > (ms - 2000) * 1000 || offered.has(frame)) continue;
        offered.add(frame);
        slow.mesh.offerPiece(frame, 'run');
      }
    }
    assert.equal(slow.mesh.stats().parented, 5, `seed ${seed}`);
  }
});
