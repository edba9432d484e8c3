import assert from 'node:assert/strict';
import { headlineOf } from './headline.ts';

Deno.test('the headline is the first sentence after the name of the task', () => {
  assert.equal(
    headlineOf('/**\n * `deno task bench:x [--y]`: what it is,\n * and for whom. More.\n */\nimport 1;'),
    'what it is, and for whom.',
  );
  assert.equal(headlineOf('/** `deno task bench:x`: short. */\n'), 'short.');
});

Deno.test('a file without such a header has no headline', () => {
  assert.equal(headlineOf('import 1;\n/** `deno task bench:x`: too late. */'), undefined);
});

Deno.test('every bench task has a headline', async () => {
  const root = new URL('../../', import.meta.url);
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL('deno.json', root)));
  const benches = Object.entries(tasks as Record<string, string>).filter(([name]) =>
    name.startsWith('bench:')
  );
  for (const [name, command] of benches) {
    const file = /\S+\.ts/.exec(command)![0];
    assert.ok(headlineOf(await Deno.readTextFile(new URL(file, root))), name);
  }
});
