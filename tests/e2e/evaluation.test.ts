/** What the player's scripts do while they are evaluated, before anything is asked of them. */
import assert from 'node:assert/strict';
import { buildPlayer } from '../build-player.ts';
import { launchChromium } from './chromium.ts';

// What is caught costs as well: to know its line V8 parses a script once more for each function that it is in.
Deno.test('Shaka and the player throw nothing while they are evaluated, not even what they catch', async () => {
  const assets = `${await buildPlayer()}/assets`;
  const shaka = [...Deno.readDirSync(assets)].find(({ name }) => /^source-[A-Z0-9]{8}\.js$/.test(name))!.name;
  const server = Deno.serve({ port: 0, hostname: '127.0.0.1', onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    const isScript = pathname.endsWith('.js');
    const body = isScript ? await Deno.readFile(`${assets}${pathname}`) : '<!doctype html>';
    return new Response(body, { headers: { 'content-type': isScript ? 'text/javascript' : 'text/html' } });
  });
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.addr.port}/`);
    const debug = await page.createCDPSession();
    const thrown: string[] = [];
    debug.on('Debugger.paused', ({ data }) => {
      thrown.push(String((data as { description?: string } | undefined)?.description));
      void debug.send('Debugger.resume');
    });
    await debug.send('Debugger.enable');
    await debug.send('Debugger.setPauseOnExceptions', { state: 'all' });
    for (const script of ['embed.js', shaka]) await page.evaluate(`import('/${script}').then(() => {})`);
    assert.deepEqual(thrown, []);
  } finally {
    await browser.close();
    await server.shutdown();
  }
});
