/** The embedded player's end of the talk with the page around it. */
import type { ShoalPlayerElement } from '../player/element.ts';
import {
  EMBED_EVENTS,
  type EmbedEventName,
  type EmbedRequest,
  readRequest,
  wrap,
} from '../sdk/embed-message.ts';

type Driven = Pick<
  ShoalPlayerElement,
  | 'play'
  | 'pause'
  | 'muted'
  | 'volume'
  | 'jumpToLive'
  | 'seekBy'
  | 'setP2p'
  | 'quality'
  | 'token'
  | 'retry'
  | 'state'
  | 'reason'
  | 'addEventListener'
>;

/** What of the window is used here. */
interface Surroundings {
  parent: Pick<Window, 'postMessage'>;
  addEventListener(name: 'message', listener: (event: MessageEvent) => void): void;
}

/** Which of the player's events goes out under which name. */
const SOURCE: Record<EmbedEventName, string> = {
  state: 'shoal-state',
  stats: 'shoal-stats',
  playing: 'shoal-playing',
  error: 'shoal-error',
  tokenneeded: 'tokenneeded',
};

/**
 * Obeys the parent window and tells it what happens. Which sites may be the parent is enforced by the browser
 * (frame-ancestors, from the channel's settings); events go to the one origin that said hello.
 */
export function answerParent(player: Driven, surroundings: Surroundings): void {
  const { parent } = surroundings;
  if (parent === surroundings as unknown) return;
  let origin: string | undefined;
  const tell = (name: EmbedEventName, detail: unknown) => {
    // A sandboxed page has the origin "null", which cannot be addressed.
    if (origin !== undefined && origin !== 'null') {
      parent.postMessage(wrap({ type: 'event', name, detail }), origin);
    }
  };
  for (const name of EMBED_EVENTS) {
    player.addEventListener(SOURCE[name], (event) => tell(name, (event as CustomEvent).detail));
  }
  surroundings.addEventListener('message', (event) => {
    if (event.source !== parent as unknown) return;
    const request = readRequest(event.data);
    if (request?.type === 'hello') {
      origin = event.origin;
      const { state, reason } = player;
      tell('state', { state, reason, title: '' });
    } else if (request && event.origin === origin) {
      obey(player, request);
    }
  });
  parent.postMessage(wrap({ type: 'ready' }), '*');
}

function obey(player: Driven, { method, value }: EmbedRequest & { type: 'call' }): void {
  switch (method) {
    case 'play':
      return void player.play();
    case 'pause':
    case 'jumpToLive':
    case 'retry':
      return player[method]();
    case 'mute':
    case 'unmute':
      player.muted = method === 'mute';
      return;
    case 'setVolume':
      if (typeof value === 'number') player.volume = value;
      return;
    case 'seekBy':
      if (typeof value === 'number') player.seekBy(value);
      return;
    case 'setP2p':
      if (value === 'on' || value === 'relay' || value === 'off') player.setP2p(value);
      return;
    case 'setQuality':
      if (typeof value === 'string') player.quality = value;
      return;
    case 'setToken':
      if (typeof value === 'string') player.token = value;
  }
}
