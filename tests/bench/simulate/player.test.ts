import assert from 'node:assert/strict';
import { Arrivals } from './arrivals.ts';
import { Player } from './player.ts';
import { Stream, type StreamPiece } from './stream.ts';

/** A stream whose pieces arrive after a delay, except those that are held back. */
function watch(
  options: {
    delayMs: number;
    forMs: number;
    tickMs?: number;
    targetMs?: number;
    lost?: (piece: StreamPiece) => boolean;
  },
) {
  const { tickMs = 50 } = options;
  const stream = new Stream({ kbps: 512, pieceMs: 100, audioMs: 200 });
  const arrivals = new Arrivals(1);
  const player = new Player(stream, arrivals, 0, options.targetMs ?? 1500);
  const pending: { atMs: number; piece: StreamPiece }[] = [];
  let startedMs = -1;
  for (let now = 0; now <= options.forMs; now += 50) {
    for (const piece of stream.cut(now)) {
      arrivals.open(piece.serial);
      if (!options.lost?.(piece)) pending.push({ atMs: now + options.delayMs, piece });
    }
    while (pending[0] && pending[0].atMs <= now) {
      const { piece } = pending.shift()!;
      arrivals.note(piece.serial, 0, now - piece.cutMs);
    }
    if (now % tickMs === 0 && player.tick(now, tickMs)) startedMs = now;
  }
  return { player, startedMs };
}

Deno.test('playback starts when a little is there, and settles at its target without a stall', () => {
  const { player, startedMs } = watch({ delayMs: 400, forMs: 40_000 });
  assert.ok(startedMs > 0 && startedMs < 1000, `${startedMs}`);
  assert.equal(player.stalls, 0);
  assert.ok(Math.abs(40_000 - player.headMs - 1500) < 200, `${40_000 - player.headMs}`);
});

Deno.test('the target is that of the picture, however seldom a player looks', () => {
  const { player } = watch({ delayMs: 300, forMs: 60_000, tickMs: 250, targetMs: 1500 });
  assert.equal(player.stalls, 0);
  assert.ok(Math.abs(60_000 - player.headMs - 1500) <= 155, `${60_000 - player.headMs}`);
});

Deno.test('a piece that never comes stalls playback until it is given up', () => {
  const lost = (piece: StreamPiece) => piece.track === 0 && piece.cutMs === 12_000;
  const { player } = watch({ delayMs: 300, forMs: 40_000, lost });
  assert.equal(player.stalls, 1);
  assert.ok(player.stalledMs > 5000, `${player.stalledMs}`);
  assert.ok(player.headMs > 20_000, 'it goes on behind the gap');
});

Deno.test('a longer target is drifted to without a stall', () => {
  const { player } = watch({ delayMs: 300, forMs: 60_000, targetMs: 3000 });
  assert.equal(player.stalls, 0);
  assert.ok(Math.abs(60_000 - player.headMs - 3000) < 300, `${60_000 - player.headMs}`);
});

Deno.test('what played and stalled before counting began is forgotten', () => {
  const { player } = watch({ delayMs: 300, forMs: 5000 });
  assert.ok(player.playedMs > 0);
  player.forgetPast();
  assert.equal(player.playedMs + player.stalledMs + player.stalls, 0);
});
