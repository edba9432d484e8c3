/** `deno task check`: format, lint, types, import directions, bundle budget, and that the edge can be deployed. */
import { breaches, cycles, importsOf, sourceFiles } from './directions.ts';
import { run } from './process.ts';
import { pathOf, ROOT } from './paths.ts';

/** One check: its name, and what is wrong (empty: nothing). */
interface Check {
  name: string;
  findings(): Promise<string>;
}

const deno = Deno.execPath();

/** A check that is a command: its output is the finding when it fails. */
function command(name: string, ...argv: string[]): Check {
  return {
    name,
    async findings() {
      const { success, output } = await run(argv, { cwd: pathOf(ROOT), env: { NO_COLOR: '1', CI: '1' } });
      return success ? '' : output || `${argv.join(' ')} failed`;
    },
  };
}

const checks: Check[] = [
  command('format', deno, 'fmt', '--check', '--quiet'),
  command('lint', deno, 'lint', '--quiet'),
  {
    name: 'types',
    async findings() {
      const files = await sourceFiles();
      const { success, output } = await run([deno, 'check', '--quiet', ...files], {
        cwd: pathOf(ROOT),
        env: { NO_COLOR: '1' },
      });
      return success ? '' : output;
    },
  },
  {
    name: 'import directions',
    async findings() {
      const files = await sourceFiles();
      const all = await importsOf(files, { types: true });
      const code = await importsOf(files, { types: false });
      return [...breaches(all), ...cycles(code).map((path) => `import cycle: ${path}`)].join('\n');
    },
  },
  command('bundle budget', deno, 'run', '-A', 'scripts/size.ts'),
  // Before what is deployed: the pages are part of it.
  command('build', deno, 'run', '-A', 'scripts/build.ts'),
  command(
    'deployable',
    deno,
    'run',
    '-A',
    'npm:wrangler',
    'deploy',
    '--dry-run',
    '--outdir',
    '.shoal/deploy',
  ),
];

let failed = 0;
for (const { name, findings } of checks) {
  const found = await findings();
  console.log(`${found ? 'FAIL' : 'ok  '} ${name}`);
  if (found) {
    failed++;
    console.log(found.trim().split('\n').map((line) => `     ${line}`).join('\n'));
  }
}
console.log(failed === 0 ? '\nAll checks pass.' : `\n${failed} of ${checks.length} checks failed.`);
Deno.exit(failed === 0 ? 0 : 1);
