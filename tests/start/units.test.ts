/** The units of docs/deploy: their commands run, and end in order when systemd tells their main process to. */
import assert from 'node:assert/strict';
import { keepLog } from '../child-log.ts';
import { freePort } from '../free-port.ts';
import { until } from '../until.ts';

const ROOT = new URL('../../', import.meta.url);

/** What the shell of `ExecStart` runs: systemd takes `$$` for a dollar. */
async function commandOf(unit: string): Promise<string> {
  const text = await Deno.readTextFile(new URL(`docs/deploy/${unit}`, ROOT));
  const [, command] = /^ExecStart=\/bin\/sh -c '(.+)'$/m.exec(text) ?? [];
  assert.ok(command, `${unit} runs a shell`);
  return command.replaceAll('$$', '$');
}

Deno.test('the unit of the origin runs it, and a signal to its main process ends it in order', async () => {
  const child = new Deno.Command('/bin/sh', {
    args: ['-c', await commandOf('shoal-origin.service')],
    cwd: ROOT,
    env: {
      SHOAL_EDGE_URL: `http://127.0.0.1:${freePort()}`,
      SHOAL_ORIGIN_SECRET: 'origin-secret-of-the-tests',
      SHOAL_RTMP_HOST: '127.0.0.1',
      SHOAL_RTMP_PORT: '0',
      SHOAL_ORIGIN_HTTP_PORT: '0',
    },
    stdin: 'null',
    stdout: 'piped',
    stderr: 'piped',
  }).spawn();
  const log = keepLog(child);
  try {
    await until('the origin runs', () => log.text().includes('origin is running'), {
      withinMs: 60_000,
      show: log.text,
    });
  } finally {
    child.kill('SIGTERM');
  }
  const { code } = await child.status;
  await log.ended;
  assert.equal(code, 0);
  assert.match(log.text(), /origin stops/);
});

Deno.test('the unit of the box starts in the same way', async () => {
  const [box, origin] = [await commandOf('shoal.service'), await commandOf('shoal-origin.service')];
  assert.equal(box.replace('scripts/serve.ts', 'origin/main.ts'), origin);
});
