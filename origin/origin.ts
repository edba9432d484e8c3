/** The origin put together: RTMP in, the edge's sockets out, the local HTTP port beside them. */
import type { OriginConfig } from './config.ts';
import { answerLocally, type Health } from './publish/local-http.ts';
import type { Log } from './publish/log.ts';
import { OriginMetrics } from './publish/metrics.ts';
import { Publisher } from './publish/publisher.ts';
import { SourceKeeper } from './publish/source-keeper.ts';
import { RtmpServer } from './rtmp/server.ts';

const LAG_EVERY_MS = 500;

export interface RunningOrigin {
  rtmpPort: number;
  rtmpsPort?: number;
  httpPort: number;
  stop(): Promise<void>;
}

/** Starts everything, or throws with nothing left running. A taken port is named. */
export async function startOrigin(config: OriginConfig, log: Log): Promise<RunningOrigin> {
  const { edgeUrl, secret, originId, ffmpeg } = config;
  const tls = await readTls(config);
  const metrics = new OriginMetrics();
  const ingest: string[] = [];
  const publisher = new Publisher({ edgeUrl, secret, originId, metrics, log, ffmpeg, ingest: () => ingest });
  const sources = new SourceKeeper({ edgeUrl, secret, originId, metrics, log });
  const undo: (() => unknown)[] = [() => sources.close(), () => publisher.close()];
  try {
    const rtmp = listen(`RTMP port ${config.rtmpPort}`, () =>
      new RtmpServer({
        hostname: config.rtmpHost,
        port: config.rtmpPort,
        tls,
        authorise: publisher.authorise,
        log,
      }));
    undo.unshift(() => rtmp.close());
    const ports = { rtmpPort: rtmp.port, ...(rtmp.tlsPort === undefined ? {} : { rtmpsPort: rtmp.tlsPort }) };
    const host = config.rtmpPublicHost ?? reachableName(config.rtmpHost);
    ingest.push(`rtmp://${host}:${rtmp.port}/live`);
    if (rtmp.tlsPort !== undefined) ingest.push(`rtmps://${host}:${rtmp.tlsPort}/live`);
    const health = (): Health => ({
      ok: publisher.isConnected,
      controlConnected: publisher.isConnected,
      ...ports,
      channels: publisher.channels(),
    });
    const gauges = () => ({ sessions: rtmp.sessions, ...publisher.gauges() });
    const http = listen(`HTTP port ${config.httpPort}`, () =>
      Deno.serve(
        { hostname: '127.0.0.1', port: config.httpPort, onListen: () => {} },
        (request) => answerLocally(request, { metrics, gauges, health }),
      ));
    undo.unshift(() => http.shutdown());
    const stopLag = measureLag(metrics);
    undo.unshift(stopLag);
    log('info', 'origin is running', { ...ports, httpPort: http.addr.port, edge: new URL(edgeUrl).host });
    return { ...ports, httpPort: http.addr.port, stop: () => runAll(undo) };
  } catch (error) {
    await runAll(undo);
    throw error;
  }
}

/** A name for an address that is listened on: a wildcard is none. */
function reachableName(host: string): string {
  if (host === '0.0.0.0' || host === '::') return Deno.hostname();
  return host.includes(':') ? `[${host}]` : host;
}

async function runAll(steps: (() => unknown)[]): Promise<void> {
  for (const step of steps) await step();
}

async function readTls(
  { rtmps }: OriginConfig,
): Promise<{ cert: string; key: string; port: number } | undefined> {
  if (!rtmps) return undefined;
  const [cert, key] = await Promise.all([
    Deno.readTextFile(rtmps.certFile),
    Deno.readTextFile(rtmps.keyFile),
  ]);
  return { cert, key, port: rtmps.port };
}

function listen<T>(what: string, start: () => T): T {
  try {
    return start();
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new Error(`${what} is taken by another process: choose another one`);
    }
    throw error;
  }
}

function measureLag(metrics: OriginMetrics): () => void {
  let due = performance.now() + LAG_EVERY_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    metrics.eventLoopLag(Math.max(0, now - due) / 1000);
    due = now + LAG_EVERY_MS;
  }, LAG_EVERY_MS);
  return () => clearInterval(timer);
}
