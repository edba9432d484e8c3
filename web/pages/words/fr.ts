/** French. */
import type { PageWords } from './words.ts';

export const fr: PageWords = {
  source: 'D’où vient cette image',
  others: 'Autres spectateurs',
  servers: 'Serveurs',
  given: 'Vous avez donné',
  peers: 'Pairs',
  fine:
    'Médias seulement, pendant cette visite. La page, la signalisation et les statistiques viennent des serveurs et ne sont pas comptées.',
  replays: 'Rediffusions',
  embed: 'Intégrer',
  embedTitle: 'Mettre cette chaîne dans votre page',
  copy: 'Copier le code',
  copied: 'Copié',
  close: 'Fermer',
  idle: 'Prêt',
  joining: 'Connexion',
  offline: 'Hors antenne. La lecture commencera ici d’elle-même.',
  closed: 'Fermée par son propriétaire pour le moment',
  live: 'En direct',
  liveBehind: 'En direct, {seconds} après l’émission',
  lost: 'L’émission est interrompue un instant',
  reconnecting: 'Reconnexion',
  ended: 'L’émission est terminée',
  refused: 'Accès refusé',
  unsupported: 'Ce navigateur ne peut pas lire ici',
};
