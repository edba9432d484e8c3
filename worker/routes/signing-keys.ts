/** `/api/keys`: the keys that sign tokens, by id and time. Public halves are at `/.well-known/jwks.json`. */
import { Hono } from 'hono';
import { KeyRotation, type SigningKeyResource } from '../../protocol/access.ts';
import { allow } from '../access/allow.ts';
import { keyMemory } from '../access/key-set.ts';
import { parseBody } from '../body.ts';
import { directoryOf, type Env } from '../env.ts';
import { Failure } from '../failure.ts';
import type { SigningKeyRow } from '../store/signing-keys.ts';

const MAX_BODY_BYTES = 1024;

export const signingKeys = new Hono<{ Bindings: Env }>()
  .get('/', async (c) => {
    await allow({ to: 'admin', role: 'operator' }, c.req.raw, c.env);
    return c.json(pageOf(await directoryOf(c.env).signingKeys()));
  })
  .post('/rotate', async (c) => {
    await allow({ to: 'admin', role: 'owner' }, c.req.raw, c.env);
    const { overlapS } = parseBody(await c.req.text() || '{}', KeyRotation, MAX_BODY_BYTES);
    const rows = await directoryOf(c.env).rotateKeys(overlapS * 1000);
    keyMemory(c.env).forget();
    return c.json(pageOf(rows));
  })
  .delete('/:id', async (c) => {
    await allow({ to: 'admin', role: 'owner' }, c.req.raw, c.env);
    if (!await directoryOf(c.env).revokeKey(c.req.param('id'))) {
      throw new Failure(404, 'unknown-key', 'there is no such signing key', { field: 'id' });
    }
    keyMemory(c.env).forget();
    return c.body(null, 204);
  });

function pageOf(rows: SigningKeyRow[]): { items: SigningKeyResource[] } {
  return {
    items: rows.map(({ id, createdAtMs, retiresAtMs }) => ({
      id,
      createdAt: new Date(createdAtMs).toISOString(),
      ...(retiresAtMs === null ? {} : { retiresAt: new Date(retiresAtMs).toISOString() }),
    })),
  };
}
