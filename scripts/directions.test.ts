import assert from 'node:assert/strict';
import { breaches, cycles, type Import } from './directions.ts';

const of = (from: string, to: string): Import => ({ from, to });

Deno.test('imports along the design are in order', () => {
  const imports = [
    of('worker/app.ts', 'protocol/join.ts'),
    of('web/player/source.ts', 'web/peer/viewer.ts'),
    of('web/player/source.ts', 'npm:shaka-player@5.2.12'),
    of('web/peer/viewer.ts', 'web/mesh/mesh.ts'),
    of('worker/objects/swarm.ts', 'cloudflare:workers'),
    of('web/mesh/mesh.test.ts', 'npm:fast-check@4'),
  ];
  assert.deepEqual(breaches(imports), []);
});

for (
  const [sentence, from, to] of [
    ['the mesh may not import Shaka', 'web/mesh/mesh.ts', 'npm:shaka-player@5.2.12'],
    ['the mesh may not import the player', 'web/mesh/mesh.ts', 'web/player/element.ts'],
    ['protocol imports no part', 'protocol/record.ts', 'worker/app.ts'],
    ['protocol imports valibot only', 'protocol/record.ts', 'npm:hono@4'],
    ['rtmp knows nothing of publish', 'origin/rtmp/server.ts', 'origin/publish/control.ts'],
    ['pure swarm code knows no platform', 'worker/swarm/shards.ts', 'cloudflare:workers'],
    ['nobody imports tests', 'origin/main.ts', 'tests/edge.ts'],
    ['nobody imports scripts', 'web/player/element.ts', 'scripts/build.ts'],
    ['a file outside of every room is found', 'elsewhere/file.ts', 'protocol/record.ts'],
    ['product code imports no test file', 'origin/main.ts', 'origin/main.test.ts'],
  ] as const
) {
  Deno.test(sentence, () => assert.ok(breaches([of(from, to)]).length > 0));
}

Deno.test('a cycle is named by its path', () => {
  assert.deepEqual(cycles([of('a', 'b'), of('b', 'c'), of('c', 'b')]), ['b -> c -> b']);
});

Deno.test('a diamond is no cycle', () => {
  assert.deepEqual(cycles([of('a', 'b'), of('a', 'c'), of('b', 'd'), of('c', 'd')]), []);
});
