/** All routes of the edge, chained so that `typeof app` types a client. Errors are translated here, once. */
import { Hono } from 'hono';
import { boundedBody } from './access/bounded-body.ts';
import { audited } from './audit.ts';
import type { Env } from './env.ts';
import { Failure } from './failure.ts';
import { log } from './log.ts';
import { requestLog } from './request-log.ts';
import { bans } from './routes/bans.ts';
import { audit } from './routes/audit.ts';
import { channelKeys } from './routes/channel-keys.ts';
import { backup } from './routes/backup.ts';
import { channels } from './routes/channels.ts';
import { figures } from './routes/figures.ts';
import { health } from './routes/health.ts';
import { hls } from './routes/hls.ts';
import { issuers } from './routes/issuers.ts';
import { join } from './routes/join.ts';
import { jwks } from './routes/jwks.ts';
import { channelLeases, leases } from './routes/leases.ts';
import { license } from './routes/license.ts';
import { me } from './routes/me.ts';
import { live } from './routes/live.ts';
import { media } from './routes/media.ts';
import { metrics } from './routes/metrics.ts';
import { origins } from './routes/origins.ts';
import { openApi } from './routes/openapi.ts';
import { originReplay } from './routes/origin-replay.ts';
import { originSockets } from './routes/origin.ts';
import { pages } from './routes/pages.ts';
import { recordings } from './routes/recordings.ts';
import { replay } from './routes/replay.ts';
import { settings } from './routes/settings.ts';
import { signingKeys } from './routes/signing-keys.ts';
import { streamKeys } from './routes/stream-keys.ts';
import { sources } from './routes/sources.ts';
import { swarm } from './routes/swarm.ts';
import { tenants } from './routes/tenants.ts';
import { channelTokens, tokens } from './routes/tokens.ts';
import { torrents } from './routes/torrents.ts';
import { viewers } from './routes/viewers.ts';
import { visits } from './routes/visits.ts';
import { webhooks } from './routes/webhooks.ts';

export const app = new Hono<{ Bindings: Env; Variables: { requestId: string } }>()
  .use('*', requestLog)
  .use('*', boundedBody)
  .use('/api/*', audited)
  .route('/', health)
  .route('/', metrics)
  .route('/', jwks)
  .route('/', openApi)
  .route('/', pages)
  .route('/api/channels', channelLeases)
  .route('/api/channels', sources)
  .route('/api/channels', channelKeys)
  .route('/api/channels', recordings)
  .route('/api/channels', bans)
  .route('/api/channels', channelTokens)
  .route('/api/channels', streamKeys)
  .route('/api/channels', figures)
  .route('/api/channels', viewers)
  .route('/api/channels', visits)
  .route('/api/channels', channels)
  .route('/api/live', live)
  .route('/api/origins', origins)
  .route('/api/audit', audit)
  .route('/api/settings', settings)
  .route('/api/issuers', issuers)
  .route('/api/keys', signingKeys)
  .route('/api/me', me)
  .route('/api/tokens', tokens)
  .route('/api', backup)
  .route('/api/leases', leases)
  .route('/api/tenants', tenants)
  .route('/api/webhooks', webhooks)
  .route('/api/torrents', torrents)
  .route('/join', join)
  .route('/license', license)
  .route('/origin/replay', originReplay)
  .route('/origin', originSockets)
  .route('/replay', replay)
  .route('/swarm', swarm)
  .route('/media', media)
  .route('/hls', hls)
  .notFound(() => new Failure(404, 'not-found', 'there is nothing at this address').toResponse())
  .onError((error, c) => {
    if (error instanceof Failure) return error.toResponse();
    log('error', error.message, { requestId: c.get('requestId'), path: c.req.path, stack: error.stack });
    return new Failure(500, 'internal', 'the edge failed to answer this request').toResponse();
  });

export type App = typeof app;
