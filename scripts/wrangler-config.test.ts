import assert from 'node:assert/strict';
import { parse as parseToml } from 'smol-toml';
import { ROOT } from './paths.ts';
import { wranglerConfig } from './wrangler-config.ts';

Deno.test('every object that wrangler.toml declares is exported by the Worker and has its migration', async () => {
  const { objects } = await wranglerConfig();
  assert.equal(objects.DIRECTORY, 'Directory');
  const main = await Deno.readTextFile(new URL('worker/main.ts', ROOT));
  const { migrations } = parseToml(await Deno.readTextFile(new URL('wrangler.toml', ROOT))) as {
    migrations: { new_sqlite_classes: string[] }[];
  };
  const migrated = migrations.flatMap(({ new_sqlite_classes }) => new_sqlite_classes);
  for (const className of Object.values(objects)) {
    assert.match(main, new RegExp(`export \\{ ${className} \\}`));
    assert.ok(migrated.includes(className), `${className} has no migration`);
  }
});

Deno.test('what runs the edge elsewhere finds its date, flags and the paths of the Worker in wrangler.toml', async () => {
  const { compatibilityDate, compatibilityFlags, runWorkerFirst } = await wranglerConfig();
  assert.match(compatibilityDate, /^20\d\d-\d\d-\d\d$/);
  assert.ok(compatibilityFlags.includes('no_web_socket_compression'));
  assert.ok(runWorkerFirst.includes('!/assets/*'));
});

Deno.test('a wrangler.toml that lacks something is refused with the field', async () => {
  const file = await Deno.makeTempFile();
  const text = await Deno.readTextFile(new URL('wrangler.toml', ROOT));
  try {
    await Deno.writeTextFile(file, text.replace(/^run_worker_first.*$/m, ''));
    await assert.rejects(wranglerConfig(new URL(`file://${file}`)), /assets\.run_worker_first/);
  } finally {
    await Deno.remove(file);
  }
});
