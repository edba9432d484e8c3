/** The floor of any tracker in workerd: bare-object.mjs, run as `deno task serve` runs the edge. */
import { WORKERD } from '../../../scripts/serve/workerd-binary.ts';
import { wranglerConfig } from '../../../scripts/wrangler-config.ts';
import { freePort } from '../../free-port.ts';
import type { Tracker } from './systems.ts';

const PATIENCE_MS = 10_000;

export async function startBareObject(): Promise<Tracker> {
  const folder = await Deno.makeTempDir({ prefix: 'shoal-bench-bare-' });
  const address = `127.0.0.1:${freePort()}`;
  await Deno.copyFile(new URL('bare-object.mjs', import.meta.url), `${folder}/bare-object.mjs`);
  await Deno.writeTextFile(
    `${folder}/workerd.capnp`,
    configOf(address, (await wranglerConfig()).compatibilityDate),
  );
  const child = new Deno.Command(WORKERD, { args: ['serve', `${folder}/workerd.capnp`] }).spawn();
  await untilItListens(`http://${address}`);
  return {
    name: 'an object that reads nothing',
    pid: child.pid,
    announceUrl: () => Promise.resolve(`ws://${address}`),
    async stop() {
      // It would wait for its sockets to end.
      child.kill('SIGKILL');
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function configOf(address: string, compatibilityDate: string): string {
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "bare", worker = .bare)],
  sockets = [(name = "http", address = "${address}", http = (), service = "bare")]
);

const bare :Workerd.Worker = (
  modules = [(name = "bare-object.mjs", esModule = embed "bare-object.mjs")],
  compatibilityDate = "${compatibilityDate}",
  bindings = [(name = "BARE", durableObjectNamespace = "Bare")],
  durableObjectNamespaces = [(className = "Bare", uniqueKey = "bare", enableSql = true)],
  durableObjectStorage = (inMemory = void),
);
`;
}

async function untilItListens(url: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await (await fetch(url)).body?.cancel();
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
