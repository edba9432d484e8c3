import assert from 'node:assert/strict';
import { keepStreamKey, loadSecrets, streamKey } from './secrets.ts';

async function inTemporaryFile(test: (file: URL) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await test(new URL(`file://${folder}/deep/secrets.json`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test('secrets are made once and are the same at the next start', () =>
  inTemporaryFile(async (file) => {
    const first = await loadSecrets(file);
    assert.deepEqual(await loadSecrets(file), first);
    assert.equal(new Set(Object.values(first)).size, 3);
    assert.equal((await Deno.stat(file)).mode! & 0o777, 0o600);
  }));

Deno.test('a stream key is kept beside the secrets and does not disturb them', () =>
  inTemporaryFile(async (file) => {
    const secrets = await loadSecrets(file);
    assert.equal(await streamKey('demo', file), undefined);
    await keepStreamKey('demo', 'k1', file);
    assert.equal(await streamKey('demo', file), 'k1');
    assert.deepEqual(await loadSecrets(file), secrets);
    assert.equal(await streamKey('demo', file), 'k1');
  }));

Deno.test('a damaged file is named, not overwritten', () =>
  inTemporaryFile(async (file) => {
    await loadSecrets(file);
    await Deno.writeTextFile(file, '{ half');
    await assert.rejects(loadSecrets(file), /secrets\.json cannot be read .*mend or delete it/);
    assert.equal(await Deno.readTextFile(file), '{ half');
  }));
