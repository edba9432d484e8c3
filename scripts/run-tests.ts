/**
 * `deno task test [--filter TEXT] [--long]`: every test of the project, through one door.
 *
 * Files named `*.long.test.ts` (soaks, long fuzzing) run with `--long` only. What cannot run for want of a package
 * or of root is listed and counts as failed. The last line is `N passed, N failed`.
 */
import { parseArgs } from 'node:util';
import { launchers, whenGone } from './ancestors.ts';
import { leashed } from './leash.ts';
import { ensure, FFMPEG, LONG_TEST_PACKAGES, TEST_PACKAGES } from './packages.ts';
import { pathOf, ROOT, STATE_DIR } from './paths.ts';
import { sourceFiles } from './directions.ts';
import { readJunit, type Tally } from './junit.ts';

const HELP = `deno task test [--filter TEXT] [--long]

  --filter TEXT   only tests whose name contains TEXT (fails when there is none)
  --long          also soaks, long fuzzing and minutes without the edge
`;

const { values } = parseArgs({
  args: Deno.args,
  options: { filter: { type: 'string' }, long: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
});
if (values.help) {
  console.log(HELP);
  Deno.exit(0);
}

/** A runner that takes longer than this is stuck: it is ended, and what it ran counts as failed. */
const MOST_MINUTES = values.long ? 30 : 10;

// A signal to the outermost npx reaches nobody below it; every runner is leashed to this process.
whenGone(launchers(), () => Deno.exit(1));

const lacking: string[] = [];
try {
  await ensure([FFMPEG, ...TEST_PACKAGES, ...(values.long ? LONG_TEST_PACKAGES : [])], console.log);
} catch (error) {
  lacking.push(error instanceof Error ? error.message : String(error));
}

const files = (await sourceFiles()).filter((file) => file.endsWith('.test.ts'))
  .filter((file) => values.long || !file.endsWith('.long.test.ts'));
const isCrossing = (file: string) => file.startsWith('tests/');
const isWorker = (file: string) => file.startsWith('worker/');
const filter = values.filter === undefined ? [] : [values.filter];

const total: Tally = { passed: 0, failed: 0, skipped: [] };
await Deno.mkdir(STATE_DIR, { recursive: true });
await stage('page and player', ['run', '-A', 'scripts/build.ts']);
await stage('unit tests', [
  ...['test', '-A', '--no-check', '--quiet', '--parallel'],
  ...filter.map((text) => `--filter=${text}`),
  ...files.filter((file) => !isCrossing(file) && !isWorker(file)),
], 'unit');
await Promise.all([workerTests(), crossingTests()]);

for (const text of lacking) {
  console.log(`\nNot everything could run: ${text}`);
  total.failed++;
}
for (const name of total.skipped) {
  console.log(`skipped, which counts as failed: ${name}`);
  total.failed++;
}
if (values.filter !== undefined && total.passed + total.failed === 0) {
  console.log(`no test matches "${values.filter}"`);
  total.failed++;
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
Deno.exit(total.failed === 0 ? 0 : 1);

/** They mostly wait, in a workerd of their own: beside others, and told when they are through. */
function workerTests(): Promise<void> {
  return stage(
    'worker tests in workerd',
    [
      ...['run', '-A', 'npm:vitest', 'run', '--root', 'worker', '--reporter=default', '--reporter=junit'],
      ...['--outputFile.junit', pathOf(new URL('worker.xml', STATE_DIR)), '--passWithNoTests'],
      ...filter.flatMap((text) => ['-t', literal(text)]),
    ],
    'worker',
    true,
  );
}

/**
 * A process for each file: they start servers and browsers, and native WebRTC does not survive a second isolate. Those
 * that time playback in browsers come last, when the worker tests are through.
 */
async function crossingTests(): Promise<void> {
  const isTimed = (file: string) => file.startsWith('tests/e2e/');
  const crossing = files.filter(isCrossing);
  for (const file of [...crossing.filter((file) => !isTimed(file)), ...crossing.filter(isTimed)]) {
    await stage(file, [
      'test',
      '-A',
      '--no-check',
      '--quiet',
      ...filter.map((text) => `--filter=${text}`),
      file,
    ], 'crossing');
  }
}

/**
 * Runs deno with these arguments; with `report`, adds what its JUnit file says to the total. Without a file of its
 * own a runner would search the tree, so a stage that has none is left out. What one says that runs beside others is
 * kept until its end.
 */
async function stage(title: string, args: string[], report?: string, isBeside = false): Promise<void> {
  if (args[0] === 'test' && !args.some((arg) => arg.endsWith('.test.ts'))) return;
  if (!isBeside) console.log(`\n=== ${title}`);
  const file = new URL(`${report}.xml`, STATE_DIR);
  if (report) await Deno.remove(file).catch(() => {});
  const junit = args[0] === 'test' ? [`--junit-path=${pathOf(file)}`] : [];
  const [verb = '', ...rest] = args;
  const started = performance.now();
  const child = leashed(Deno.execPath(), {
    args: [verb, ...junit, ...rest],
    cwd: ROOT,
    stdin: 'null',
    ...(isBeside ? { stdout: 'piped', stderr: 'piped' } : {}),
    env: values.long ? { SHOAL_LONG: '1', SHOAL_FUZZ_RUNS: '250000' } : {},
  }).spawn();
  let isStuck = false;
  const timer = setTimeout(() => {
    isStuck = true;
    child.kill('SIGKILL');
  }, MOST_MINUTES * 60_000);
  const output = isBeside ? await child.output() : undefined;
  const { success } = output ?? await child.status;
  clearTimeout(timer);
  if (output) console.log([`\n=== ${title}`, ...[output.stdout, output.stderr].map(decoded)].join('\n'));
  const seconds = Math.round((performance.now() - started) / 1000);
  const tally = report
    ? await readJunit(file, values.filter !== undefined)
    : { passed: 0, failed: 0, skipped: [] };
  total.passed += tally.passed;
  total.failed += tally.failed;
  total.skipped.push(...tally.skipped);
  if (!success && tally.failed === 0) {
    console.log(`${title} ${isStuck ? `was ended after ${MOST_MINUTES} min` : 'failed outside of any test'}`);
    total.failed++;
  }
  console.log(`=== ${title}: ${tally.passed} passed, ${tally.failed} failed, ${seconds} s`);
}

function decoded(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** vitest takes a pattern; ours is literal text, as deno's is. */
function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
