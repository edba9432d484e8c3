/** WebKitGTK, which Debian builds without WebRTC: a viewer who has no peers is carried by the edge. */
import assert from 'node:assert/strict';
import { buildPlayer } from '../build-player.ts';
import { startFeed } from '../feed.ts';
import { startStack } from '../stack.ts';
import { until } from '../until.ts';
import type { PlayerStats } from '../../web/player/player-state.ts';
import { launchWebKit } from './webkit.ts';

interface Seen {
  hasRtc: boolean;
  state: string;
  timeS: number;
  frames: number;
  slate: boolean;
  line: string;
  stats: PlayerStats;
}

const SEEN = `(() => {
  const player = document.querySelector('shoal-player');
  const video = player.shadowRoot.querySelector('video');
  const slate = player.shadowRoot.querySelector('.slate');
  return {
    hasRtc: typeof RTCPeerConnection !== 'undefined',
    state: player.state,
    timeS: video.currentTime,
    frames: video.getVideoPlaybackQuality().totalVideoFrames,
    slate: slate !== null && !slate.hidden && slate.getClientRects().length > 0,
    line: document.getElementById('state').textContent,
    stats: player.stats(),
  };
})()`;

Deno.test('WebKit without WebRTC plays from the edge, with its picture in sight, and after an outage', async () => {
  const stack = await startStack({ assets: await buildPlayer() });
  const feed = startFeed({ output: ['-f', 'flv', stack.publishUrl()], videoKbps: 300 });
  const page = await launchWebKit();
  const seen = async () => await page.evaluate(SEEN) as Seen;
  try {
    await page.goto(`${stack.edge.url}/watch/demo`);
    const begun = await until('it plays', seen, {
      withinMs: 60_000,
      holds: ({ timeS, frames }) => timeS > 0 && frames > 5,
      show: () => page.log(),
    });
    assert.equal(begun.hasRtc, false);
    const shown = await until('the slate gives way to the picture', seen, { holds: ({ slate }) => !slate });
    assert.ok(shown.stats.startupMs > 0);
    await until('the page says how far behind live it is', seen, {
      holds: ({ line }) => /behind/.test(line),
    });
    await stack.restartEdge(1000);
    const again = await until('it goes on after the edge was away', seen, {
      withinMs: 60_000,
      holds: ({ timeS, state, stats }) =>
        state === 'live' && timeS > begun.timeS + 10 && stats.edgeBytes > begun.stats.edgeBytes + 200_000,
    });
    assert.deepEqual([again.stats.peers, again.stats.peerBytes], [0, 0]);
  } finally {
    await page.close();
    await feed.stop();
    await stack.stop();
  }
});
