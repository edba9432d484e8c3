/**
 * `deno task antenna <watch-url> …`: receives channels as a full peer and serves them as plain HLS for everything that
 * is no browser. Waits while a channel is off air, comes back after every break, ends on SIGINT and SIGTERM.
 */
import { headlessEnvironment, headlessQuiet } from './headless-environment.ts';
import { type AntennaOptions, HELP, OptionsError, readOptions, type WatchAddress } from './options.ts';
import { answer } from './serve.ts';
import { Station } from './station.ts';
import { StatusLine } from './status-line.ts';

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<number> {
  if (Deno.args.includes('--help') || Deno.args.includes('-h')) {
    console.log(HELP);
    return 0;
  }
  try {
    return await run(readOptions(Deno.args, Deno.env.get('SHOAL_TOKEN')));
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    console.error(`${error.message}\n\n${HELP}`);
    return 2;
  }
}

async function run(options: AntennaOptions): Promise<number> {
  const ended = Promise.withResolvers<number>();
  const line = new StatusLine(() => stations.map((station) => station.status()), Deno.stdout.isTerminal());
  const environment = headlessEnvironment({ device: 'antenna', savesData: false });
  const stations = named(options.watch).map((address) =>
    new Station({
      ...address,
      environment,
      ...(options.uploadKbps !== undefined && { uploadKbps: options.uploadKbps }),
      onState(station) {
        const { name, state, reason } = station.status();
        line.say(`${name}: ${state}${reason ? ` (${reason})` : ''}`);
        if (stations.every((one) => one.state === 'refused' || one.state === 'unsupported')) ended.resolve(1);
      },
    })
  );
  const server = options.listen && listen(options.listen, stations, options.cors);
  if (server) {
    const { hostname, port } = server.addr as Deno.NetAddr;
    const shown = hostname === '0.0.0.0' ? Deno.hostname() : hostname;
    const origin = `http://${shown.includes(':') ? `[${shown}]` : shown}:${port}`;
    line.say(`channel list   ${origin}/channels.m3u`);
    for (const { name } of stations) line.say(`${name.padEnd(14)} ${origin}/${name}/index.m3u8`);
  }
  if (options.lend) line.say(`lending ${options.uploadKbps} kbps for each channel`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    Deno.addSignalListener(signal, () => ended.resolve(0));
  }
  for (const station of stations) station.start();
  line.start();
  const code = await ended.promise;
  line.stop();
  for (const station of stations) station.stop();
  await server?.shutdown();
  await headlessQuiet();
  return code;
}

/** Gives each address a name; the second channel of one name gets a number. */
function named(addresses: WatchAddress[]): (WatchAddress & { name: string })[] {
  const taken = new Set<string>();
  return addresses.map((address) => {
    let name = address.channel;
    for (let count = 2; taken.has(name); count++) name = `${address.channel}-${count}`;
    taken.add(name);
    return { ...address, name };
  });
}

function listen(
  { host, port }: { host: string; port: number },
  stations: Station[],
  cors: boolean,
): Deno.HttpServer {
  try {
    return Deno.serve(
      { hostname: host, port, onListen() {} },
      (request) => answer(request, stations, cors),
    );
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new OptionsError(`--port ${port} is taken by another program: choose another one`);
    }
    if (error instanceof Deno.errors.AddrNotAvailable) {
      throw new OptionsError(`--host ${host} is no address of this machine`);
    }
    throw error;
  }
}
