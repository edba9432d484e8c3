/**
 * Every route of the edge and the right that it wants. A route that is not here fails the suite `refuses without a
 * right`: whoever adds a route says who may use it, and the suite holds it to that.
 */
import type { Role } from '../../protocol/claims.ts';

export type RouteRight =
  /** An admin token of this role at least; `tenants`: one of a tenant is let in too, and sees its own. */
  | { admin: Role; tenants?: true }
  /** Anybody, and why that is right. */
  | { open: string }
  /** Something else, with what comes without it. */
  | { needs: string; status: number; code: string; body?: unknown; env?: Record<string, string> };

const reports: RouteRight = { admin: 'reports', tenants: true };
const operator: RouteRight = { admin: 'operator' };
const owner: RouteRight = { admin: 'owner' };
const grant: RouteRight = { needs: 'a media grant', status: 401, code: 'grant-over' };
const origin: RouteRight = { needs: 'an origin token', status: 401, code: 'unauthorized' };
const hls: RouteRight = { needs: 'a channel that opens HLS by token', status: 403, code: 'hls-not-allowed' };
const page: RouteRight = { open: 'a page holds no secret' };
const replay: RouteRight = { open: 'a torrent is for everybody; protected recordings are ciphertext' };

export const RIGHTS: Record<string, RouteRight> = {
  'GET /healthz': { open: 'says only whether the edge is configured' },
  'GET /metrics': {
    needs: 'the metrics token, where one is set',
    status: 401,
    code: 'unauthorized',
    env: { SHOAL_METRICS_TOKEN: 'm' },
  },
  'GET /.well-known/jwks.json': { open: 'public keys' },
  'GET /openapi.json': page,
  'GET /docs': page,
  'GET /watch/:channel': page,
  'GET /embed/:channel': page,
  'GET /admin': page,
  'GET /admin/*': page,
  'GET /assets/*': page,
  'GET /favicon.ico': page,

  'GET /api/backup': owner,
  'POST /api/restore': owner,
  'GET /api/me': reports,
  'GET /api/channels': reports,
  'POST /api/channels': operator,
  'GET /api/channels/:name': reports,
  'PATCH /api/channels/:name': operator,
  'DELETE /api/channels/:name': operator,
  'POST /api/channels/:name/start': operator,
  'POST /api/channels/:name/stop': operator,
  'POST /api/channels/:name/key': operator,
  'GET /api/channels/:name/ingest': reports,
  'GET /api/channels/:name/figures': reports,
  'GET /api/channels/:name/history': reports,
  'GET /api/channels/:name/networks': reports,
  'GET /api/channels/:name/swarm': reports,
  'GET /api/channels/:name/viewers': reports,
  'GET /api/channels/:name/visits': reports,
  'GET /api/channels/:name/visits.csv': reports,
  'POST /api/channels/:name/viewers/:peerId/kick': operator,
  'POST /api/channels/:name/viewers/:peerId/ban': operator,
  'GET /api/channels/:name/bans': operator,
  'POST /api/channels/:name/bans': operator,
  'DELETE /api/channels/:name/bans/:id': operator,
  'POST /api/channels/:name/tokens': operator,
  'GET /api/channels/:name/stream-keys': operator,
  'POST /api/channels/:name/stream-keys': operator,
  'PATCH /api/channels/:name/stream-keys/:id': operator,
  'DELETE /api/channels/:name/stream-keys/:id': operator,
  'POST /api/channels/:name/stream-keys/:id/reset': operator,
  'GET /api/channels/:name/keys': operator,
  'POST /api/channels/:name/keys/rotate': operator,
  'POST /api/channels/:name/recording': operator,
  'DELETE /api/channels/:name/recording': operator,
  'GET /api/channels/:name/recordings': { admin: 'reports' },
  'GET /api/channels/:name/recordings/:id': { admin: 'reports' },
  'DELETE /api/channels/:name/recordings/:id': operator,
  'GET /api/channels/:name/leases': reports,
  'POST /api/channels/:name/leases': owner,

  'GET /api/live': { needs: 'a ticket of its own', status: 401, code: 'unauthorized' },
  'POST /api/live/ticket': reports,
  'GET /api/origins': { admin: 'reports' },
  'GET /api/audit': owner,
  'GET /api/settings': owner,
  'PATCH /api/settings': owner,
  'POST /api/tokens': owner,
  'POST /api/tokens/check': operator,
  'GET /api/keys': operator,
  'POST /api/keys/rotate': owner,
  'DELETE /api/keys/:id': owner,
  'GET /api/issuers': operator,
  'PUT /api/issuers': owner,
  'DELETE /api/issuers': owner,
  'GET /api/leases': reports,
  'POST /api/leases': owner,
  'GET /api/leases/use.csv': reports,
  'GET /api/leases/:id': reports,
  'PATCH /api/leases/:id': owner,
  'DELETE /api/leases/:id': owner,
  'POST /api/leases/:id/revoke': owner,
  'GET /api/leases/:id/use': reports,
  'GET /api/leases/:id/use.csv': reports,
  'GET /api/tenants': owner,
  'POST /api/tenants': owner,
  'GET /api/tenants/:name': owner,
  'PATCH /api/tenants/:name': owner,
  'DELETE /api/tenants/:name': owner,
  'GET /api/webhooks': owner,
  'POST /api/webhooks': owner,
  'GET /api/webhooks/:id': owner,
  'PATCH /api/webhooks/:id': owner,
  'DELETE /api/webhooks/:id': owner,
  'GET /api/webhooks/:id/dead': owner,
  'DELETE /api/webhooks/:id/dead': owner,
  'POST /api/webhooks/:id/dead/:delivery/retry': owner,
  'POST /api/webhooks/:id/secret': owner,
  'POST /api/webhooks/:id/test': owner,
  'GET /api/torrents/:infoHash': { admin: 'reports' },
  'PUT /api/torrents/:infoHash': operator,
  'DELETE /api/torrents/:infoHash': operator,

  'POST /join/:channel': {
    needs: 'a playback token, where the channel wants one',
    status: 401,
    code: 'token-missing',
    body: { peerKey: 'A'.repeat(43) },
  },
  'OPTIONS /license/:channel/:system?': { open: 'a preflight' },
  'POST /license/:channel': {
    needs: 'a playback token, where the channel wants one',
    status: 401,
    code: 'token-missing',
    body: { kids: ['A'.repeat(22)] },
  },
  'POST /license/:channel/:system': { needs: 'a license server', status: 404, code: 'no-license-server' },
  'GET /license/:channel/fairplay/certificate': { open: 'a public certificate' },
  'GET /swarm/:infoHash/announce': {
    needs: 'a known info-hash, and a ticket with proof and pass (worker/objects/swarm.test.ts)',
    status: 426,
    code: 'upgrade-required',
  },
  'GET /media/:channel/:broadcast/join': grant,
  'GET /media/:channel/:broadcast/piece/:index': grant,
  'GET /media/:channel/:broadcast/run/:tracks/:second': grant,
  'GET /media/:channel/:broadcast/seed': grant,
  'GET /hls/:channel/index.m3u8': hls,
  'GET /hls/:channel/:playlist': hls,
  'GET /hls/:channel/:broadcast/:track/:file': hls,
  'GET /origin/control': origin,
  'GET /origin/link/:channel': origin,
  'PUT /origin/replay/:channel/:id/start': origin,
  'PUT /origin/replay/:channel/:id/chunk/:number': origin,
  'PUT /origin/replay/:channel/:id/end': origin,
  'OPTIONS /replay/*': { open: 'a preflight' },
  'GET /replay/:infoHash': page,
  'GET /replay/:infoHash/:file': replay,
  'GET /replay/:torrent': replay,
  'GET /replay/about/:infoHash': replay,
  'GET /replay/of/:channel': replay,
};
