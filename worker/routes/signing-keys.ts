/** `/api/keys`: the keys that sign tokens, by id and time. Public halves are at `/.well-known/jwks.json`. */
import { Hono } from 'hono';
import { admit } from '../channel-gate.ts';
import { takeBody } from '../input.ts';
import { KeyRotation, type SigningKeyResource } from '../../protocol/access.ts';
import { keyMemory } from '../access/key-set.ts';
import { directoryOf, type Env } from '../env.ts';
import { Failure } from '../failure.ts';
import type { SigningKeyRow } from '../store/signing-keys.ts';

export const signingKeys = new Hono<{ Bindings: Env }>()
  .get('/', admit('operator'), async (c) => {
    return c.json(pageOf(await directoryOf(c.env).signingKeys()));
  })
  .post('/rotate', admit('owner'), takeBody(KeyRotation), async (c) => {
    const { overlapS } = c.req.valid('json');
    const rows = await directoryOf(c.env).rotateKeys(overlapS * 1000);
    keyMemory(c.env).forget();
    return c.json(pageOf(rows));
  })
  .delete('/:id', admit('owner'), async (c) => {
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
