/** Spanish. */
import type { PageWords } from './words.ts';

export const es: PageWords = {
  source: 'De dónde viene esta imagen',
  others: 'Otros espectadores',
  servers: 'Servidores',
  given: 'Diste',
  peers: 'Pares ahora',
  fine:
    'Solo medios, en esta visita. La página, la señalización y las estadísticas vienen de servidores y no se cuentan aquí.',
  replays: 'Repeticiones',
  embed: 'Insertar',
  embedTitle: 'Pon este canal en tu página',
  copy: 'Copiar código',
  copied: 'Copiado',
  close: 'Cerrar',
  idle: 'Listo',
  joining: 'Conectando',
  offline: 'Sin emisión. Empezará aquí por sí sola.',
  closed: 'Cerrado por su dueño por ahora',
  live: 'En directo',
  liveBehind: 'En directo, {seconds} después de la emisión',
  lost: 'La emisión se ha cortado un momento',
  reconnecting: 'Reconectando',
  ended: 'La emisión ha terminado',
  refused: 'Acceso denegado',
  unsupported: 'Este navegador no puede reproducir aquí',
};
