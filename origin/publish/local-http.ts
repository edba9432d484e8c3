/** The local HTTP port: `/metrics` for Prometheus and `/healthz` for whoever watches the process. */
import type { Gauges, OriginMetrics } from './metrics.ts';

export interface Health {
  ok: boolean;
  controlConnected: boolean;
  rtmpPort: number;
  rtmpsPort?: number;
  channels: { channel: string; encoder: boolean; link: boolean }[];
}

export interface LocalHttpSources {
  metrics: OriginMetrics;
  gauges: () => Gauges;
  health: () => Health;
}

/** Answers one request: 503 from `/healthz` while the edge is out of reach. */
export function answerLocally(request: Request, { metrics, gauges, health }: LocalHttpSources): Response {
  const { pathname } = new URL(request.url);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return new Response('only GET is served here\n', { status: 405, headers: { allow: 'GET, HEAD' } });
  }
  if (pathname === '/metrics') {
    const headers = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' };
    return new Response(metrics.text(gauges()), { headers });
  }
  if (pathname === '/healthz') {
    const state = health();
    return Response.json(state, { status: state.ok ? 200 : 503 });
  }
  return new Response('not found: /metrics and /healthz are served here\n', { status: 404 });
}
