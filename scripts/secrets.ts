/** Local secrets: made once, kept in an ignored file, the same at every start. */
import { toBase64Url } from '../protocol/bytes.ts';
import { STATE_DIR } from './paths.ts';

/** What a local Shoal needs to know. The names are those of the environment variables. */
export interface Secrets {
  SHOAL_ADMIN_TOKEN: string;
  SHOAL_EDGE_SECRET: string;
  SHOAL_ORIGIN_SECRET: string;
}

const FILE = new URL('secrets.json', STATE_DIR);
const NAMES = ['SHOAL_ADMIN_TOKEN', 'SHOAL_EDGE_SECRET', 'SHOAL_ORIGIN_SECRET'] as const;

/**
 * Those of the environment first, then those of the file, then new ones, which are written to the file (mode 600).
 * `more`: names beside those that every Shoal needs.
 */
export async function loadSecrets<More extends string = never>(
  file: URL = FILE,
  more: readonly More[] = [],
): Promise<Secrets & Record<More, string>> {
  const kept = await read(file);
  const secrets = Object.fromEntries(
    [...NAMES, ...more].map((name) => [name, Deno.env.get(name) ?? kept[name] ?? random()]),
  ) as unknown as Secrets & Record<More, string>;
  await Deno.mkdir(new URL('.', file), { recursive: true });
  await Deno.writeTextFile(file, JSON.stringify({ ...kept, ...secrets }, null, 2), { mode: 0o600 });
  return secrets;
}

/** The stream key of a channel that was made by an earlier start, if any. */
export async function streamKey(channel: string, file: URL = FILE): Promise<string | undefined> {
  return (await read(file))[`key:${channel}`];
}

export async function keepStreamKey(channel: string, key: string, file: URL = FILE): Promise<void> {
  await Deno.writeTextFile(
    file,
    JSON.stringify({ ...(await read(file)), [`key:${channel}`]: key }, null, 2),
    {
      mode: 0o600,
    },
  );
}

async function read(file: URL): Promise<Record<string, string>> {
  try {
    return JSON.parse(await Deno.readTextFile(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw new Error(
      `${file.pathname} cannot be read (${
        error instanceof Error ? error.message : error
      }); mend or delete it`,
    );
  }
}

function random(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(24)));
}
