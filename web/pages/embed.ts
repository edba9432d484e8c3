/**
 * The page inside an iframe: only the player. Its settings come with the address: `/embed/demo?autoplay&muted&p2p=off`,
 * a token behind the `#`, which no server sees.
 */
import '../player/element.ts';
import { channelOf } from './channel-of.ts';

const player = document.querySelector('shoal-player')!;
const query = new URLSearchParams(location.search);
const token = new URLSearchParams(location.hash.slice(1)).get('token');

for (const name of ['autoplay', 'muted', 'p2p', 'controls', 'latency-ms', 'upload-kbps']) {
  const value = query.get(name);
  if (value !== null) player.setAttribute(name, value);
}
if (token) player.setAttribute('token', token);
const channel = channelOf(location.pathname);
if (channel) player.setAttribute('channel', channel);
