import assert from 'node:assert/strict';
import { buildPackage, PACKAGES } from './package.ts';

Deno.test({
  name: 'the package of the bare mesh is one file that exports the viewer, with its types beside',
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: 'shoal-package-' });
    try {
      const pack = PACKAGES.find(({ name }) => name === 'shoal-mesh')!;
      const built = await buildPackage(pack, new URL(`file://${folder}/`));
      const { exports, type } = JSON.parse(await Deno.readTextFile(new URL('package.json', built)));
      assert.equal(type, 'module');
      const { Viewer } = await import(new URL(exports['.'].default, built).href);
      const viewer = new Viewer({ edgeUrl: 'https://edge.example', channel: 'demo' });
      assert.deepEqual([viewer.state, viewer.segments(0)], ['joining', []]);
      assert.match(
        await Deno.readTextFile(new URL(exports['.'].types, built)),
        /export declare const Viewer/,
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
