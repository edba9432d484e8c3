/** The first command of the README, as a user runs it: through npx, stopped by a signal to the outermost process. */
import assert from 'node:assert/strict';
import { certificate } from '../../scripts/certificate.ts';
import { keepLog } from '../child-log.ts';
import { launchChromium } from '../e2e/chromium.ts';
import { openViewer, plays } from '../e2e/viewer-page.ts';
import { freePort } from '../free-port.ts';
import { descendants, isAlive } from '../process-tree.ts';
import { until } from '../until.ts';

const ROOT = new URL('../../', import.meta.url);

interface Started {
  child: Deno.ChildProcess;
  ports: number[];
  output(): string;
  exited: Promise<number>;
}

function start(flags: string[]): Started {
  const ports = [freePort(), freePort(), freePort()];
  const [edge, rtmp, origin] = ports;
  const child = new Deno.Command('npx', {
    args: [
      ...['--yes', 'deno@2.9.6', 'task', 'start'],
      ...['--port', `${edge}`, '--rtmp-port', `${rtmp}`, '--origin-port', `${origin}`, ...flags],
    ],
    cwd: ROOT,
    stdin: 'null',
    stdout: 'piped',
    stderr: 'piped',
  }).spawn();
  const log = keepLog(child);
  const exited = child.status.then(async ({ code }) => (await log.ended, code));
  return { child, ports, output: log.text, exited };
}

/** Plays it in a browser whose owner accepts any certificate, as one does on the page of warning. */
async function playsIn(watch: string): Promise<void> {
  const browser = await launchChromium(['--ignore-certificate-errors']);
  try {
    const page = await openViewer(browser, watch);
    assert.equal(await page.evaluate('isSecureContext'), true);
    await until('the picture moves', plays(page), { withinMs: 30_000 });
  } finally {
    await browser.close();
  }
}

for (const [signal, flags] of [['SIGINT', []], ['SIGTERM', ['--https', '--host', '127.0.0.1']]] as const) {
  const way = ['start', ...flags].join(' ');
  Deno.test(`${way} brings a channel up, and ${signal} to the outermost process leaves nothing behind`, async () => {
    const started = start(['--channel', `start-${signal.toLowerCase()}`, ...flags]);
    let client: Deno.HttpClient | undefined;
    let family: number[] = [];
    try {
      await until('the addresses', () => started.output().includes('Ctrl-C stops everything.'), {
        withinMs: 90_000,
        show: started.output,
      });
      family = descendants(started.child.pid);
      assert.ok(family.length >= 4, 'edge, origin and encoder run as processes');
      const watch = /watch +(\S+)/.exec(started.output())?.[1] ?? '';
      const isHttps = watch.startsWith('https:');
      assert.equal(isHttps, flags.length > 0);
      if (isHttps) client = Deno.createHttpClient({ caCerts: [(await certificate()).cert] });
      const page = await fetch(watch, { client });
      assert.equal(page.status, 200);
      assert.match(await page.text(), /<shoal-player/);
      for (const [, url = ''] of started.output().matchAll(/^ {2}\w+ +(http\S+)/gm)) {
        const answer = await fetch(url, { client });
        await answer.body?.cancel();
        assert.notEqual(answer.status, 404, `${url} is named and answers`);
      }
      assert.match(started.output(), /stream key +start-\w+\?key=\S+/);
      if (isHttps) await playsIn(watch);
    } finally {
      client?.close();
      started.child.kill(signal);
    }
    await until('every process to end', () => !family.some(isAlive), {
      withinMs: 20_000,
      show: started.output,
    });
    await started.exited;
    for (const port of started.ports) Deno.listen({ hostname: '127.0.0.1', port }).close();
  });
}

Deno.test('a taken port is a clear message, before anything is started', async () => {
  const taken = Deno.listen({ hostname: '127.0.0.1', port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  try {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ['task', 'start', '--rtmp-port', String(port)],
      cwd: ROOT,
    }).output();
    assert.equal(success, false);
    assert.match(
      new TextDecoder().decode(stderr),
      new RegExp(`port ${port} is taken; choose another with --rtmp-port N`),
    );
  } finally {
    taken.close();
  }
});

Deno.test('an unknown flag is answered with the help', async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ['task', 'start', '--no-such-flag'],
    cwd: ROOT,
  }).output();
  assert.equal(code, 2);
  assert.match(new TextDecoder().decode(stderr), /no-such-flag[\s\S]*--no-demo/);
});
