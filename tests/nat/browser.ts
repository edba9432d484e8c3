/**
 * The process in a host's namespace: a real Chromium that watches. Prints a line of JSON whenever it is asked for one
 * (any input), and ends when its input does. Argument: edge URL.
 */
import { launchChromium } from '../e2e/chromium.ts';
import { openViewer } from '../e2e/viewer-page.ts';

/** Runs in the page before its own scripts: keeps every connection that came about. */
const WATCH_CONNECTIONS = `
  globalThis.connections = [];
  const Plain = RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Plain {
    constructor(configuration) {
      super(configuration);
      const madeAt = performance.now();
      this.addEventListener('connectionstatechange', () => {
        if (this.connectionState === 'connected') connections.push({ connection: this, ms: Math.round(performance.now() - madeAt) });
      });
    }
  };`;

/** What the page's connections are: as in viewer.ts. */
const READ_CONNECTIONS = `Promise.all(connections.map(async ({ connection, ms }) => {
  const stats = await connection.getStats();
  const pair = [...stats.values()].find((one) => one.type === 'candidate-pair' && one.nominated && one.state === 'succeeded');
  const types = [stats.get(pair?.localCandidateId)?.candidateType, stats.get(pair?.remoteCandidateId)?.candidateType];
  const route = types.includes('relay') ? 'turn' : types.every((type) => type === 'host') ? 'lan' : 'peer';
  const print = (sdp) => /a=fingerprint:\\S+ (\\S+)/.exec(sdp)?.[1];
  const binding = [print(connection.localDescription.sdp), print(connection.remoteDescription.sdp)].sort().join('|');
  return { route, ms, binding };
}))`;

/** What is shown: lines of the picture, and the element's clock, seconds. */
export interface Picture {
  height: number;
  time: number;
}

const READ_PICTURE = `(() => {
  const { videoHeight, currentTime } = document.querySelector('shoal-player').shadowRoot.querySelector('video');
  return { height: videoHeight, time: currentTime };
})()`;

if (import.meta.main) await watch(Deno.args[0]!);

async function watch(edgeUrl: string): Promise<void> {
  const browser = await launchChromium([`--unsafely-treat-insecure-origin-as-secure=${edgeUrl}`]);
  try {
    const page = await openViewer(browser, 'about:blank');
    await page.evaluateOnNewDocument(WATCH_CONNECTIONS);
    await page.goto(`${edgeUrl}/watch/demo`);
    for await (const _ of Deno.stdin.readable) {
      const meetings = await page.evaluate(READ_CONNECTIONS);
      const stats = await page.evaluate(`document.querySelector('shoal-player').stats()`);
      const picture = await page.evaluate(READ_PICTURE);
      console.log(JSON.stringify({ state: '', nat: '', tried: 0, meetings, stats, picture }));
    }
  } finally {
    await browser.close();
    Deno.exit(0);
  }
}
