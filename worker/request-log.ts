/**
 * Request ids and the log of requests. Every answer carries `shoal-request`, the id that its lines in the log have.
 * Media, joins and sockets are counted, not logged: half a million viewers would drown everything else.
 */
import type { MiddlewareHandler } from 'hono';
import type { Env } from './env.ts';
import { log, setLogLevel } from './log.ts';

export const REQUEST_ID_HEADER = 'shoal-request';
/** Behind Cloudflare each request has an id already. */
const GIVEN = 'cf-ray';
/** What these answer with 503 is "later": the egress cap is spent, a shard is crowded. Those come by the thousand. */
const OF_VIEWERS = /^\/(join|media|hls|replay|swarm)\//;

export const requestLog: MiddlewareHandler<{ Bindings: Env; Variables: { requestId: string } }> = async (
  c,
  next,
) => {
  const given = c.req.header(GIVEN) ?? '';
  const requestId = /^[\w-]{8,64}$/.test(given) ? given : crypto.randomUUID().slice(0, 18);
  c.set('requestId', requestId);
  setLogLevel(c.env.SHOAL_LOG_LEVEL);
  const began = Date.now();
  await next();
  const { status } = c.res;
  const { path } = c.req;
  // A socket's answer has headers that cannot be changed, and a piece of media needs no name.
  if (status >= 400 || (status !== 101 && path.startsWith('/api/'))) c.header(REQUEST_ID_HEADER, requestId);
  if (status < 500 ? !path.startsWith('/api/') : status === 503 && OF_VIEWERS.test(path)) return;
  const { method } = c.req;
  log(status >= 500 ? 'error' : method === 'GET' && status < 400 ? 'debug' : 'info', 'request', {
    requestId,
    method,
    path,
    status,
    ms: Date.now() - began,
  });
};
