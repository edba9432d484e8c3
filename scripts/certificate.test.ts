import assert from 'node:assert/strict';
import { certificate, namesOfThisMachine } from './certificate.ts';

async function inFolder(test: (folder: URL) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: 'shoal-certificate-' });
  try {
    await test(new URL(`file://${folder}/`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test('a client that is given the certificate trusts a server that shows it, by name and by address', () =>
  inFolder(async (folder) => {
    const { cert, keyFile } = await certificate(folder);
    const server = Deno.serve(
      { hostname: '127.0.0.1', port: 0, cert, key: await Deno.readTextFile(keyFile), onListen: () => {} },
      () => new Response('trusted'),
    );
    using client = Deno.createHttpClient({ caCerts: [cert] });
    try {
      for (const host of ['localhost', '127.0.0.1']) {
        const answer = await fetch(`https://${host}:${server.addr.port}/`, { client });
        assert.equal(await answer.text(), 'trusted');
      }
      await assert.rejects(fetch(`https://127.0.0.1:${server.addr.port}/`), 'nobody else trusts it');
    } finally {
      await server.shutdown();
    }
  }));

Deno.test('the certificate stays while the names do, and its key is for the owner alone', () =>
  inFolder(async (folder) => {
    const names = namesOfThisMachine();
    assert.ok(names.includes('DNS:localhost') && names.includes('IP:127.0.0.1'), names.join());
    const first = await certificate(folder, names);
    assert.equal((await Deno.stat(first.keyFile)).mode! & 0o777, 0o600);
    assert.equal((await certificate(folder, names)).cert, first.cert);
    assert.notEqual((await certificate(folder, [...names, 'IP:192.0.2.7'])).cert, first.cert);
  }));

Deno.test('what openssl cannot put into a certificate is told, and not taken for made', () =>
  inFolder(async (folder) => {
    const attempt = () => certificate(folder, ['IP:not-an-address']);
    await assert.rejects(attempt, /openssl could not make a certificate for --https:\n[\s\S]*not-an-address/);
    await assert.rejects(attempt, /openssl could not make/);
  }));
