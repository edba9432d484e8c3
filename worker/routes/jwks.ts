/** `/.well-known/jwks.json`: the public keys of tokens (RFC 7517). */
import { Hono } from 'hono';
import { allow } from '../access/allow.ts';
import { keyMemory } from '../access/key-set.ts';
import type { Env } from '../env.ts';

export const jwks = new Hono<{ Bindings: Env }>().get('/.well-known/jwks.json', async (c) => {
  await allow({ to: 'public' }, c.req.raw, c.env);
  const { keys } = await keyMemory(c.env).get();
  return c.json({ keys }, 200, {
    'access-control-allow-origin': '*',
    'cache-control': 'public, max-age=60',
  });
});
