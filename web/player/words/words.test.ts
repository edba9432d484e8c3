import assert from 'node:assert/strict';
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { fill, languageOf, LANGUAGES, loadWords, reasonText } from './words.ts';

const all = { en, de, fr, es };

Deno.test('every language has the same keys, each with something to say', () => {
  assert.deepEqual(Object.keys(all).sort(), [...LANGUAGES].sort());
  for (const [language, words] of Object.entries(all)) {
    assert.deepEqual(Object.keys(words), Object.keys(en), language);
    for (const [key, text] of Object.entries(words)) {
      assert.notEqual(text.trim(), '', `${language}.${key} is empty`);
    }
  }
});

Deno.test('a sentence takes the same values in every language', () => {
  const holes = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const [language, words] of Object.entries(all)) {
    for (const [key, text] of Object.entries(en)) {
      assert.deepEqual(holes(words[key as keyof typeof en]), holes(text), `${language}.${key}`);
    }
  }
});

Deno.test('the file of a language is the one that is loaded for it', async () => {
  for (const language of LANGUAGES) assert.equal(await loadWords(language), all[language]);
});

Deno.test('the first language that is spoken wins, regions and case aside; English for everybody else', () => {
  assert.equal(languageOf(['nl-BE', 'fr-BE', 'en']), 'fr');
  assert.equal(languageOf(['DE-ch']), 'de');
  assert.equal(languageOf(['ja', 'constructor']), 'en');
  assert.equal(languageOf([]), 'en');
});

Deno.test('values are put into their places, unknown places stay', () => {
  assert.equal(fill('{a} of {b}, {c}', { a: 1, b: '2' }), '1 of 2, {c}');
});

Deno.test('a reason is told by its code; an unknown one in the words it came with', () => {
  assert.equal(
    reasonText(de, { code: 'token-expired', message: 'The token has expired.' }),
    de['token-expired'],
  );
  assert.equal(reasonText(de, { code: 'new-rule', message: 'A new rule.' }), 'A new rule.');
  assert.equal(reasonText(en, { code: 'toString', message: 'A trap.' }), 'A trap.');
  assert.equal(reasonText(en, undefined), '');
});
