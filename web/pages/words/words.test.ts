import assert from 'node:assert/strict';
import { LANGUAGES } from '../../player/words/words.ts';
import { en } from './en.ts';
import { pageWords } from './words.ts';

Deno.test('the page speaks every language of the player, with the same keys', async () => {
  for (const language of LANGUAGES) {
    const told = await pageWords([language]);
    assert.equal(told.language, language);
    assert.deepEqual(Object.keys(told.words), Object.keys(en));
    assert.ok(told.words.liveBehind.includes('{seconds}'), language);
  }
});
