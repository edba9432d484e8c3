/** The watch page: the player, and in plain numbers where its media comes from. */
import { formatBytes, formatSeconds, percentOf } from '../player/format.ts';
import type { Phase, PlayerStats } from '../player/player-state.ts';
import '../player/element.ts';
import { channelOf } from './channel-of.ts';

const player = document.querySelector('shoal-player')!;
const channel = channelOf(location.pathname);

interface StateDetail {
  state: Phase;
  title: string;
}

const words: Record<Phase, string> = {
  idle: 'Ready',
  joining: 'Joining',
  offline: 'Off air. It starts here by itself.',
  live: 'Live',
  lost: 'The broadcaster dropped out for a moment',
  reconnecting: 'Reconnecting',
  ended: 'The broadcast is over',
  refused: 'No entry',
  unsupported: 'This browser cannot play here',
};

let phase: Phase = 'idle';

addEventListener('shoal-state', (event) => {
  const { state, title } = (event as CustomEvent<StateDetail>).detail;
  phase = state;
  show('title', title || channel || '');
  document.title = `${title || channel || 'Shoal'} · Shoal`;
  const line = document.getElementById('state')!;
  line.textContent = words[state];
  line.classList.toggle('live', state === 'live');
});

addEventListener('shoal-stats', (event) => {
  const stats = (event as CustomEvent<PlayerStats>).detail;
  show('from-peers', formatBytes(stats.peerBytes));
  show('from-servers', formatBytes(stats.edgeBytes));
  show('given', formatBytes(stats.uploadBytes));
  show('peers', String(stats.peers));
  document.getElementById('meter')!.style.width = `${percentOf(stats.peerBytes, stats.edgeBytes) ?? 0}%`;
  if (phase === 'live' && stats.startupMs > 0) {
    show('state', `Live, ${formatSeconds(stats.latencySeconds)} behind the broadcaster`);
  }
});

function show(id: string, text: string): void {
  const element = document.getElementById(id)!;
  if (element.textContent !== text) element.textContent = text;
}

// A token may come with the address, as `#token=…`: what follows # is sent to no server and stands in no log.
const token = new URLSearchParams(location.hash.slice(1)).get('token');
if (token) player.setAttribute('token', token);
if (channel) player.setAttribute('channel', channel);
player.setAttribute('autoplay', '');
