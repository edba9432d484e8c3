/** A self-signed certificate by openssl. */
import assert from 'node:assert/strict';

/** PEM texts, valid for two days for 127.0.0.1. */
export async function selfSigned(): Promise<{ cert: string; key: string }> {
  const directory = await Deno.makeTempDir();
  const [key, cert] = [`${directory}/key.pem`, `${directory}/cert.pem`];
  try {
    const { success, stderr } = await new Deno.Command('openssl', {
      args: [
        ...[
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:prime256v1',
          '-nodes',
          '-days',
          '2',
        ],
        ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
      ],
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    return { cert: await Deno.readTextFile(cert), key: await Deno.readTextFile(key) };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
