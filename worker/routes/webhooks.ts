/** `/api/webhooks`: who is told what happens. The owner's alone; a secret is shown once. */
import { Hono } from 'hono';
import { takeBody, takeQuery } from '../input.ts';
import { PageQuery } from '../../protocol/page.ts';
import { HookEdit, NewHook } from '../../protocol/webhook.ts';
import { allow } from '../access/allow.ts';
import { targetProblem } from '../access/hook-target.ts';
import { type Env, hooksOf } from '../env.ts';
import { Failure } from '../failure.ts';
import { pageIn } from '../page.ts';

/** Longest body that is read, in bytes. */
const MAX_BODY_LENGTH = 128 * 1024;

export const webhooks = new Hono<{ Bindings: Env }>()
  .use(async (c, next) => {
    await allow({ to: 'admin', role: 'owner' }, c.req.raw, c.env);
    await next();
  })
  .get('/', takeQuery(PageQuery), async (c) => {
    return c.json(pageIn(await hooksOf(c.env).list(), ({ id }) => id, c.req.valid('query')));
  })
  .post('/', takeBody(NewHook, MAX_BODY_LENGTH), async (c) => {
    const hook = c.req.valid('json');
    requireTarget(hook.url, c.env);
    const made = await hooksOf(c.env).create(hook);
    if (!made) throw new Failure(409, 'too-many', 'there are as many webhooks as there may be');
    return c.json({ webhook: made.hook, secret: made.secret }, 201);
  })
  .get('/:id', async (c) => c.json({ webhook: found(await hooksOf(c.env).get(c.req.param('id'))) }))
  .patch('/:id', takeBody(HookEdit, MAX_BODY_LENGTH), async (c) => {
    const edit = c.req.valid('json');
    if (edit.url !== undefined) requireTarget(edit.url, c.env);
    return c.json({ webhook: found(await hooksOf(c.env).edit(c.req.param('id'), edit)) });
  })
  .delete('/:id', async (c) => {
    if (!await hooksOf(c.env).remove(c.req.param('id'))) throw unknown();
    return c.body(null, 204);
  })
  .post('/:id/secret', async (c) => {
    return c.json({ secret: found(await hooksOf(c.env).resetSecret(c.req.param('id'))) });
  })
  .post('/:id/test', async (c) => c.json({ test: found(await hooksOf(c.env).tryOut(c.req.param('id'))) }))
  .get('/:id/dead', takeQuery(PageQuery), async (c) => {
    const dead = found(await hooksOf(c.env).dead(c.req.param('id')));
    return c.json(pageIn(dead, ({ id }) => id, c.req.valid('query')));
  })
  .delete('/:id/dead', async (c) => {
    if (!await hooksOf(c.env).bury(c.req.param('id'))) throw unknown();
    return c.body(null, 204);
  })
  .post('/:id/dead/:delivery/retry', async (c) => {
    if (!await hooksOf(c.env).revive(c.req.param('id'), c.req.param('delivery'))) {
      throw new Failure(404, 'unknown-delivery', 'there is no such delivery that was given up');
    }
    return c.body(null, 202);
  });

function requireTarget(url: string, env: Env): void {
  const problem = targetProblem(url, env.SHOAL_HOOKS_LOCAL === '1');
  if (problem) throw new Failure(400, 'bad-field', `url: ${problem}`, { field: 'url' });
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw unknown();
  return value;
}

function unknown(): Failure {
  return new Failure(404, 'unknown-webhook', 'there is no such webhook', { field: 'id' });
}
