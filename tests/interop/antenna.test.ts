/** The antenna between a real broadcast and real players: ffprobe, ffmpeg, mpv and VLC. */
import assert from 'node:assert/strict';
import { concatBytes } from '../../protocol/bytes.ts';
import { startAntenna } from '../antenna.ts';
import { startFeed } from '../feed.ts';
import { startStack } from '../stack.ts';
import { until } from '../until.ts';

interface Ran {
  code: number;
  out: string;
  log: string;
}

/** VLC refuses to run as root. */
const NOBODY = Deno.uid() === 0 ? { uid: 65534 } : {};
const CODECS = ['-v', 'error', '-show_entries', 'stream=codec_name', '-of', 'csv=p=0'];
const NOTHING = ['-f', 'null', '-'];

async function run(
  command: string,
  args: string[],
  { input, ...more }: Partial<Deno.CommandOptions> & { input?: Uint8Array<ArrayBuffer> } = {},
): Promise<Ran> {
  const child = new Deno.Command(command, {
    args,
    stdin: input ? 'piped' : 'null',
    stdout: 'piped',
    stderr: 'piped',
    env: { HOME: '/nonexistent' },
    signal: AbortSignal.timeout(45_000),
    ...more,
  }).spawn();
  // Who has seen enough closes its end.
  const fed = input && new Blob([input]).stream().pipeTo(child.stdin).catch(() => {});
  const { code, stdout, stderr } = await child.output();
  await fed;
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), log: text.decode(stderr) };
}

/** What a program that would go on for ever wrote first. */
async function firstBytes(command: string, args: string[], wanted: number): Promise<Uint8Array<ArrayBuffer>> {
  const child = new Deno.Command(command, {
    args,
    stdin: 'null',
    stdout: 'piped',
    stderr: 'null',
    env: { HOME: '/nonexistent' },
    signal: AbortSignal.timeout(60_000),
    ...NOBODY,
  }).spawn();
  const parts: Uint8Array[] = [];
  for await (const part of child.stdout) {
    parts.push(part);
    if (parts.reduce((sum, { length }) => sum + length, 0) >= wanted) break;
  }
  child.kill('SIGKILL');
  await child.status;
  return concatBytes(...parts);
}

function codecsIn({ out }: Ran): string[] {
  return [...new Set(out.trim().split(/\s+/))].sort();
}

