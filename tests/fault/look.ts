/** What the tests of faults look at: the channel as the admin sees it, media as a viewer gets it, metrics. */
import { toBase64Url } from '../../protocol/bytes.ts';
import type { ChannelResource } from '../../protocol/channel.ts';
import { FrameReader, type PieceFrame } from '../../protocol/frame.ts';
import type { JoinAnswer, LiveJoinAnswer } from '../../protocol/join.ts';
import { joinMediaPath } from '../../protocol/media.ts';
import type { Stack } from '../stack.ts';
import { until } from '../until.ts';

export async function channelOf(stack: Stack, name = 'demo'): Promise<ChannelResource> {
  return (await stack.api('GET', `/channels/${name}`)).channel as ChannelResource;
}

export function untilState(
  stack: Stack,
  state: ChannelResource['state'],
  name = 'demo',
): Promise<ChannelResource> {
  return until(`${name} is ${state}`, async () => {
    const channel = await channelOf(stack, name);
    return channel.state === state && channel;
  });
}

/** Joins as a viewer of its own. */
export async function join(stack: Stack, name = 'demo'): Promise<JoinAnswer> {
  const peerKey = toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
  const answer = await fetch(`${stack.edge.url}/join/${name}`, {
    method: 'POST',
    body: JSON.stringify({ peerKey }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`join ${name}: ${answer.status} ${text}`);
  return JSON.parse(text) as JoinAnswer;
}

/** Joins once the channel is live for viewers. */
export function joinLive(stack: Stack, name = 'demo'): Promise<LiveJoinAnswer> {
  return until(`viewers may join ${name}`, async () => {
    const answer = await join(stack, name);
    return answer.state === 'live' && answer as LiveJoinAnswer;
  });
}

/** Frames of a media path; undefined unless the edge answers 200. */
export async function framesOf(
  stack: Stack,
  { grant }: LiveJoinAnswer,
  path: string,
): Promise<PieceFrame[] | undefined> {
  const sign = path.includes('?') ? '&' : '?';
  const answer = await fetch(`${stack.edge.url}${path}${sign}grant=${encodeURIComponent(grant.value)}`);
  const body = new Uint8Array(await answer.arrayBuffer());
  return answer.status === 200 ? new FrameReader().push(body) : undefined;
}

/** What a viewer who joins now is given first. */
export function firstMedia(stack: Stack, answer: LiveJoinAnswer): Promise<PieceFrame[]> {
  const tracks = answer.broadcast.tracks.map(({ track }) => track);
  return until(
    'a join is answered with media',
    () => framesOf(stack, answer, joinMediaPath(answer.mediaPath, tracks)),
  );
}

/** The media playlist of a track, as text; throws unless the edge answers 200. */
export async function playlistOf(stack: Stack, track = 0, name = 'demo'): Promise<string> {
  const answer = await fetch(`${stack.edge.url}/hls/${name}/${track}.m3u8`);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`playlist: ${answer.status} ${text}`);
  return text;
}

/** Value of one sample of the origin's metrics, as `shoal_origin_media_bytes_total{kind="refill"}`; 0 without it. */
export async function originMetric(stack: Stack, sample: string): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${stack.origin.httpPort}/metrics`);
  const line = (await answer.text()).split('\n').find((text) => text.startsWith(`${sample} `));
  return Number(line?.slice(sample.length) ?? 0);
}
