/** The edge as a process of `deno task start`. Settings come from the environment; prints one line when ready. */
import { startLocalEdge } from './local-edge.ts';
import { DIST_DIR, pathOf, STATE_DIR } from './paths.ts';

const environment = Deno.env.toObject();
const bindings = Object.fromEntries(
  Object.entries(environment).filter(([name]) => name.startsWith('SHOAL_')),
);
const tls = environment.EDGE_TLS_KEY && environment.EDGE_TLS_CERT
  ? {
    key: await Deno.readTextFile(environment.EDGE_TLS_KEY),
    cert: await Deno.readTextFile(environment.EDGE_TLS_CERT),
  }
  : undefined;

const edge = await startLocalEdge({
  bindings,
  host: environment.EDGE_HOST,
  port: Number(environment.EDGE_PORT ?? 8787),
  storage: environment.EDGE_STORAGE ?? pathOf(new URL('edge/', STATE_DIR)),
  assets: pathOf(DIST_DIR),
  tls,
});
console.log(`ready at ${edge.url}`);

const stop = async () => {
  await edge.stop();
  Deno.exit(0);
};
Deno.addSignalListener('SIGTERM', stop);
Deno.addSignalListener('SIGINT', stop);
