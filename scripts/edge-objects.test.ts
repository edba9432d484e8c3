import assert from 'node:assert/strict';
import { edgeObjects } from './edge-objects.ts';
import { ROOT } from './paths.ts';

Deno.test('every object that wrangler.toml declares is exported by the Worker and has its migration', async () => {
  const objects = await edgeObjects();
  assert.equal(objects.DIRECTORY, 'Directory');
  const main = await Deno.readTextFile(new URL('worker/main.ts', ROOT));
  const [, migrated = ''] =
    /new_sqlite_classes = \[([^\]]*)\]/.exec(await Deno.readTextFile(new URL('wrangler.toml', ROOT))) ?? [];
  for (const className of Object.values(objects)) {
    assert.match(main, new RegExp(`export \\{ ${className} \\}`));
    assert.ok(migrated.includes(`"${className}"`), `${className} has no migration`);
  }
});
