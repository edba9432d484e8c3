/** A broadcast is recorded by the real origin, and watched again by stock ffprobe, stock webtorrent and our page. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Page } from 'puppeteer-core';
import type { RecordingResource, Replay } from '../../protocol/replay.ts';
import { buildPlayer } from '../build-player.ts';
import { launchChromium } from '../e2e/chromium.ts';
import { startFeed } from '../feed.ts';
import { startStack } from '../stack.ts';
import { servePages } from './torrent-page.ts';
import { until } from '../until.ts';

/** What the page's video element says. */
interface Seen {
  timeS: number;
  durationS: number;
  state: number;
  peers: string;
  servers: string;
  line: string;
}

async function seen(page: Page): Promise<Seen> {
  return await page.evaluate(`(() => {
    const video = document.querySelector('video');
    const text = (id) => document.getElementById(id).textContent;
    return { timeS: video.currentTime, durationS: video.duration, state: video.readyState,
      peers: text('peers'), servers: text('from-servers'), line: text('state') };
  })()`) as Seen;
}

Deno.test({
  name: 'a recorded broadcast is a torrent that stock clients download and our page plays and seeks in',
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const [assets, browser, pages] = await Promise.all([buildPlayer(), launchChromium(), servePages()]);
    const stack = await startStack({
      assets,
      channels: [{ name: 'demo', settings: { record: true, reconnectWindowS: 0 } }],
    });
    const feed = startFeed({ output: ['-f', 'flv', stack.publishUrl()], videoKbps: 900 });
    const recording = async () =>
      ((await stack.api('GET', '/channels/demo/recordings')).items as RecordingResource[])[0];
    let replay!: Replay;
    try {
      await t.step('what is on air is recorded, and its end becomes a replay', async () => {
        await until('it is being recorded', async () => (await recording())?.state === 'recording', {
          withinMs: 40_000,
        });
        await until('three segments are on air', async () => {
          const playlist = await (await fetch(`${stack.edge.url}/hls/demo/0.m3u8`)).text();
          return playlist.split('.m4s').length > 3;
        }, { withinMs: 40_000 });
        await feed.stop();
        replay = await until('the replay', async () => (await recording())?.replay, { withinMs: 40_000 });
        assert.ok(replay.durationMs > 4000 && replay.durationMs < 16_000, String(replay.durationMs));
        assert.equal(replay.cutShort, false);
      });

      await t.step('ffprobe reads it from the web seed, with its length and both tracks', async () => {
        const { stdout, stderr } = await new Deno.Command('ffprobe', {
          args: [
            ...['-v', 'error', '-show_entries', 'stream=codec_name:format=duration', '-of', 'json'],
            stack.edge.url + replay.file,
          ],
        }).output();
        const probed = JSON.parse(new TextDecoder().decode(stdout)) as {
          streams: { codec_name: string }[];
          format: { duration: string };
        };
        assert.deepEqual(probed.streams.map(({ codec_name }) => codec_name).sort(), ['aac', 'h264']);
        assert.ok(Math.abs(Number(probed.format.duration) * 1000 - replay.durationMs) < 300);
        assert.equal(new TextDecoder().decode(stderr), '');
        // aria2 takes an answer that does not tell its length for an empty file.
        const part = await fetch(stack.edge.url + replay.file, { headers: { range: 'bytes=100-299' } });
        await part.body?.cancel();
        assert.deepEqual([part.status, part.headers.get('content-length')], [206, '200']);
      });

      await t.step(
        'stock webtorrent downloads all of it from the web seed, byte by byte the same',
        async () => {
          const client = await pages.open(browser);
          await client.addTorrent(stack.edge.url + replay.torrent);
          await until('the torrent is done', async () => (await client.state()).done, { withinMs: 40_000 });
          assert.deepEqual((await client.state()).troubles, []);
          const whole = new Uint8Array(await (await fetch(stack.edge.url + replay.file)).arrayBuffer());
          assert.equal(await client.sha256(), createHash('sha256').update(whole).digest('hex'));
          assert.equal((await client.state()).infoHash, replay.infoHash);
        },
      );

      await t.step(
        'the page plays it, seeks in it, plays to the end, and meets the stock client',
        async () => {
          const page = await (await browser.createBrowserContext()).newPage();
          await page.goto(`${stack.edge.url}/watch/demo`);
          await page.waitForSelector('#replay-list a', { visible: true });
          await page.click('#replay-list a');
          await page.waitForSelector('#video');
          await until('the length is known', async () => (await seen(page)).durationS > 4, {
            withinMs: 40_000,
          });
          await page.evaluate(`document.querySelector('video').play()`);
          await until('it plays', async () => (await seen(page)).timeS > 0.5, { withinMs: 40_000 });
          const { durationS } = await seen(page);
          const target = durationS - 2;
          await page.evaluate(`document.querySelector('video').currentTime = ${target}`);
          await until('it plays after a seek ahead', async () => (await seen(page)).timeS > target + 0.5, {
            withinMs: 40_000,
          });
          await page.evaluate(`document.querySelector('video').currentTime = 1`);
          await until('it plays after a seek back', async () => {
            const { timeS } = await seen(page);
            return timeS > 1.4 && timeS < target;
          }, { withinMs: 40_000 });
          await page.evaluate(`document.querySelector('video').currentTime = ${durationS - 1}`);
          await until(
            'it ends',
            async () => await page.evaluate(`document.querySelector('video').ended`) as boolean,
            { withinMs: 40_000 },
          );
          const { servers, line } = await seen(page);
          assert.notEqual(servers, '0 B');
          assert.ok(!line.startsWith('Trying'), line);
          await until('the stock client is a peer', async () => (await seen(page)).peers === '1', {
            withinMs: 40_000,
          });
        },
      );

      await t.step('deleted by the API, it is gone', async () => {
        await stack.api('DELETE', `/channels/demo/recordings/${(await recording())!.id}`);
        assert.equal(await recording(), undefined);
        const list = await (await fetch(`${stack.edge.url}/api/torrents/${replay.infoHash}`)).text();
        assert.ok(!list.includes('announcePath'));
      });
    } finally {
      feed.kill();
      await feed.ended;
      await browser.close();
      await pages.stop();
      await stack.stop();
    }
  },
});
