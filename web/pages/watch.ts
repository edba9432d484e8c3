/** The watch page: the player, in plain numbers where its media comes from, and the code to embed it. */
import { embedCode } from '../../protocol/embed.ts';
import type { ShoalPlayerEvents, ShoalPlayerState, ShoalPlayerStats } from '../player/api.ts';
import { formatBytes, formatSeconds, percentOf } from '../player/format.ts';
import '../player/element.ts';
import { fill, type Language } from '../player/words/words.ts';
import { channelOf } from './channel-of.ts';
import { showReplays } from './replay-list.ts';
import { en } from './words/en.ts';
import { type PageWords, pageWords } from './words/words.ts';

const player = document.querySelector('shoal-player')!;
const channel = channelOf(location.pathname);

let words: PageWords = en;
let language: Language = 'en';
let phase: ShoalPlayerState = 'idle';
let closed = false;
let title = '';

addEventListener('shoal-state', (event) => {
  const detail = (event as CustomEvent<ShoalPlayerEvents['shoal-state']>).detail;
  phase = detail.state;
  closed = detail.reason?.code === 'stopped';
  title = detail.title;
  showState();
});

addEventListener('shoal-stats', (event) => {
  const stats = (event as CustomEvent<ShoalPlayerStats>).detail;
  show('from-peers', formatBytes(stats.peerBytes, language));
  show('from-servers', formatBytes(stats.edgeBytes, language));
  show('given', formatBytes(stats.uploadBytes, language));
  show('peers', String(stats.peers));
  byId('meter').style.width = `${percentOf(stats.peerBytes, stats.edgeBytes) ?? 0}%`;
  if (phase === 'live' && stats.startupMs > 0) {
    show('state', fill(words.liveBehind, { seconds: formatSeconds(stats.latencySeconds, language) }));
  }
});

function showState(): void {
  show('title', title || channel || '');
  document.title = `${title || channel || 'Shoal'} · Shoal`;
  show('state', closed ? words.closed : words[phase]);
  byId('state').classList.toggle('live', phase === 'live');
  // Who watches live has no need of them, and a crowd that comes asks for nothing more.
  if (channel && (phase === 'offline' || phase === 'ended')) void showReplays(channel, language);
}

function show(id: string, text: string): void {
  const element = byId(id);
  if (element.textContent !== text) element.textContent = text;
}

function byId(id: string): HTMLElement {
  return document.getElementById(id)!;
}

const dialog = byId('embed-dialog') as HTMLDialogElement;
byId('embed').addEventListener('click', () => dialog.showModal());
byId('embed-copy').addEventListener('click', async () => {
  const code = byId('embed-code') as HTMLTextAreaElement;
  code.select();
  await navigator.clipboard?.writeText(code.value).catch(() => {});
  show('embed-copy', words.copied);
});
dialog.addEventListener('close', () => show('embed-copy', words.copy));

// A token may come with the address, as `#token=…`: what follows # is sent to no server and stands in no log.
const token = new URLSearchParams(location.hash.slice(1)).get('token');
if (token) player.token = token;
if (channel) {
  player.setAttribute('channel', channel);
  (byId('embed-code') as HTMLTextAreaElement).value = embedCode(location.origin, channel);
}
player.setAttribute('autoplay', '');

// Last: the picture does not wait for words.
pageWords(navigator.languages).then((told) => {
  ({ words, language } = told);
  document.documentElement.lang = language;
  document.querySelectorAll<HTMLElement>('[data-word]').forEach((element) => {
    element.textContent = words[element.dataset.word as keyof PageWords];
  });
  showState();
}).catch(() => console.warn('the words of the page could not be loaded'));
