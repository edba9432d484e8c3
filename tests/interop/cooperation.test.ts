/** Cooperation: one Shoal takes another's channel as its input. Both are whole, on one machine. */
import assert from 'node:assert/strict';
import { toBase64Url, toHex } from '../../protocol/bytes.ts';
import { decodePieceFrame, FrameReader, type PieceFrame } from '../../protocol/frame.ts';
import type { JoinAnswer, LiveJoinAnswer } from '../../protocol/join.ts';
import { joinMediaPath, pieceMediaPath } from '../../protocol/media.ts';
import { pieceCheck } from '../../origin/publish/source-check.ts';
import { EDGE_SECRETS } from '../edge.ts';
import { startFeed } from '../feed.ts';
import { type Stack, startStack } from '../stack.ts';
import { until } from '../until.ts';

async function join(stack: Stack, channel: string, token?: string): Promise<LiveJoinAnswer | undefined> {
  const answer = await fetch(`${stack.edge.url}/join/${channel}`, {
    method: 'POST',
    body: JSON.stringify({ peerKey: toBase64Url(crypto.getRandomValues(new Uint8Array(32))), token }),
  });
  const body = await answer.json() as JoinAnswer;
  return body.state === 'live' ? body as LiveJoinAnswer : undefined;
}

/** Everything from the newest keyframe on. */
async function newest(stack: Stack, viewer: LiveJoinAnswer): Promise<PieceFrame[]> {
  const path = joinMediaPath(viewer.mediaPath, viewer.broadcast.tracks.map(({ track }) => track));
  const answer = await fetch(`${stack.edge.url}${path}&grant=${viewer.grant.value}`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  return answer.ok ? new FrameReader().push(bytes) : [];
}

/** Sum of a counter over its labels. */
async function counter(url: string, name: string, label = ''): Promise<number> {
  const text = await (await fetch(url)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines.filter((line) => line.includes(label)).reduce(
    (sum, line) => sum + Number(line.split(' ').at(-1)),
    0,
  );
}

Deno.test("a second Shoal shows the first one's channel, byte for byte under its own signature, for one copy", async () => {
  const first = await startStack({ channels: [{ name: 'theirs', settings: { access: 'token' } }] });
  const second = await startStack({
    channels: [{ name: 'ours' }],
    bindings: { ...EDGE_SECRETS, SHOAL_HOOKS_LOCAL: '1' },
  });
  const feed = startFeed({ output: ['-f', 'flv', first.publishUrl('theirs')] });
  try {
    const { token } = await first.api('POST', '/channels/theirs/tokens', { ttlS: 600 }) as { token: string };
    const source = { url: `${first.edge.url}/watch/theirs`, token };
    const told = JSON.stringify(await second.api('PUT', '/channels/ours/source', source));
    assert.ok(told.includes('"hasToken":true') && !told.includes(token), 'the token is shown to nobody');

    const viewer = await until('our channel to be live', () => join(second, 'ours'), { withinMs: 60_000 });
    const original = (await join(first, 'theirs', token))!;
    assert.notEqual(viewer.broadcast.id, original.broadcast.id);
    assert.notEqual(viewer.broadcast.publicKey, original.broadcast.publicKey);
    assert.deepEqual(viewer.broadcast.tracks, original.broadcast.tracks);

    const ours = await until('media at our edge', async () => {
      const frames = await newest(second, (await join(second, 'ours'))!);
      return frames.length > 10 ? frames : undefined;
    }, { withinMs: 60_000 });
    const check = await pieceCheck(viewer.broadcast);
    for (const frame of ours) assert.ok(await check(frame), 'every piece is signed by our own broadcast');
    const witness = (await join(first, 'theirs', token))!;
    for (const { record } of [ours[0]!, ours.at(-1)!]) {
      const path = pieceMediaPath(witness.mediaPath, record.index);
      const answer = await fetch(`${first.edge.url}${path}?grant=${witness.grant.value}`);
      const theirs = decodePieceFrame(new Uint8Array(await answer.arrayBuffer()));
      assert.equal(toHex(theirs.record.hash), toHex(record.hash));
    }

    const sentByUs = () =>
      counter(`http://127.0.0.1:${second.origin.httpPort}/metrics`, 'shoal_origin_media_bytes_total');
    const servedByThem = () =>
      counter(`${first.edge.url}/metrics`, 'shoal_edge_media_bytes_total', 'kind="run"');
    await until('some seconds of media', async () => await sentByUs() > 500_000 || undefined, {
      withinMs: 60_000,
    });
    await second.api('DELETE', '/channels/ours/source');
    await until('our broadcast to end', async () => {
      const { channel } = await second.api('GET', '/channels/ours') as { channel: { state: string } };
      return channel.state === 'live' ? undefined : true;
    }, { withinMs: 60_000 });
    const sent = await sentByUs();
    // The edge counts in portions: all is told once nothing has been added for longer than one takes.
    let served = { bytes: 0, sinceMs: performance.now() };
    await until('the first edge to have counted', async () => {
      const bytes = await servedByThem();
      if (bytes !== served.bytes) served = { bytes, sinceMs: performance.now() };
      return bytes > 0 && performance.now() - served.sinceMs > 7000 || undefined;
    }, { withinMs: 60_000 });
    console.log(
      `the second Shoal handed ${sent} bytes on; the first served it ${served.bytes} bytes by runs`,
    );
    assert.ok(
      served.bytes < sent * 1.5,
      `${served.bytes} bytes served for ${sent}: that is more than one copy`,
    );
    assert.ok(!first.origin.log().includes(token) && !second.origin.log().includes(token));
  } finally {
    await feed.stop();
    await second.stop();
    await first.stop();
  }
});
