import assert from 'node:assert/strict';
import { buildWeb } from './web-bundle.ts';

Deno.test('a page that plays loads three files: its own, Shaka, and the worker that it names by its content', async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { playing } = await buildWeb(folder);
    const textOf = (file: string) => Deno.readTextFile(`${folder}/${file}`);
    for (const [name, { early, worker }] of Object.entries(playing)) {
      assert.equal(early[0], `${name}.js`);
      assert.match(early[1]!, /^source-[A-Z0-9]{8}\.js$/);
      assert.equal(early.length, 2);
      const script = await textOf(`${name}.js`);
      assert.match(worker, /^mesh-worker-[A-Z0-9]{8}\.js$/);
      assert.ok(script.includes(`"./${worker}"`), 'a page that starts it by itself takes the same');
      for (const file of [early[1]!, worker]) {
        assert.ok(!/\bfrom"\.\/|\bimport"\.\//.test(await textOf(file)), `${file} imports no other at once`);
      }
      assert.ok(!/\bfrom"\.\/|\bimport"\.\//.test(script), `${name}.js imports no other at once`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
