/** `/api/tenants`: who rents. The owner's alone. */
import { Hono } from 'hono';
import { takeBody, takeQuery } from '../input.ts';
import { PageQuery } from '../../protocol/page.ts';
import { NewTenant, TenantEdit } from '../../protocol/lease.ts';
import { allow } from '../access/allow.ts';
import type { Env } from '../env.ts';
import { Failure } from '../failure.ts';
import { askLeaseDesk } from '../lease-desk.ts';
import { pageIn } from '../page.ts';
import type { Result } from '../store/lease-book.ts';

export const tenants = new Hono<{ Bindings: Env }>()
  .use(async (c, next) => {
    await allow({ to: 'admin', role: 'owner' }, c.req.raw, c.env);
    await next();
  })
  .get('/', takeQuery(PageQuery), async (c) => {
    const all = await askLeaseDesk(c.env, 'listTenants');
    return c.json(pageIn(all, ({ name }) => name, c.req.valid('query')));
  })
  .post('/', takeBody(NewTenant), async (c) => {
    const tenant = c.req.valid('json');
    return c.json({ tenant: valueOf(await askLeaseDesk(c.env, 'addTenant', tenant)) }, 201);
  })
  .get('/:name', async (c) => {
    const tenant = (await askLeaseDesk(c.env, 'listTenants')).find(({ name }) =>
      name === c.req.param('name')
    );
    if (!tenant) throw new Failure(404, 'unknown-tenant', 'there is no such tenant', { field: 'name' });
    return c.json({ tenant });
  })
  .patch('/:name', takeBody(TenantEdit), async (c) => {
    const edit = c.req.valid('json');
    return c.json({ tenant: valueOf(await askLeaseDesk(c.env, 'editTenant', c.req.param('name'), edit)) });
  })
  .delete('/:name', async (c) => {
    valueOf(await askLeaseDesk(c.env, 'removeTenant', c.req.param('name')));
    return c.body(null, 204);
  });

/** The value, or what refused it as a Failure. */
export function valueOf<T>(result: Result<T>): T {
  if ('value' in result) return result.value;
  const { status, code, field, message } = result.refusal;
  throw new Failure(status, code, message, field === undefined ? {} : { field });
}
