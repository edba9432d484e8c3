/** Recordings at length: encrypted over several key periods, shared between viewers, on bare workerd. */
import assert from 'node:assert/strict';
import type { Browser, Page } from 'puppeteer-core';
import { buildPlayer } from '../build-player.ts';
import { launchChromium } from '../e2e/chromium.ts';
import { startServed } from '../served.ts';
import { startStack } from '../stack.ts';
import { until } from '../until.ts';
import { record, recordingOf } from './record.ts';

/** Opens the replay, plays, and answers how far it came and what the page says, once `holds` does. */
async function watch(
  browser: Browser,
  url: string,
  holds: (timeS: number, line: string) => boolean,
): Promise<void> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.goto(url);
  await until(`the page of ${new URL(url).pathname}`, async () => {
    const [timeS, line] = await page.evaluate(`(() => {
      const video = document.querySelector('video');
      if (video.paused) video.play().catch(() => {});
      return [video.currentTime, document.getElementById('state').textContent];
    })()`) as [number, string];
    return holds(timeS, line);
  }, { withinMs: 90_000 });
  await context.close();
}

Deno.test({
  name: 'an encrypted recording plays over its key periods with a token, and says why it does not without',
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const [assets, browser] = [await buildPlayer(), await launchChromium()];
    const settings = { record: true, reconnectWindowS: 0, drm: 'cenc', keyPeriodS: 10, access: 'token' };
    const stack = await startStack({ assets, channels: [{ name: 'demo', settings }] });
    try {
      const replay = await record(stack.api, stack.publishUrl(), 24);
      assert.equal(replay.isEncrypted, true);
      const { token } = await stack.api('POST', '/channels/demo/tokens', {});
      const url = `${stack.edge.url}${replay.page}`;
      await watch(browser, `${url}#token=${token}`, (timeS) => timeS > 22);
      await watch(browser, url, (timeS, line) => timeS === 0 && /token/.test(line));
    } finally {
      await browser.close();
      await stack.stop();
    }
  },
});

Deno.test({
  name: 'who watches a replay after somebody else gets a good part of it from them',
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const [assets, browser] = [await buildPlayer(), await launchChromium()];
    const settings = { record: true, reconnectWindowS: 0 };
    const stack = await startStack({ assets, channels: [{ name: 'demo', settings }] });
    try {
      const replay = await record(stack.api, stack.publishUrl(), 75);
      const open = async () => {
        const page = await (await browser.createBrowserContext()).newPage();
        await page.goto(stack.edge.url + replay.page);
        return page;
      };
      const read = async (page: Page) =>
        await page.evaluate(`(() => {
          const video = document.querySelector('video');
          if (video.paused && !video.ended) video.play().catch(() => {});
          // The whole of it in less time than it lasts.
          video.playbackRate = 2;
          const text = (id) => document.getElementById(id).textContent;
          return { ended: video.ended, peers: text('from-peers'), servers: text('from-servers') };
        })()`) as { ended: boolean; peers: string; servers: string };
      const first = await open();
      await until('the first has seen all of it', async () => (await read(first)).ended, {
        withinMs: 90_000,
      });
      const second = await open();
      await until('so has the second', async () => (await read(second)).ended, { withinMs: 90_000 });
      const { peers, servers } = await read(second);
      assert.ok(bytesOf(peers) > 0.25 * replay.bytes, `${peers} from peers, ${servers} from servers`);
    } finally {
      await browser.close();
      await stack.stop();
    }
  },
});

Deno.test({
  name: 'on bare workerd recordings lie on the disk: recorded, served by range, deleted with their files',
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const state = await Deno.makeTempDir({ prefix: 'shoal-served-' });
    const served = await startServed({ state });
    try {
      const made = await served.api('POST', '/channels', {
        name: 'demo',
        settings: { record: true, reconnectWindowS: 0 },
      });
      const output = `rtmp://127.0.0.1:${served.rtmpPort}/live/demo?key=${made.streamKey}`;
      const replay = await record(served.api, output, 6);
      const part = await fetch(served.url + replay.file, { headers: { range: 'bytes=4-7' } });
      assert.deepEqual([part.status, await part.text()], [206, 'ftyp']);
      const whole = await (await fetch(served.url + replay.file)).arrayBuffer();
      assert.equal(whole.byteLength, replay.bytes);
      await served.api('DELETE', `/channels/demo/recordings/${(await recordingOf(served.api))!.id}`);
      assert.equal(await recordingOf(served.api), undefined);
      const left = [...walk(state)].filter((path) => /recording-|replay-/.test(path));
      assert.deepEqual(left, []);
    } finally {
      await served.stop();
      await Deno.remove(state, { recursive: true });
    }
  },
});

/** Reads `820 kB` as a number. */
function bytesOf(text: string): number {
  const [number, unit] = text.split(' ') as [string, 'B' | 'kB' | 'MB'];
  return Number(number) * { B: 1, kB: 1e3, MB: 1e6 }[unit];
}

function* walk(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* walk(path);
    else yield path;
  }
}
