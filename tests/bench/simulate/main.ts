/** `deno task bench:simulate`: runs the shipped mesh and swarm code on a virtual clock and prints what came of it. */
import { type Command, parseCommand, USAGE } from './options.ts';
import { printRow, rowOf } from './row.ts';
import { Simulation } from './simulation.ts';

if (Deno.args.includes('--help')) {
  console.log(USAGE);
  Deno.exit(0);
}
const { options, json } = command();
const began = performance.now();
const tookS = () => (performance.now() - began) / 1000;
// The edge refuses by errors, and nobody reads where they came from.
Error.stackTraceLimit = 0;
const sim = new Simulation(options);
await sim.run((second) => {
  if (second % 5 !== 0) return;
  const of = options.warmUpS + options.seconds;
  console.error(
    `${second} s of ${of}, ${sim.here} here, ${sim.clock.fired} events, ${tookS().toFixed(0)} s`,
  );
});
const row = rowOf(sim, tookS());
console.log(printRow(row));
for (const [reason, count] of sim.refusals) console.error(`refused ${count} times: ${reason}`);
if (json !== undefined) Deno.writeTextFileSync(json, JSON.stringify({ rows: [row] }, null, 2) + '\n');

function command(): Command {
  try {
    return parseCommand(Deno.args);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.error(`${error.message}\n\n${USAGE}`);
    Deno.exit(2);
  }
}
