/** The replay page: a recording as a torrent, fetched from other viewers and the edge, played while it comes. */
import type { Replay } from '../../protocol/replay.ts';
import { formatBytes, formatClock, percentOf } from '../player/format.ts';
import { type ByteSource, httpSource } from '../replay/byte-source.ts';
import { Protection } from '../replay/protection.ts';
import { ReplayPlayer } from '../replay/replay-player.ts';

const FIGURES_MS = 500;

const video = byId('video') as HTMLVideoElement;
// A token may come with the address, as `#token=…`: what follows # is sent to no server and stands in no log.
const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? undefined;

await begin().catch((error: Error) => show('state', error.message));

async function begin(): Promise<void> {
  const infoHash = location.pathname.split('/')[2] ?? '';
  const replay = await load(`/replay/about/${infoHash}`);
  describe(replay);
  if (!ReplayPlayer.isSupported(replay.codecs)) {
    if (replay.isEncrypted) throw new Error('This browser cannot play protected replays.');
    video.src = replay.file;
    return;
  }
  if (replay.isEncrypted) new Protection(video, replay.channel, token, (message) => show('state', message));
  const source = await sourceOf(replay);
  const player = new ReplayPlayer({
    video,
    source,
    codecs: replay.codecs,
    onTrouble: (message) => show('state', `Trying again: ${message}`),
  });
  video.addEventListener('playing', () => describe(replay));
  setInterval(() => tell(source), FIGURES_MS);
  addEventListener('pagehide', () => source.stop());
  await player.start();
}

/** The torrent; where WebRTC or the library fails, the edge alone. */
async function sourceOf(replay: Replay): Promise<ByteSource> {
  const { torrentSource } = await import('../replay/torrent-source.ts');
  return await torrentSource(replay.torrent, new URL(replay.file, location.href).href).catch(() =>
    httpSource(replay.file)
  );
}

async function load(path: string): Promise<Replay & { magnet: string }> {
  const answer = await fetch(path);
  if (answer.status === 404) throw new Error('There is no such replay: it may have been deleted.');
  if (!answer.ok) throw new Error(`The edge answered ${answer.status}.`);
  return await answer.json();
}

function describe(replay: Replay & { magnet?: string }): void {
  const { title, startedAt, durationMs, bytes, cutShort, file, torrent, channel, magnet } = replay;
  document.title = `${title} · Shoal`;
  show('title', title);
  const when = new Date(startedAt).toLocaleString(navigator.language, {
    dateStyle: 'long',
    timeStyle: 'short',
  });
  const about = [when, formatClock(durationMs / 1000), formatBytes(bytes)];
  if (cutShort) about.push('ends before the broadcast did');
  if (replay.isEncrypted) about.push('protected');
  show('state', about.join(' · '));
  byId('links').hidden = false;
  for (const [id, href] of Object.entries({ file, torrent, magnet, live: `/watch/${channel}` })) {
    if (href !== undefined) (byId(id) as HTMLAnchorElement).href = href;
  }
}

function tell(source: ByteSource): void {
  const { peerBytes, serverBytes, givenBytes, peers } = source.figures();
  show('from-peers', formatBytes(peerBytes));
  show('from-servers', formatBytes(serverBytes));
  show('given', formatBytes(givenBytes));
  show('peers', String(peers));
  byId('meter').style.width = `${percentOf(peerBytes, serverBytes) ?? 0}%`;
}

function show(id: string, text: string): void {
  const element = byId(id);
  if (element.textContent !== text) element.textContent = text;
}

function byId(id: string): HTMLElement {
  return document.getElementById(id)!;
}
