import assert from 'node:assert/strict';
import { startFeed } from './feed.ts';
import { startStack } from './stack.ts';
import { until } from './until.ts';

interface Ran {
  code: number;
  out: string;
  log: string;
}

async function run(command: string, args: string[]): Promise<Ran> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args,
    stdin: 'null',
    signal: AbortSignal.timeout(40_000),
  }).output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), log: text.decode(stderr) };
}

async function textOf(url: string): Promise<string> {
  const response = await fetch(url);
  const text = await response.text();
  return response.ok ? text : '';
}

/** Segments as a playlist names them, with their places in the media sequence. */
function placesOf(playlist: string): Map<string, number> {
  const first = Number(/#EXT-X-MEDIA-SEQUENCE:(\d+)/.exec(playlist)?.[1] ?? NaN);
  const uris = playlist.split('\n').filter((line) => line.endsWith('.m4s'));
  return new Map(uris.map((uri, at) => [uri, first + at]));
}

/** Decode times must grow within each stream; answers how many packets there were of each kind. */
async function packetsOf(url: string, seconds: number): Promise<Record<string, number>> {
  const probe = await run('ffprobe', [
    ...['-v', 'error', '-read_intervals', `%+${seconds}`, '-show_entries', 'packet=codec_type,dts_time'],
    ...['-of', 'csv=p=0', url],
  ]);
  assert.equal(probe.code, 0, probe.log);
  const counts: Record<string, number> = {};
  const last: Record<string, number> = {};
  for (const line of probe.out.trim().split('\n')) {
    const [kind, dts] = line.split(',') as [string, string];
    assert.ok(!(Number(dts) <= last[kind]!), `${kind} goes back from ${last[kind]} to ${dts}`);
    last[kind] = Number(dts);
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

Deno.test('ffprobe and ffmpeg play the plain HLS of a live broadcast, and one sequence spans a reconnect and a restart of the edge', async () => {
  const stack = await startStack();
  const output = ['-f', 'flv', stack.publishUrl()];
  let feed = startFeed({ output });
  try {
    const index = () => `${stack.edge.url}/hls/demo/index.m3u8`;
    const video = () => textOf(`${stack.edge.url}/hls/demo/0.m3u8`);
    await until('two segments are listed', video, { holds: (playlist) => placesOf(playlist).size >= 2 });

    const probe = await run('ffprobe', [
      ...[
        '-v',
        'error',
        '-show_entries',
        'stream=codec_name,width,height,sample_rate',
        '-of',
        'json',
        index(),
      ],
    ]);
    assert.equal(probe.code, 0, probe.log);
    const { streams } = JSON.parse(probe.out) as { streams: Record<string, unknown>[] };
    assert.ok(streams.some(({ codec_name, height }) => codec_name === 'h264' && height === 360));
    assert.ok(streams.some(({ codec_name, sample_rate }) => codec_name === 'aac' && sample_rate === '48000'));

    const decoded = await run('ffmpeg', [
      '-v',
      'error',
      '-xerror',
      '-i',
      index(),
      '-t',
      '5',
      '-f',
      'null',
      '-',
    ]);
    assert.equal(decoded.code, 0, decoded.log);
    const packets = await packetsOf(index(), 5);
    assert.ok(packets.video! > 100 && packets.audio! > 150, JSON.stringify(packets));

    const before = placesOf(await video());
    feed.kill();
    await feed.ended;
    feed = startFeed({ output });
    const back = await until('the list has gone on behind a break', video, {
      holds: (playlist) => /#EXT-X-DISCONTINUITY\n[^]*\.m4s\n[^]*\.m4s/.test(playlist),
    });
    assert.equal(back.split('#EXT-X-DISCONTINUITY\n').length, 2, back);
    assert.ok(!back.includes('EXT-X-ENDLIST'));
    for (const [uri, place] of placesOf(back)) assert.equal(before.get(uri) ?? place, place, uri);
    const after = await run('ffmpeg', ['-v', 'error', '-i', index(), '-t', '8', '-f', 'null', '-']);
    assert.equal(after.code, 0, after.log);

    const known = placesOf(await video());
    await stack.restartEdge();
    const refilled = await until('a new segment is listed', video, {
      holds: (playlist) => [...placesOf(playlist).keys()].some((uri) => !known.has(uri)),
    });
    for (const [uri, place] of placesOf(refilled)) assert.equal(known.get(uri) ?? place, place, uri);
    assert.ok([...placesOf(refilled).keys()].some((uri) => known.has(uri)), 'the window was refilled');
  } finally {
    feed.kill();
    await feed.ended;
    await stack.stop();
  }
});
