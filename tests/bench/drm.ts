/**
 * `deno task bench:drm`: what encryption costs: time and bytes at the origin, start-up in Chromium, in clear and with
 * each scheme.
 *
 * First 20 s of 640x360 at 500 kbps go through the packager. Then one broadcast goes to four channels at once: clear, cenc, cbcs, and cbcs opened by the page itself. Viewers come one
 * after the other, a channel each in turn, so that a slow moment of the machine meets all alike.
 */
import { parseArgs } from 'node:util';
import type { Browser } from 'puppeteer-core';
import { BroadcastRecorder, EPOCH_MS } from '../../origin/media/testing/broadcast-recorder.ts';
import { encodeFlv } from '../../origin/media/testing/flv-file.ts';
import { testSchedule } from '../../origin/media/testing/key-schedule.ts';
import { buildPlayer } from '../build-player.ts';
import { launchChromium } from '../e2e/chromium.ts';
import { openViewer, read } from '../e2e/viewer-page.ts';
import { startFeed } from '../feed.ts';
import { startStack } from '../stack.ts';
import { quantile, report, type Row } from './table.ts';
import { until } from '../until.ts';

const { values } = parseArgs({
  args: Deno.args,
  options: {
    visits: { type: 'string', default: '10' },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  console.log(`deno task bench:drm [options]

  --visits N    visits of each kind (default 10)
  --json FILE   also write {"rows": [...]}`);
  Deno.exit(0);
}

await report(await atTheOrigin());
console.log();

const KINDS = [
  { name: 'clear', drm: 'off', decryption: 'auto' },
  { name: 'cenc', drm: 'cenc', decryption: 'eme' },
  { name: 'cbcs', drm: 'cbcs', decryption: 'eme' },
  { name: 'cbcs, by the page', drm: 'cbcs', decryption: 'page' },
];
const CHANNELS = ['off', 'cenc', 'cbcs'];

const stack = await startStack({
  assets: await buildPlayer(),
  channels: CHANNELS.map((drm) => ({ name: drm, settings: { drm } })),
});
const outputs = CHANNELS.map((drm) => `[f=flv:onfail=ignore]${stack.publishUrl(drm)}`).join('|');
const feed = startFeed({ output: ['-flags', '+global_header', '-f', 'tee', outputs] });
const browser = await launchChromium();
const startups = new Map<string, number[]>(KINDS.map(({ name }) => [name, []]));
try {
  for (const drm of CHANNELS) await visit(browser, drm, 'auto');
  for (let i = 0; i < Number(values.visits); i++) {
    for (const { name, drm, decryption } of KINDS) {
      startups.get(name)!.push(await visit(browser, drm, decryption));
    }
  }
  const rows: Row[] = KINDS.map(({ name }) => ({
    media: name,
    visits: startups.get(name)!.length,
    startupP50Ms: quantile(startups.get(name)!, 0.5),
    startupP95Ms: quantile(startups.get(name)!, 0.95),
  }));
  await report(rows, values.json);
} finally {
  await browser.close();
  await feed.stop();
  await stack.stop();
}
Deno.exit(0);

/** Bytes and time of cutting, encrypting, hashing and signing, by scheme. */
async function atTheOrigin(): Promise<Row[]> {
  const seconds = 20;
  const tags = await encodeFlv({
    seconds,
    fps: 25,
    size: '640x360',
    video: ['-b:v', '440k', '-g', '50', '-tune', 'zerolatency'],
  });
  const rows: Row[] = [];
  let clear = 0;
  // The first run warms up.
  for (const scheme of ['off', 'off', 'cenc', 'cbcs'] as const) {
    const recorder = await BroadcastRecorder.create(
      scheme === 'off' ? {} : { keys: testSchedule(scheme, () => EPOCH_MS) },
    );
    const startedMs = performance.now();
    await recorder.play(tags);
    const tookMs = performance.now() - startedMs;
    const media = [0, 1].flatMap((track) => recorder.of(track));
    const bytes = media.reduce((sum, piece) => sum + piece.bytes.length, 0);
    if (scheme === 'off') clear = bytes;
    rows.push({
      media: scheme === 'off' ? 'clear' : scheme,
      pieces: media.length,
      addedPercent: 100 * (bytes / clear - 1),
      addedBytesAPiece: (bytes - clear) / media.length,
      initBytes: recorder.inits(0)[0]!.bytes.length,
      cpuPercent: tookMs / (10 * seconds),
    });
  }
  return rows.slice(1);
}

/** Opens the page, waits for the first picture; answers the player's own start-up figure, milliseconds. */
async function visit(browser: Browser, channel: string, decryption: string): Promise<number> {
  const page = await openViewer(browser, 'about:blank');
  // Set before the page's own script runs: no start in another way first.
  await page.evaluateOnNewDocument(`globalThis.addEventListener('DOMContentLoaded', () =>
    document.querySelector('shoal-player')?.setAttribute('decryption', '${decryption}'), { once: true })`);
  await page.goto(`${stack.edge.url}/watch/${channel}`);
  const startup = await until(`${channel} plays`, async () => {
    const { stats } = await read(page);
    return stats.startupMs > 0 && stats.startupMs;
  }, { withinMs: 30_000 });
  await page.browserContext().close();
  return startup;
}
