/** Every change that an admin makes is noted: who, what, with which answer. Secrets are struck out. */
import type { MiddlewareHandler } from 'hono';
import { allow } from './access/allow.ts';
import { boardOf, type Env } from './env.ts';
import { log } from './log.ts';

/** What is kept of a body, in characters. */
const MOST_KEPT = 2000;
const SECRET = /key|token|secret|password|license|credential|pass$/i;
const STRUCK = '(struck out)';

/** After the route has answered: what was refused changed nothing and is not noted. */
export const audited: MiddlewareHandler<{ Bindings: Env; Variables: { requestId: string } }> = async (
  c,
  next,
) => {
  await next();
  const { method } = c.req;
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS' || c.res.status >= 400) return;
  if (c.req.path === '/api/live/ticket') return;
  try {
    const caller = await allow({ to: 'admin', role: 'reports', tenants: true }, c.req.raw, c.env);
    await boardOf(c.env).noteAudit({
      at: new Date().toISOString(),
      subject: caller.subject,
      role: caller.role,
      method,
      resource: c.req.path.replace(/^\/api\//, ''),
      what: withoutSecrets(await c.req.text()),
      status: c.res.status,
      requestId: c.get('requestId'),
    });
  } catch (error) {
    log('error', 'a change could not be noted in the audit log', { error: String(error), path: c.req.path });
  }
};

/** A JSON body without the values of fields that may be secrets; empty for anything else. */
export function withoutSecrets(body: string): string {
  let value: unknown;
  try {
    value = JSON.parse(body, (name, field: unknown) => {
      return SECRET.test(name) && field !== null && typeof field !== 'boolean'
        ? STRUCK
        : withoutUserInfo(field);
    });
  } catch {
    return '';
  }
  const text = JSON.stringify(value) ?? '';
  return text.length <= MOST_KEPT ? text : `${text.slice(0, MOST_KEPT)}…`;
}

/** A URL may carry a password, or a token in its query. */
function withoutUserInfo(field: unknown): unknown {
  if (typeof field !== 'string' || !/^[a-z]+:\/\//i.test(field)) return field;
  return field.replace(/\/\/[^/@]*@/, '//').replace(/\?.*$/s, `?${STRUCK}`);
}