Deno.test('stock players play what the antenna receives, over a reconnect, and it lends what it has', async (t) => {
  const stack = await startStack({
    channels: [{ name: 'demo' }, { name: 'closed', settings: { access: 'token' } }],
  });
  const output = ['-f', 'flv', stack.publishUrl()];
  let feed: ReturnType<typeof startFeed> | undefined;
  const antenna = await startAntenna([`${stack.edge.url}/watch/demo`, '--port', '0']);
  const index = `${antenna.url}/demo/index.m3u8`;
  interface Status {
    state: string;
    skippedSegments: number;
    stats: { peers: number; peerBytes: number; uploadBytes: number };
  }
  const status = async (url = antenna.url): Promise<Status> =>
    (await (await fetch(`${url}/healthz`)).json() as { channels: Status[] }).channels[0]!;
  try {
    await t.step('a channel that is off air is waited for, and starts by itself', async () => {
      await until('the channel is offline', status, {
        withinMs: 40_000,
        holds: ({ state }) => state === 'offline',
      });
      feed = startFeed({ output });
      // A player that comes too early is kept waiting, or told when to come back.
      await until('there is a playlist', async () => (await fetch(index)).text(), {
        withinMs: 40_000,
        holds: (body) => body.startsWith('#EXTM3U'),
      });
    });

    await t.step('the list of channels leads to it', async () => {
      const list = await (await fetch(`${antenna.url}/channels.m3u`)).text();
      assert.equal(list, `#EXTM3U\n#EXTINF:-1 tvg-id="demo",demo\n${index}\n`);
    });

    await t.step('ffprobe sees both tracks, ffmpeg decodes without a complaint', async () => {
      const probe = await run('ffprobe', [...CODECS, index]);
      assert.deepEqual(codecsIn(probe), ['aac', 'h264'], probe.log);
      const played = await run('ffmpeg', ['-v', 'error', '-xerror', '-i', index, '-t', '5', ...NOTHING]);
      assert.deepEqual([played.code, played.log], [0, '']);
    });

    await t.step('so do mpv and VLC, and the example of the bare mesh counts pieces', async () => {
      const example = new URL('../../examples/count-pieces.mjs', import.meta.url).pathname;
      const address = `${stack.edge.url}/watch/demo`;
      const [mpv, vlc, counted] = await Promise.all([
        run('mpv', ['--no-config', '--vo=null', '--ao=null', '--length=3', index]),
        firstBytes('cvlc', ['--sout=#std{access=file,mux=ts,dst=-}', index], 250_000),
        run(Deno.execPath(), ['run', '-A', '--no-check', example, address, '--pieces', '60'], { env: {} }),
      ]);
      assert.equal(mpv.code, 0, mpv.out + mpv.log);
      for (const open of [/^AO: \[null\]/m, /^VO: \[null\]/m]) assert.match(mpv.out, open);
      const got = await run('ffprobe', [...CODECS, 'pipe:0'], { input: vlc });
      assert.deepEqual(codecsIn(got), ['aac', 'h264'], got.log);
      assert.equal(counted.code, 0, counted.log);
      const last = JSON.parse(counted.out.trim().split('\n').at(-1)!) as Record<string, number>;
      const { pieces, bytes, peers: _p, uploadBytes: _u, ...sources } = last;
      assert.ok(pieces! >= 60 && bytes! > 50_000, counted.out);
      assert.equal(Object.values(sources).reduce((sum, count) => sum + count, 0), pieces);
    });

    await t.step('the antenna names what is wrong and ends: a bad address, an unknown channel', async () => {
      const wrong = await startAntenna([`${stack.edge.url}/nowhere`]);
      assert.equal(await wrong.ended, 2);
      assert.match(wrong.log(), /watch-url must end with \/watch\/CHANNEL/);
      const unknown = await startAntenna([`${stack.edge.url}/watch/nothing`, '--port', '0']);
      assert.equal(await unknown.ended, 1);
      assert.match(unknown.log(), /nothing: refused \(there is no such channel\)/);
    });

    await t.step('a channel that wants a token is refused without one, and received with it', async () => {
      const closed = `${stack.edge.url}/watch/closed`;
      const without = await startAntenna([closed, '--port', '0']);
      assert.equal(await without.ended, 1);
      assert.match(without.log(), /closed: refused \(.*token/);
      const { token } = await stack.api('POST', '/channels/closed/tokens', {});
      const received = await startAntenna([closed, '--port', '0', '--token', String(token)]);
      await until('the closed channel is let in', () => status(received.url), {
        withinMs: 40_000,
        holds: ({ state }) => state === 'offline',
      });
      assert.equal(await received.stop(), 0, received.log());
      assert.ok(!received.log().includes(String(token)));
    });

    await t.step('after a reconnect of the encoder the playlist goes on with a break in it', async () => {
      feed!.kill();
      await feed!.ended;
      feed = startFeed({ output });
      const video = async () => await (await fetch(`${antenna.url}/demo/0.m3u8`)).text();
      await until('the playlist has gone on behind a break', video, {
        withinMs: 40_000,
        holds: (playlist) => /#EXT-X-DISCONTINUITY\n[^]*\.m4s\n[^]*\.m4s/.test(playlist),
      });
    });

    await t.step(
      'a lent antenna gives to the first one, serves nothing, and stops when it is told',
      async () => {
        const lent = await startAntenna([
          `${stack.edge.url}/watch/demo`,
          '--lend',
          '--port',
          '0',
          '--upload-kbps',
          '4000',
        ]);
        await until('the antennas are linked', status, {
          withinMs: 40_000,
          holds: ({ stats }) => stats.peers === 1,
        });
        await until('the one gives to the other', () => Promise.all([status(), status(lent.url)]), {
          withinMs: 40_000,
          holds: ([here, there]) => here.stats.uploadBytes + there.stats.uploadBytes > 200_000,
        });
        assert.equal(await lent.stop(), 0, lent.log());
      },
    );
  } finally {
    feed?.kill();
    await feed?.ended;
    const code = await antenna.stop();
    await stack.stop();
    assert.equal(code, 0, antenna.log());
  }
});
