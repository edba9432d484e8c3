/** Torrent clients that know nothing of WebRTC download a replay from the web seed alone (BEP 19): aria2, Transmission. */
import { createHash } from 'node:crypto';
import { keepLog } from '../child-log.ts';
import { freePort } from '../free-port.ts';
import { startStack } from '../stack.ts';
import { until } from '../until.ts';
import { record } from './record.ts';

/** How each is told to fetch a torrent into a folder. Nobody else is asked for peers: no DHT, no local discovery. */
const CLIENTS: Record<string, (torrent: string, folder: string) => string[]> = {
  aria2c: (torrent, folder) => [
    ...['--enable-dht=false', '--enable-dht6=false', '--bt-enable-lpd=false', '--enable-peer-exchange=false'],
    ...[`--listen-port=${freePort()}`, '--seed-time=0', '--check-integrity=true', `--dir=${folder}`, torrent],
  ],
  'transmission-cli': (torrent, folder) => [
    ...['--no-portmap', '--port', `${freePort()}`, '--config-dir', folder, '--download-dir', folder, torrent],
  ],
};

/** What Transmission reads from its folder. */
const SETTINGS = { 'dht-enabled': false, 'lpd-enabled': false, 'pex-enabled': false, 'utp-enabled': false };

/** Runs until the file has these bytes; neither client writes what it has not checked. Both may go on for ever. */
async function download(client: string, torrent: Uint8Array, name: string, sha256: string): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: `shoal-${client}-` });
  const path = `${folder}/shoal.torrent`;
  await Deno.writeFile(path, torrent);
  await Deno.writeTextFile(`${folder}/settings.json`, JSON.stringify(SETTINGS));
  const child = new Deno.Command(client, {
    args: CLIENTS[client]!(path, folder),
    stdin: 'null',
    stdout: 'piped',
    stderr: 'piped',
    env: { HOME: folder },
  }).spawn();
  const log = keepLog(child);
  try {
    await until(`${client} has all of it`, async () => {
      const held = await Deno.readFile(`${folder}/${name}`);
      return createHash('sha256').update(held).digest('hex') === sha256;
    }, { withinMs: 90_000, show: log.text });
  } finally {
    try {
      child.kill('SIGKILL');
    } catch { /* it has ended by itself */ }
    await child.status;
    await log.ended;
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test('aria2 and Transmission download a replay from its web seed alone, byte by byte the same', async (t) => {
  const stack = await startStack({
    channels: [{ name: 'demo', settings: { record: true, reconnectWindowS: 0 } }],
  });
  try {
    const replay = await record(stack.api, stack.publishUrl(), 12);
    const whole = new Uint8Array(await (await fetch(stack.edge.url + replay.file)).arrayBuffer());
    const sha256 = createHash('sha256').update(whole).digest('hex');
    const torrent = new Uint8Array(await (await fetch(stack.edge.url + replay.torrent)).arrayBuffer());
    const name = decodeURIComponent(replay.file.split('/').at(-1)!);
    for (const client of Object.keys(CLIENTS)) {
      await t.step(client, () => download(client, torrent, name, sha256));
    }
    await t.step('within an egress cap too, which makes it wait', async () => {
      await stack.api('PATCH', '/channels/demo', { settings: { egressCapKbps: 2000 } });
      await download('aria2c', torrent, name, sha256);
      await download('transmission-cli', torrent, name, sha256);
    });
  } finally {
    await stack.stop();
  }
});
