/** Tenants, leases, webhooks. */
import {
  LeaseEdit,
  LeaseQuery,
  NewLease,
  NewLeaseOfChannel,
  NewTenant,
  TenantEdit,
} from '../../protocol/lease.ts';
import { PageQuery } from '../../protocol/page.ts';
import { NewSource } from '../../protocol/source.ts';
import { HookEdit, NewHook } from '../../protocol/webhook.ts';
import type { RouteDoc } from './route-doc.ts';

const source = '{source}: SourceResource of protocol/source.ts, or null';
const lease = '{lease}: LeaseResource of protocol/lease.ts';
const leases = 'a page of LeaseResource of protocol/lease.ts';
const tenant = '{tenant}: TenantResource of protocol/lease.ts';
const hook = '{webhook}: HookResource of protocol/webhook.ts';
const csv = { type: 'text/csv', answer: 'RFC 4180' };

const rental: RouteDoc[] = ([
  ['get', '/api/tenants', 'Who rents', { query: PageQuery, answer: 'a page of TenantResource' }],
  ['post', '/api/tenants', 'Add a tenant', { body: NewTenant, status: 201, answer: tenant }],
  ['get', '/api/tenants/{name}', 'One tenant', { answer: tenant }],
  ['patch', '/api/tenants/{name}', 'Edit a tenant', { body: TenantEdit, answer: tenant }],
  ['delete', '/api/tenants/{name}', 'Remove a tenant', { status: 204 }],
  ['get', '/api/leases', 'Leases', { query: LeaseQuery, answer: leases, reads: true }],
  ['post', '/api/leases', 'Rent a channel to a tenant', { body: NewLease, status: 201, answer: lease }],
  ['get', '/api/leases/use.csv', 'Use of all leases as a file', { ...csv, query: LeaseQuery, reads: true }],
  ['get', '/api/leases/{id}', 'One lease', { answer: lease, reads: true }],
  ['patch', '/api/leases/{id}', 'Edit a lease, with effect at once', { body: LeaseEdit, answer: lease }],
  ['delete', '/api/leases/{id}', 'Forget a lease that is over', { status: 204 }],
  ['post', '/api/leases/{id}/revoke', 'End a lease now: its viewers are sent away', { answer: lease }],
  ['get', '/api/leases/{id}/use', 'Use of a lease by day', { answer: '{lease, days}', reads: true }],
  ['get', '/api/leases/{id}/use.csv', 'The same as a file', { ...csv, reads: true }],
  ['get', '/api/channels/{name}/leases', 'Leases of a channel', {
    query: PageQuery,
    answer: leases,
    reads: true,
  }],
  ['post', '/api/channels/{name}/leases', 'Rent this channel', {
    body: NewLeaseOfChannel,
    status: 201,
    answer: lease,
  }],
  ['get', '/api/channels/{name}/source', "Another Shoal's channel as the input of this one", {
    answer: source,
  }],
  ['put', '/api/channels/{name}/source', "Take another Shoal's channel as the input", {
    body: NewSource,
    answer: source,
    note: 'The token is kept sealed and never shown.',
  }],
  ['delete', '/api/channels/{name}/source', 'Take it no longer', { status: 204 }],
] as [RouteDoc['method'], string, string, Partial<RouteDoc> & { reads?: true }][]).map(
  ([method, path, summary, { reads, ...more }]) => ({
    method,
    path,
    tag: 'Rental',
    summary,
    ...(reads ? { role: 'reports' as const, tenants: true as const } : { role: 'owner' as const }),
    ...more,
  }),
);

const hooks: RouteDoc[] = ([
  ['get', '/api/webhooks', 'Webhooks', {
    query: PageQuery,
    answer: 'a page of HookResource of protocol/webhook.ts',
  }],
  ['post', '/api/webhooks', 'Add a webhook; its secret is shown this once', {
    body: NewHook,
    status: 201,
    answer: '{webhook, secret}',
  }],
  ['get', '/api/webhooks/{id}', 'One webhook', { answer: hook }],
  ['patch', '/api/webhooks/{id}', 'Edit a webhook', { body: HookEdit, answer: hook }],
  ['delete', '/api/webhooks/{id}', 'Remove a webhook', { status: 204 }],
  ['post', '/api/webhooks/{id}/secret', 'A new secret; shown this once', { answer: '{secret}' }],
  ['post', '/api/webhooks/{id}/test', 'Send a test event now', {
    answer: '{test}: HookTest of protocol/webhook.ts',
  }],
  ['get', '/api/webhooks/{id}/dead', 'Events that could not be delivered', {
    query: PageQuery,
    answer: 'a page of DeadDelivery',
  }],
  ['delete', '/api/webhooks/{id}/dead', 'Forget them', { status: 204 }],
  ['post', '/api/webhooks/{id}/dead/{delivery}/retry', 'Try one again', { answer: 'what came of it' }],
] as [RouteDoc['method'], string, string, Partial<RouteDoc>][]).map(([method, path, summary, more]) => ({
  method,
  path,
  tag: 'Webhooks',
  summary,
  role: 'owner',
  ...more,
}));

export const rentalDocs: RouteDoc[] = [...rental, ...hooks];
