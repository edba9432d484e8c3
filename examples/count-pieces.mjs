/**
 * The bare mesh, without a player: joins a channel as a full peer and counts the pieces that come, by where they came
 * from. What it receives it gives to others, like any viewer.
 *
 *     node count-pieces.mjs https://live.example.org/watch/news [--pieces 500] [--token TOKEN]
 *
 * It needs the packages shoal-mesh and node-datachannel, and Node 22 or later; in a clone of Shoal
 * `npx --yes deno@2.9.6 run -A examples/count-pieces.mjs …` runs it as it is. Every second, and once at the end, it
 * prints a line of JSON. It ends after so many pieces, or on Ctrl-C.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { Viewer } from 'shoal-mesh';
import { headlessEnvironment, headlessQuiet } from 'shoal-mesh/headless';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { pieces: { type: 'string' }, token: { type: 'string' } },
});
const address = URL.parse(positionals[0] ?? '');
const channel = /^\/watch\/([^/]+)$/.exec(address?.pathname ?? '')?.[1];
if (!address || !channel) {
  console.error('count-pieces.mjs <watch-url> [--pieces N] [--token TOKEN]');
  process.exit(2);
}
const most = Number(values.pieces ?? Infinity);

/** Pieces by source: `lan`, `peer` and `turn` from other viewers, the rest from the edge. */
const counts = {};
let pieces = 0;
let bytes = 0;

// A viewer without a picture. In a page the environment is left out: the browser's own is taken.
const viewer = new Viewer({
  edgeUrl: address.origin,
  channel,
  ...(values.token && { token: values.token }),
  environment: headlessEnvironment({ device: 'antenna' }),
});
viewer.on('state', ({ state, reason }) => {
  console.error(reason ? `${state}: ${reason.message}` : state);
  if (state === 'refused' || state === 'unsupported') end(1);
});
viewer.on('broadcast', ({ id, tracks }) => console.error(`broadcast ${id}, ${tracks.length} tracks`));
viewer.on('piece', ({ record, source }) => {
  // It has been verified: its hash is in a record that the broadcaster signed. viewer.piece(index) has its bytes.
  counts[source] = (counts[source] ?? 0) + 1;
  pieces++;
  bytes += record.byteLength;
  if (pieces === most) end(0);
});

function report() {
  const { peers, uploadBytes } = viewer.stats();
  console.log(JSON.stringify({ pieces, bytes, ...counts, peers, uploadBytes }));
}

async function end(code) {
  clearInterval(timer);
  report();
  viewer.stop();
  await headlessQuiet();
  process.exit(code);
}

const timer = setInterval(report, 1000);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => end(0));
viewer.start();
