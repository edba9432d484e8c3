/** docs/player.md says what the element has: no more, no less. */
import assert from 'node:assert/strict';
import { ATTRIBUTES } from './attributes.ts';

const here = (path: string) => Deno.readTextFile(new URL(path, import.meta.url));
const docs = await here('../../docs/player.md');
const element = await here('element.ts');
const api = await here('api.ts');

/** Names in code style in the first column of a section's table. */
function documented(section: string, column = 1): string[] {
  const body = docs.split(`\n## ${section}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = body.split('\n').filter((line) => line.startsWith('|')).slice(2);
  return rows.flatMap((row) =>
    [...row.split('|')[column]!.matchAll(/`([^`(]+)[^`]*`/g)].map((match) => match[1]!)
  )
    .sort();
}

/** Names that a pattern finds, each once. */
function found(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map((match) => match[1]!))].sort();
}

/** The body of an interface of api.ts. */
const body = (name: string) => api.split(`export interface ${name} {`)[1]!.split('\n}')[0]!;

Deno.test('every attribute is documented, and in the types', () => {
  assert.deepEqual(documented('Attributes'), [...ATTRIBUTES].sort());
  assert.deepEqual(found(body('ShoalPlayerAttributes'), /^ {2}'?([\w-]+)'?\?:/gm), [...ATTRIBUTES].sort());
});

Deno.test('every property is documented, and in the types', () => {
  const properties = found(element, /^ {2}get (\w+)\(/gm);
  assert.deepEqual(documented('Properties'), properties);
  assert.deepEqual(found(body('ShoalPlayer'), /^ {2}(?:readonly )?(\w+):/gm), properties);
});

Deno.test('every method is documented, and in the types', () => {
  const platform = ['constructor', 'connectedCallback', 'disconnectedCallback', 'attributeChangedCallback'];
  const methods = found(element, /^ {2}(?:async )?(\w+)\(/gm).filter((name) => !platform.includes(name));
  assert.deepEqual(documented('Methods'), methods);
  assert.deepEqual(found(body('ShoalPlayer'), /^ {2}(\w+)\(/gm), methods);
});

Deno.test('every event is documented', () => {
  assert.deepEqual(documented('Events'), found(body('ShoalPlayerEvents'), /^ {2}'([\w-]+)'/gm));
});

Deno.test('every part is documented', async () => {
  let code = element;
  for await (const { name } of Deno.readDir(new URL('ui/', import.meta.url))) {
    if (!name.endsWith('.test.ts')) code += await here(`ui/${name}`);
  }
  const parts = found(code, /\bpart: '([^']+)'/g).flatMap((names) => names.split(' '));
  const listed = [...documented('CSS'), ...documented('CSS', 2)];
  assert.deepEqual([...new Set(listed)].sort(), [...new Set(parts)].sort());
});

Deno.test('every colour is documented', async () => {
  const styles = await here('ui/styles.ts');
  assert.deepEqual(found(docs, /`(--shoal-[\w-]+)`/g), found(styles, /(--shoal-[\w-]+):/g));
});
