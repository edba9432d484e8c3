/** A self-signed certificate for `--https`, kept in the ignored state folder for a year. */
import { pathOf, STATE_DIR } from './paths.ts';
import { run } from './process.ts';

export interface Certificate {
  keyFile: string;
  certFile: string;
  /** PEM. */
  cert: string;
}

const MAX_AGE_MS = 300 * 24 * 3600 * 1000;

/** Makes it at the first call, by openssl, for localhost, this host's name and its addresses. */
export async function certificate(folder: URL = STATE_DIR): Promise<Certificate> {
  await Deno.mkdir(folder, { recursive: true });
  const keyFile = pathOf(new URL('tls-key.pem', folder));
  const certFile = pathOf(new URL('tls-cert.pem', folder));
  const made = await Deno.stat(certFile).catch(() => undefined);
  if (!made?.mtime || Date.now() - made.mtime.getTime() > MAX_AGE_MS) {
    const addresses = Deno.networkInterfaces().map(({ address }) => `IP:${address.split('%')[0]}`);
    const names = [...new Set(['DNS:localhost', `DNS:${Deno.hostname()}`, ...addresses])].join(',');
    const { success, output } = await run([
      ...['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-days', '365', '-subj', '/CN=Shoal on this machine', '-addext', `subjectAltName=${names}`],
      ...['-keyout', keyFile, '-out', certFile],
    ]);
    if (!success) throw new Error(`openssl could not make a certificate for --https:\n${output}`);
    await Deno.chmod(keyFile, 0o600);
  }
  return { keyFile, certFile, cert: await Deno.readTextFile(certFile) };
}
