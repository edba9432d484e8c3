import assert from 'node:assert/strict';
import { WINDOWS } from './player-bundle.ts';
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

Deno.test("the Xbox's Windows is looked for without a word, and where an application throws for it there is none", () => {
  const find = (world: object) => new Function('globalThis', `${WINDOWS}\nreturn Windows;`)(world);
  const refusing = {
    get Windows() {
      throw new Error('there is no such object');
    },
  };
  const shown = (sync?: object) => ({ chrome: { webview: { hostObjects: sync && { sync } } } });
  assert.equal(find({}), null);
  assert.equal(find({ Windows: 'own' }), 'own');
  assert.equal(find(shown({ Windows: 'host' })), 'host');
  assert.deepEqual([find(shown()), find(shown(refusing)), find(shown({}))], [null, null, null]);
});
