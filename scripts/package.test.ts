import assert from 'node:assert/strict';
import { buildPackage, newestVersion, PACKAGES, standalone } from './package.ts';

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
      const readme = await Deno.readTextFile(new URL('README.md', built));
      assert.match(readme, /^# shoal-mesh\n[^]*\n## The bare mesh\n/);
      assert.doesNotMatch(readme, /## Web views|\]\((?!https?:)/);
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

Deno.test('a page of the docs stands alone in a package: words of links stay, pictures and links to files go', () => {
  const page =
    '# Title\n\nSee [keys](drm.md), [the site](https://a.example) and [above](#b).\n\n![x](y.png)\n\n## B\n\nb\n';
  assert.equal(
    standalone(page),
    'See keys, [the site](https://a.example) and [above](#b).\n\n## B\n\nb\n',
  );
  assert.equal(standalone(page, ['B']), '## B\n\nb\n');
});

Deno.test('the version is the newest of the changelog', () => {
  assert.equal(newestVersion('# Changelog\n\n## 1.2.3\n\n## 1.2.2\n'), '1.2.3');
  assert.throws(() => newestVersion('# Changelog\n'), /must have a heading with a version/);
});
