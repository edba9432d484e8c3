/** For tests: decryption by shaka-packager, which shares no code with ours. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { toHex } from '../../../protocol/bytes.ts';
import type { ContentKey } from '../cenc/content-key.ts';
import { run } from './flv-file.ts';

/** A fragmented file of one encrypted track, in clear. Throws with the packager's complaints. */
export async function decryptedByPackager(
  file: Uint8Array,
  kind: 'video' | 'audio',
  { id, key }: ContentKey,
): Promise<Uint8Array<ArrayBuffer>> {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-decrypt-'));
  try {
    const [input, output] = [join(folder, 'in.mp4'), join(folder, 'out.mp4')];
    writeFileSync(input, file);
    await run(packagerPath(), [
      `in=${input},stream=${kind},output=${output}`,
      '--enable_raw_key_decryption',
      `--keys=label=:key_id=${toHex(id)}:key=${toHex(key)}`,
      '--quiet',
    ]);
    return new Uint8Array(readFileSync(output));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function packagerPath(): string {
  const require = createRequire(import.meta.url);
  const system = { linux: 'linux', darwin: 'osx' }[process.platform as string] ?? 'linux';
  const folder = join(dirname(require.resolve('shaka-packager/package.json')), 'bin');
  const path = join(folder, `packager-${system}-${process.arch}`);
  chmodSync(path, 0o755);
  return path;
}
