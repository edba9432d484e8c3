/**
 * The bare mesh, without a player: joins a channel as a full peer and counts the pieces that come, by where they came
 * from. What it receives it gives to others, like any viewer.
 *
 *     deno run -A examples/count-pieces.ts https://live.example.org/watch/news [--pieces 500]
 *
 * Every second, and once at the end, it prints a line of JSON. It ends after so many pieces, or on Ctrl-C.
 */
import { parseArgs } from 'node:util';
import { headlessEnvironment, headlessQuiet } from '../web/antenna/headless-environment.ts';
import { watchAddress } from '../web/antenna/options.ts';
import { Viewer } from '../web/peer/viewer.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { pieces: { type: 'string' }, token: { type: 'string' } },
});
const [address] = positionals;
if (!address) {
  console.error('deno run -A examples/count-pieces.ts <watch-url> [--pieces N] [--token TOKEN]');
  Deno.exit(2);
}
const most = Number(values.pieces ?? Infinity);

/** Pieces by source: `lan`, `peer` and `turn` from other viewers, the rest from the edge. */
const counts: Record<string, number> = {};
let pieces = 0;
let bytes = 0;
const enough = Promise.withResolvers<void>();

// A viewer without a picture. In a page the environment is left out: the browser's own is taken.
const viewer = new Viewer({
  ...watchAddress(address, values.token),
  environment: headlessEnvironment({ device: 'antenna' }),
});
viewer.on('state', ({ state, reason }) => {
  console.error(reason ? `${state}: ${reason.message}` : state);
  if (state === 'refused' || state === 'unsupported') enough.reject(new Error(reason?.message));
});
viewer.on('broadcast', ({ id, tracks }) => console.error(`broadcast ${id}, ${tracks.length} tracks`));
viewer.on('piece', ({ record, source }) => {
  // It has been verified: its hash is in a record that the broadcaster signed. viewer.piece(index) has its bytes.
  counts[source] = (counts[source] ?? 0) + 1;
  pieces++;
  bytes += record.byteLength;
  if (pieces >= most) enough.resolve();
});
viewer.start();

const report = () => {
  const { peers, uploadBytes } = viewer.stats();
  console.log(JSON.stringify({ pieces, bytes, ...counts, peers, uploadBytes }));
};
const timer = setInterval(report, 1000);
for (const signal of ['SIGINT', 'SIGTERM'] as const) Deno.addSignalListener(signal, enough.resolve);
const code = await enough.promise.then(() => 0, () => 1);
clearInterval(timer);
report();
viewer.stop();
await headlessQuiet();
Deno.exit(code);
