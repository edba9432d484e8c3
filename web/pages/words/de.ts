/** German. */
import type { PageWords } from './words.ts';

export const de: PageWords = {
  source: 'Woher dieses Bild kommt',
  others: 'Andere Zuschauer',
  servers: 'Server',
  given: 'Sie gaben',
  peers: 'Verbunden',
  fine:
    'Nur Medien, in diesem Besuch. Seite, Vermittlung und Statistik kommen von Servern und zählen hier nicht mit.',
  replays: 'Aufzeichnungen',
  embed: 'Einbetten',
  embedTitle: 'Diesen Kanal auf Ihrer Seite zeigen',
  copy: 'Code kopieren',
  copied: 'Kopiert',
  close: 'Schließen',
  idle: 'Bereit',
  joining: 'Verbinden',
  offline: 'Keine Sendung. Es beginnt hier von selbst.',
  closed: 'Vom Betreiber vorerst geschlossen',
  live: 'Live',
  liveBehind: 'Live, {seconds} hinter der Sendung',
  lost: 'Die Sendung ist kurz unterbrochen',
  reconnecting: 'Neu verbinden',
  ended: 'Die Sendung ist vorbei',
  refused: 'Kein Zutritt',
  unsupported: 'Dieser Browser kann hier nicht abspielen',
};
