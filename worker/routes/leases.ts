/**
 * `/api/leases` and `/api/channels/:name/leases`: rental of channels. The owner's; a tenant's token reads its own.
 */
import { type Context, Hono } from 'hono';
import { admit } from '../channel-gate.ts';
import { takeBody, takeQuery } from '../input.ts';
import { PageQuery } from '../../protocol/page.ts';
import { toHex } from '../../protocol/bytes.ts';
import {
  LeaseEdit,
  LeaseFilter,
  LeaseQuery,
  type LeaseResource,
  NewLease,
  NewLeaseOfChannel,
} from '../../protocol/lease.ts';
import { allow } from '../access/allow.ts';
import { directoryOf, type Env } from '../env.ts';
import { Failure } from '../failure.ts';
import { askLeaseDesk } from '../lease-desk.ts';
import { pageIn } from '../page.ts';
import { leaseDaysCsv, leasesCsv } from '../report/lease-csv.ts';
import { valueOf } from './tenants.ts';

type Asked = Context<{ Bindings: Env }>;

export const leases = new Hono<{ Bindings: Env }>()
  .get('/', takeQuery(LeaseQuery), async (c) => {
    const { limit, after, ...filter } = c.req.valid('query');
    return c.json(pageIn(await visible(c, filter), ({ id }) => id, { limit, after }));
  })
  .post('/', admit('owner'), takeBody(NewLease), async (c) => {
    const terms = c.req.valid('json');
    return c.json({ lease: await add(c.env, terms) }, 201);
  })
  .get('/use.csv', takeQuery(LeaseFilter), async (c) => {
    return csvAnswer('leases.csv', leasesCsv(await visible(c, c.req.valid('query'))));
  })
  .get('/:id', async (c) => c.json({ lease: await one(c, c.req.param('id')) }))
  .patch('/:id', admit('owner'), takeBody(LeaseEdit), async (c) => {
    const edit = c.req.valid('json');
    return c.json({ lease: valueOf(await askLeaseDesk(c.env, 'editLease', c.req.param('id'), edit)) });
  })
  .post('/:id/revoke', admit('owner'), async (c) => {
    return c.json({ lease: valueOf(await askLeaseDesk(c.env, 'revokeLease', c.req.param('id'))) });
  })
  .delete('/:id', admit('owner'), async (c) => {
    valueOf(await askLeaseDesk(c.env, 'removeLease', c.req.param('id')));
    return c.body(null, 204);
  })
  .get('/:id/use', async (c) => {
    const lease = await one(c, c.req.param('id'));
    return c.json({ lease, days: await askLeaseDesk(c.env, 'leaseDays', lease.id) ?? [] });
  })
  .get('/:id/use.csv', async (c) => {
    const lease = await one(c, c.req.param('id'));
    const days = await askLeaseDesk(c.env, 'leaseDays', lease.id) ?? [];
    return csvAnswer(`lease-${lease.id}.csv`, leaseDaysCsv(lease, days));
  });

/** Below `/api/channels/:name/leases`. */
export const channelLeases = new Hono<{ Bindings: Env }>()
  .get('/:name/leases', takeQuery(PageQuery), async (c) => {
    const all = await visible(c, { channel: c.req.param('name') });
    return c.json(pageIn(all, ({ id }) => id, c.req.valid('query')));
  })
  .post('/:name/leases', admit('owner'), takeBody(NewLeaseOfChannel), async (c) => {
    const terms = c.req.valid('json');
    return c.json({ lease: await add(c.env, { ...terms, channel: c.req.param('name') }) }, 201);
  });

/** Leases that the caller may see, newest first. */
async function visible(
  c: Asked,
  filter: LeaseFilter,
): Promise<LeaseResource[]> {
  const { tenant } = await allow({ to: 'admin', role: 'reports', tenants: true }, c.req.raw, c.env);
  return (await askLeaseDesk(c.env, 'listLeases', { ...filter, ...(tenant ? { tenant } : {}) }))
    .map((lease) => tenant ? forTenant(lease) : lease);
}

async function one(c: Asked, id: string): Promise<LeaseResource> {
  const { tenant } = await allow({ to: 'admin', role: 'reports', tenants: true }, c.req.raw, c.env);
  const lease = await askLeaseDesk(c.env, 'lease', id);
  if (!lease || (tenant !== undefined && lease.tenant !== tenant)) {
    throw new Failure(404, 'unknown-lease', 'there is no such lease', { field: 'id' });
  }
  return tenant === undefined ? lease : forTenant(lease);
}

/** The price note is the owner's. */
function forTenant(lease: LeaseResource): LeaseResource {
  return { ...lease, priceNote: '' };
}

async function add(env: Env, terms: NewLease): Promise<LeaseResource> {
  if (!await directoryOf(env).get(terms.channel)) {
    throw new Failure(404, 'unknown-channel', 'there is no such channel', { field: 'channel' });
  }
  const id = toHex(crypto.getRandomValues(new Uint8Array(8)));
  return valueOf(await askLeaseDesk(env, 'addLease', terms, id));
}

function csvAnswer(name: string, text: string): Response {
  return new Response(text, {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
    },
  });
}
