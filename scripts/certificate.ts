/** A self-signed certificate for `--https`, kept in the ignored state folder while it fits this machine. */
import { pathOf, STATE_DIR } from './paths.ts';
import { run } from './process.ts';

export interface Certificate {
  keyFile: string;
  certFile: string;
  /** PEM. */
  cert: string;
}

const VALID_DAYS = 365;
const MAX_AGE_MS = 300 * 24 * 3600 * 1000;

/** Everything that people on this network may call this machine, as a subjectAltName. */
export function namesOfThisMachine(): string[] {
  const addresses = Deno.networkInterfaces().map(({ address }) => `IP:${address.split('%')[0]}`);
  return [...new Set(['DNS:localhost', `DNS:${Deno.hostname()}`, ...addresses.sort()])];
}

/** Its IPv4 addresses that other machines may reach: not every network knows its name. */
export function addressesOfThisMachine(): string[] {
  return Deno.networkInterfaces().filter(({ family, address }) =>
    family === 'IPv4' && !address.startsWith('127.')
  ).map(({ address }) => address);
}

/** Makes it by openssl at the first call, and again when it grows old or the names change. */
export async function certificate(
  folder: URL = STATE_DIR,
  names: string[] = namesOfThisMachine(),
): Promise<Certificate> {
  await Deno.mkdir(folder, { recursive: true });
  const [keyFile, certFile, requestFile] = ['tls-key.pem', 'tls-cert.pem', 'tls-request.cnf']
    .map((name) => pathOf(new URL(name, folder))) as [string, string, string];
  const request = requestFor(names);
  const made = await Deno.stat(certFile).catch(() => undefined);
  const fits = await Deno.readTextFile(requestFile).catch(() => '') === request;
  if (!fits || !made?.mtime || Date.now() - made.mtime.getTime() > MAX_AGE_MS) {
    await Deno.writeTextFile(requestFile, request);
    const { success, output } = await run([
      ...['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-days', String(VALID_DAYS), '-config', requestFile, '-keyout', keyFile, '-out', certFile],
    ]);
    if (!success) {
      await Deno.remove(requestFile);
      throw new Error(`openssl could not make a certificate for --https:\n${output}`);
    }
    await Deno.chmod(keyFile, 0o600);
  }
  return { keyFile, certFile, cert: await Deno.readTextFile(certFile) };
}

/** Not a CA, as openssl would have it: Deno's TLS refuses a server that shows an authority's certificate (RFC 5280). */
function requestFor(names: string[]): string {
  return `[req]
distinguished_name = name
x509_extensions = server
prompt = no
[name]
CN = Shoal on this machine
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = ${names.join(', ')}
`;
}
