/**
 * The player bundle, built once a test process by the product's own build, into a folder of its own: what another
 * process builds meanwhile changes nothing under a browser of this one.
 */
import { pathOf, ROOT } from '../scripts/paths.ts';
import { run } from '../scripts/process.ts';

let built: Promise<string> | undefined;

/** Answers the folder with the built assets. Throws an Error with the build's output when it fails. */
export function buildPlayer(): Promise<string> {
  return built ??= (async () => {
    const folder = await Deno.makeTempDir({ prefix: 'shoal-player-' });
    globalThis.addEventListener('unload', () => Deno.removeSync(folder, { recursive: true }));
    const { success, output } = await run([
      Deno.execPath(),
      'run',
      '-A',
      'scripts/build.ts',
      '--into',
      folder,
    ], {
      cwd: pathOf(ROOT),
    });
    if (!success) throw new Error(`the player could not be built:\n${output}`);
    return folder;
  })();
}
