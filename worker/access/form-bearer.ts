/**
 * A bearer out of a form. A download that a page hands to the browser is a navigation, which carries no header of the
 * page's; in an address the bearer would stand in logs, in the body of a POST it does not.
 */
import type { MiddlewareHandler } from 'hono';

/** Puts the form's field `token` where `allow` looks for it; a request that has an Authorization of its own keeps it. */
export const formBearer: MiddlewareHandler = async (c, next) => {
  if (!c.req.header('authorization')) {
    const { token } = await c.req.parseBody();
    const headers = new Headers(c.req.raw.headers);
    if (typeof token === 'string' && /^[\x21-\x7e]{1,4096}$/.test(token)) {
      headers.set('authorization', `Bearer ${token}`);
      c.req.raw = new Request(c.req.url, { method: c.req.method, headers });
    }
  }
  await next();
};
