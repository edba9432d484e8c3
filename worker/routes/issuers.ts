/** `/api/issuers`: who else may sign playback tokens. */
import { Hono } from 'hono';
import * as v from 'valibot';
import { admit } from '../channel-gate.ts';
import { takeBody, takeQuery } from '../input.ts';
import { NewIssuer } from '../../protocol/access.ts';
import { targetProblem } from '../access/hook-target.ts';
import { keyMemory } from '../access/key-set.ts';
import { directoryOf, type Env } from '../env.ts';
import { Failure } from '../failure.ts';

const IssuerToRemove = v.object({ issuer: v.pipe(v.string(), v.maxLength(500)) });
const MAX_BODY_LENGTH = 128 * 1024;

export const issuers = new Hono<{ Bindings: Env }>()
  .get('/', admit('operator'), async (c) => {
    return c.json({ items: (await directoryOf(c.env).keySet()).issuers });
  })
  .put('/', admit('owner'), takeBody(NewIssuer, MAX_BODY_LENGTH), async (c) => {
    const issuer = {
      ...c.req.valid('json'),
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
  .delete('/', admit('owner'), takeQuery(IssuerToRemove), async (c) => {
    // A query parameter: names of issuers are URLs, as a rule.
    if (!await directoryOf(c.env).removeIssuer(c.req.valid('query').issuer)) {
      throw new Failure(404, 'unknown-issuer', 'there is no such issuer', { field: 'issuer' });
    }
    keyMemory(c.env).forget();
    return c.body(null, 204);
  });
