/**
 * What the player says, one file a language. English comes with the player, the others load when they are wanted.
 *
 * Reasons have their code as key (protocol/claims.ts and the player's own), so that a refusal reads in the viewer's
 * language; a code without a sentence here is told in the edge's words.
 */
import { en } from './en.ts';

export type Words = { readonly [Key in keyof typeof en]: string };
export type WordKey = keyof Words;

/** Languages that the player speaks, by their two letters. */
export const LANGUAGES = ['en', 'de', 'fr', 'es'] as const;
export type Language = typeof LANGUAGES[number];

/** The first of the wanted languages (BCP 47, as `de-CH`) that is spoken here, English when none is. */
export function languageOf(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const short = tag.toLowerCase().split('-')[0];
    const found = LANGUAGES.find((language) => language === short);
    if (found) return found;
  }
  return 'en';
}

/** Rejects when the file cannot be loaded. */
export async function loadWords(language: Language): Promise<Words> {
  switch (language) {
    case 'de':
      return (await import('./de.ts')).de;
    case 'fr':
      return (await import('./fr.ts')).fr;
    case 'es':
      return (await import('./es.ts')).es;
    case 'en':
      return en;
  }
}

/** Puts values where the sentence has `{name}`. */
export function fill(sentence: string, values: Record<string, string | number>): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The sentence of a reason: by its code in this language, else the one that came with it. */
export function reasonText(words: Words, reason: { code: string; message: string } | undefined): string {
  if (!reason) return '';
  return Object.hasOwn(words, reason.code) ? words[reason.code as WordKey] : reason.message;
}
