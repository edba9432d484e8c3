/**
 * The origin's process: takes RTMP from encoders, cuts it into signed pieces and sends them up to the edge, which it
 * dials itself. Told by its environment (config.ts), logs JSON lines to stderr, stops on SIGINT and SIGTERM.
 */
import { ConfigError, readConfig } from './config.ts';
import { startOrigin } from './origin.ts';
import { createLog } from './publish/log.ts';

async function main(): Promise<number> {
  const write = (line: string) => console.error(line);
  let log = createLog('info', write);
  try {
    const config = readConfig((name) => Deno.env.get(name));
    log = createLog(config.logLevel, write);
    const stopped = Promise.withResolvers<string>();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      Deno.addSignalListener(signal, () => stopped.resolve(signal));
    }
    const origin = await startOrigin(config, log);
    log('info', 'origin stops', { signal: await stopped.promise });
    await origin.stop();
    return 0;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log('error', error instanceof ConfigError ? 'bad configuration' : 'origin cannot run', { why });
    return 1;
  }
}

if (import.meta.main) Deno.exit(await main());
