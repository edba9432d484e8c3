/** `/api/issuers`: who else may sign playback tokens. */
import { Hono } from 'hono';
import { NewIssuer } from '../../protocol/access.ts';
import { allow } from '../access/allow.ts';
import { targetProblem } from '../access/hook-target.ts';
import { keyMemory } from '../access/key-set.ts';
import { parseBody } from '../body.ts';
import { directoryOf, type Env } from '../env.ts';
import { Failure } from '../failure.ts';

const MAX_BODY_BYTES = 128 * 1024;

export const issuers = new Hono<{ Bindings: Env }>()
  .get('/', async (c) => {
    await allow({ to: 'admin', role: 'operator' }, c.req.raw, c.env);
    return c.json({ items: (await directoryOf(c.env).keySet()).issuers });
  })
  .put('/', async (c) => {
    await allow({ to: 'admin', role: 'owner' }, c.req.raw, c.env);
    const issuer = {
      ...parseBody(await c.req.text(), NewIssuer, MAX_BODY_BYTES),
      createdAt: new Date().toISOString(),
    };
    const problem = targetProblem(issuer.jwksUrl, c.env.SHOAL_PRIVATE_ISSUERS === '1');
    if (problem !== undefined) {
      throw new Failure(400, 'bad-field', `jwksUrl: ${problem}`, { field: 'jwksUrl' });
    }
    if (!await directoryOf(c.env).putIssuer(issuer)) {
      throw new Failure(409, 'too-many', 'there are as many issuers as there may be', { field: 'issuer' });
    }
    keyMemory(c.env).forget();
    return c.json({ issuer });
  })
  .delete('/', async (c) => {
    await allow({ to: 'admin', role: 'owner' }, c.req.raw, c.env);
    // A query parameter: names of issuers are URLs, as a rule.
    if (!await directoryOf(c.env).removeIssuer(c.req.query('issuer') ?? '')) {
      throw new Failure(404, 'unknown-issuer', 'there is no such issuer', { field: 'issuer' });
    }
    keyMemory(c.env).forget();
    return c.body(null, 204);
  });
