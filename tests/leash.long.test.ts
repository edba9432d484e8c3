/** Nothing that a test starts outlives a test run that is killed. */
import assert from 'node:assert/strict';
import { keepLog } from './child-log.ts';
import { launchChromium } from './e2e/chromium.ts';
import { launchFirefox } from './e2e/firefox.ts';
import { launchWebKit } from './e2e/webkit.ts';
import { startFeed } from './feed.ts';
import { descendants, isAlive, statOf } from './process-tree.ts';
import { startStack } from './stack.ts';
import { until } from './until.ts';

const READY = 'everything runs';

/** What the killed process is: it starts one of each, and waits. */
async function startEverything(): Promise<void> {
  const stack = await startStack();
  startFeed({ output: ['-f', 'flv', stack.publishUrl()] });
  for (const browser of [await launchChromium(), await launchFirefox()]) await browser.newPage();
  await launchWebKit();
  console.log(READY);
  await new Promise(() => setInterval(() => {}, 1000));
}

const nameOf = (pid: number) => `${pid} ${Deno.readTextFileSync(`/proc/${pid}/comm`).trim()}`;

Deno.test('what tests start ends with the process that started it, however that is killed', async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ['run', '-A', '--no-check', new URL(import.meta.url).pathname],
    env: { SHOAL_LEASH_TEST: '1' },
    stdin: 'null',
    stdout: 'piped',
    stderr: 'piped',
  }).spawn();
  const log = keepLog(child);
  await until('everything runs', () => log.text().includes(READY), { withinMs: 120_000, show: log.text });
  // A number may be given to another process meanwhile: with the moment it began it is one process for good.
  const family = descendants(child.pid).map((pid) => ({ name: nameOf(pid), pid, began: statOf(pid)?.[19] }));
  for (const program of ['workerd', 'deno', 'ffmpeg', 'chrom', 'firefox', 'MiniBrowser', 'Xvfb']) {
    assert.ok(family.some(({ name }) => name.includes(program)), `${program} runs`);
  }
  child.kill('SIGKILL');
  await child.status;
  await until(
    'all of it has ended',
    () =>
      family.filter(({ pid, began }) => isAlive(pid) && statOf(pid)?.[19] === began).map(({ name }) => name),
    { holds: (left) => left.length === 0 },
  );
  await log.ended;
});

if (Deno.env.has('SHOAL_LEASH_TEST')) await startEverything();
