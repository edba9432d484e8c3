/**
 * The page inside an iframe: only the player. Its settings come with the address: `/embed/demo?autoplay&muted&p2p=off`,
 * a token behind the `#`, which no server sees. The page around it drives it by `postMessage` (web/sdk).
 */
import '../player/element.ts';
import { ATTRIBUTES } from '../player/attributes.ts';
import { answerParent } from './answer-parent.ts';
import { channelOf } from './channel-of.ts';

const player = document.querySelector('shoal-player')!;
const query = new URLSearchParams(location.search);
const token = new URLSearchParams(location.hash.slice(1)).get('token');

for (const name of ATTRIBUTES) {
  const value = query.get(name);
  // Which channel, whose edge, and who may watch are not the address's to say.
  if (value !== null && !['channel', 'edge-url', 'token'].includes(name)) player.setAttribute(name, value);
}
if (token) player.token = token;
const channel = channelOf(location.pathname);
if (channel) player.setAttribute('channel', channel);
answerParent(player, window);
