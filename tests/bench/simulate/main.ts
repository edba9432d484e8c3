/** `deno task bench:simulate`: runs the shipped mesh and swarm code on a virtual clock and prints what came of it. */
import { parseCommand, USAGE } from './options.ts';
import { printRow, rowOf } from './row.ts';
import { Simulation } from './simulation.ts';

if (Deno.args.includes('--help')) {
  console.log(USAGE);
  Deno.exit(0);
}
try {
  const { options, json } = parseCommand(Deno.args);
  const began = performance.now();
  const sim = new Simulation(options);
  await sim.run((second) => {
    if (second % 5 === 0) {
      const tookS = ((performance.now() - began) / 1000).toFixed(0);
      console.error(
        `${second} s of ${
          options.warmUpS + options.seconds
        }, ${sim.here} here, ${sim.clock.fired} events, ${tookS} s`,
      );
    }
  });
  const row = rowOf(sim, (performance.now() - began) / 1000);
  console.log(printRow(row));
  for (const [reason, count] of sim.refusals) console.error(`refused ${count} times: ${reason}`);
  if (json !== undefined) Deno.writeTextFileSync(json, JSON.stringify({ rows: [row] }, null, 2) + '\n');
} catch (error) {
  if (!(error instanceof RangeError)) throw error;
  console.error(`${error.message}\n\n${USAGE}`);
  Deno.exit(2);
}
