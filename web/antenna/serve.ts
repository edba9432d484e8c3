/** What the antenna serves: a list of channels for players, and each channel's HLS. */
import { concatBytes } from '../../protocol/bytes.ts';
import type { Station } from './station.ts';

/** How long a player that comes before the first segment is kept waiting. */
const READY_WAIT_MS = 10_000;
const M3U8 = 'application/vnd.apple.mpegurl';

/** Answers one request. */
export async function answer(request: Request, stations: Station[], cors: boolean): Promise<Response> {
  const response = await route(request, stations);
  if (cors) response.headers.set('access-control-allow-origin', '*');
  return response;
}

async function route(request: Request, stations: Station[]): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return refusal(405, 'only GET is served here');
  }
  const url = new URL(request.url);
  if (url.pathname === '/' || url.pathname === '/channels.m3u') {
    return text(channelList(stations, url.origin), 'audio/x-mpegurl; charset=utf-8');
  }
  if (url.pathname === '/healthz') {
    return Response.json({ channels: stations.map((station) => station.status()) });
  }
  const [, name, ...path] = url.pathname.split('/');
  const station = stations.find((one) => one.name === name);
  if (!station) return refusal(404, 'there is no such channel: /channels.m3u lists them');
  if (station.state === 'refused' || station.state === 'unsupported') {
    return refusal(403, station.status().reason ?? 'the edge refuses this channel');
  }
  return await media(station, path.join('/'));
}

async function media(station: Station, path: string): Promise<Response> {
  const { shelf } = station;
  const playlist = /^(?:index|(\d{1,2}))\.m3u8$/.exec(path);
  if (playlist) {
    if (!await station.ready(READY_WAIT_MS)) return notYet(station);
    if (shelf.isEncrypted) {
      return refusal(
        403,
        'this channel is encrypted: watch it in a browser. The antenna can still lend its upload',
      );
    }
    const body = playlist[1] === undefined ? shelf.main(station.tracks) : shelf.playlist(Number(playlist[1]));
    return body === undefined ? refusal(404, 'there is no such track') : text(body, M3U8);
  }
  const init = /^(\d{1,2})\/([0-9a-f]{8}-\d{1,7})\.init\.mp4$/.exec(path);
  if (init) return bytes(shelf.init(Number(init[1]), init[2]!), 'video/mp4');
  const segment = /^(\d{1,2})\/(\d{1,12})\.m4s$/.exec(path);
  const parts = segment ? shelf.segment(Number(segment[1]), Number(segment[2])) : undefined;
  return bytes(parts && concatBytes(...parts), 'video/iso.segment');
}

/** An M3U list with one entry a channel, as TVs and VLC read it. */
export function channelList(stations: Pick<Station, 'name' | 'title'>[], origin: string): string {
  const lines = stations.flatMap(({ name, title }) => [
    `#EXTINF:-1 tvg-id="${name}",${title.replace(/[\r\n]/g, ' ')}`,
    `${origin}/${name}/index.m3u8`,
  ]);
  return ['#EXTM3U', ...lines].join('\n') + '\n';
}

function notYet(station: Station): Response {
  const { state, reason } = station.status();
  return refusal(503, reason ?? `nothing to play yet (${state})`, { 'retry-after': '3' });
}

function text(body: string, type: string): Response {
  return new Response(body, { headers: { 'content-type': type, 'cache-control': 'no-store' } });
}

function bytes(body: Uint8Array<ArrayBuffer> | Uint8Array | undefined, type: string): Response {
  if (!body) return refusal(404, 'the window does not hold this');
  const headers = { 'content-type': type, 'cache-control': 'max-age=60' };
  return new Response(body as Uint8Array<ArrayBuffer>, { headers });
}

function refusal(status: number, reason: string, headers: Record<string, string> = {}): Response {
  return new Response(`${reason}\n`, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers },
  });
}
