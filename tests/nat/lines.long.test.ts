/**
 * Automatic quality behind lines of different rates, in real Chromiums: each settles on what its line carries, and those
 * of one rendition feed each other. The pages begin with the source: on this machine their browser takes its line for a
 * good one.
 */
import assert from 'node:assert/strict';
import type { PlayerStats } from '../../web/player/player-state.ts';
import type { Picture } from './browser.ts';
import { Child } from './child.ts';
import { Lab } from './lab.ts';

/** Source and sound are about 1,000 kbps with what goes around them, the lower rendition and sound about 300. */
const SOURCE_KBPS = 900;
const LOWER = { height: 180, kbps: 200 };
const NARROW_KBPS = 500;
/** A viewer has settled when it has shown the right picture for so long without a stall, seconds. */
const SETTLED_S = 15;
const PATIENCE_MS = 150_000;

interface Sight {
  stats: PlayerStats;
  picture: Picture;
}

Deno.test('behind shaped lines every viewer settles on what its line carries, and offload stays up', async () => {
  const lab = new Lab();
  const viewers: { wants: number; child: Child }[] = [];
  let servers: Child | undefined;
  try {
    await lab.begin();
    const { namespace, address } = lab.servers;
    const channel = { settings: { ladder: [LOWER] }, videoKbps: SOURCE_KBPS };
    servers = new Child(namespace, 'servers.ts', JSON.stringify({ address, pages: true, ...channel }));
    const { url } = await servers.next<{ url: string }>();
    for (const kbps of [undefined, NARROW_KBPS, NARROW_KBPS]) {
      const host = await lab.open(kbps);
      const child = new Child(host.namespace, 'browser.ts', url);
      viewers.push({ wants: kbps === undefined ? 360 : LOWER.height, child });
    }
    const stalls = await Promise.all(viewers.map(async ({ wants, child }, at) => {
      const { to } = await plays(child, (seen) => seen.picture.height === wants, `viewer ${at} on ${wants}p`);
      return to.stats.stalls;
    }));
    const narrow = await Promise.all(
      viewers.slice(1).map(({ child }, at) => {
        return plays(child, ({ stats }) => stats.peers > 0, `narrow viewer ${at} with a peer`);
      }),
    );
    const grown = (field: 'peerBytes' | 'edgeBytes') =>
      narrow.reduce((sum, { from, to }) => sum + to.stats[field] - from.stats[field], 0);
    const share = grown('peerBytes') / (grown('peerBytes') + grown('edgeBytes'));
    console.log(
      `stalls until settled: ${stalls}; ${
        Math.round(100 * share)
      } % of what the narrow two took came from peers`,
    );
    // Half of it is the most there can be: the edge feeds one of the two.
    assert.ok(share > 0.25, `${(100 * share).toFixed(1)} %`);
  } finally {
    await Promise.all(viewers.map(({ child }) => child.stop()));
    await servers?.stop();
    await lab.remove();
  }
});

/** Waits until a viewer has played for long enough without a stall, as it is meant to; the first and last of it. */
async function plays(
  child: Child,
  isRight: (seen: Sight) => boolean,
  what: string,
): Promise<{ from: Sight; to: Sight }> {
  const end = performance.now() + PATIENCE_MS;
  for (let from: Sight | undefined;;) {
    const to = await child.ask<Sight>();
    if (!from || !isRight(to) || to.stats.stalls !== from.stats.stalls) from = to;
    else if (to.picture.time - from.picture.time >= SETTLED_S) return { from, to };
    assert.ok(performance.now() < end, `${what}: not in time, now ${JSON.stringify(to)}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
