/** What the watch page says, one file a language; the player has words of its own. */
import { type Language, languageOf } from '../../player/words/words.ts';
import { en } from './en.ts';

export type PageWords = { readonly [Key in keyof typeof en]: string };

/** In the browser's language, as far as it is spoken here. Rejects when the file cannot be loaded. */
export async function pageWords(
  wanted: readonly string[],
): Promise<{ words: PageWords; language: Language }> {
  const language = languageOf(wanted);
  switch (language) {
    case 'de':
      return { words: (await import('./de.ts')).de, language };
    case 'fr':
      return { words: (await import('./fr.ts')).fr, language };
    case 'es':
      return { words: (await import('./es.ts')).es, language };
    case 'en':
      return { words: en, language };
  }
}
