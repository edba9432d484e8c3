/** A real coturn: STUN at both public addresses, TURN at the first, credentials from a shared secret. */
import { leashed } from '../../scripts/leash.ts';
import { inside } from './lab.ts';

export interface Relay {
  iceServers: { urls: string[] }[];
  turnUrls: string;
  turnSecret: string;
  /** What it logged so far. */
  log(): string;
  stop(): Promise<void>;
}

const PORT = 3478;

/** `addresses`: two of the namespace's own. */
export async function startRelay(namespace: string, addresses: [string, string]): Promise<Relay> {
  const turnSecret = crypto.randomUUID();
  const folder = await Deno.makeTempDir({ prefix: 'shoal-coturn-' });
  const { program, args } = inside(
    namespace,
    ...['turnserver', '-n', '--use-auth-secret', `--static-auth-secret=${turnSecret}`, '--realm=shoal.test'],
    ...addresses.map((address) => `--listening-ip=${address}`),
    ...[`--listening-port=${PORT}`, `--relay-ip=${addresses[0]}`, '--no-tls', '--no-dtls', '--no-cli'],
    ...['--verbose', '--log-file=stdout', `--pidfile=${folder}/pid`, `--userdb=${folder}/db`],
  );
  const child = leashed(program, { args, stdin: 'null', stdout: 'piped', stderr: 'null' }).spawn();
  let log = '';
  const read = child.stdout.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({ write: (text) => void (log = (log + text).slice(-262_144)) }),
  );
  return {
    iceServers: [{ urls: [`stun:${addresses[0]}:${PORT}`] }],
    turnUrls: `turn:${addresses[1]}:${PORT}?transport=udp`,
    turnSecret,
    log: () => log,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await child.status;
      clearTimeout(timer);
      await read;
      await Deno.remove(folder, { recursive: true });
    },
  };
}
