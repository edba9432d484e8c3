/** `deno task bench`: which benchmarks there are. None of them runs by itself: each wants the machine alone. */
import { headlineOf } from './headline.ts';

const root = new URL('../../', import.meta.url);
const { tasks } = JSON.parse(await Deno.readTextFile(new URL('deno.json', root)));
for (const [name, command] of Object.entries(tasks as Record<string, string>)) {
  const file = name.startsWith('bench:') && /\S+\.ts/.exec(command)?.[0];
  if (!file) continue;
  console.log(`deno task ${name.padEnd(18)} ${headlineOf(await Deno.readTextFile(new URL(file, root)))}`);
}
