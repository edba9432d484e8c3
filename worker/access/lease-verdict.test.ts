import { expect, test } from 'vitest';
import type { LeaseTerms } from '../../protocol/lease.ts';
import { leaseVerdict } from './lease-verdict.ts';

const lease = (terms: Partial<LeaseTerms> = {}): LeaseTerms => ({
  id: 'l1',
  tenant: 'acme',
  kind: 'share',
  fromMs: 1000,
  untilMs: 2000,
  viewerQuota: null,
  sites: [],
  spent: false,
  viewers: 0,
  ...terms,
});

test('a viewer whom no lease concerns watches by the rules of the channel alone', () => {
  expect(leaseVerdict([], {}, 1500)).toEqual({ ok: true });
  expect(leaseVerdict([lease()], {}, 1500)).toEqual({ ok: true });
  expect(leaseVerdict([lease({ sites: ['a.example'] })], { site: 'https://b.example' }, 1500)).toEqual({
    ok: true,
  });
});

test("a tenant's token is good from the lease's first moment and not at its last", () => {
  const asker = { tenant: 'acme' };
  expect(leaseVerdict([lease()], asker, 999)).toEqual({ ok: false, code: 'lease-ended' });
  expect(leaseVerdict([lease()], asker, 1000)).toEqual({ ok: true, lease: 'l1', untilMs: 2000 });
  expect(leaseVerdict([lease()], asker, 1999)).toMatchObject({ ok: true });
  expect(leaseVerdict([lease()], asker, 2000)).toEqual({ ok: false, code: 'lease-ended' });
  expect(leaseVerdict([], asker, 1500)).toEqual({ ok: false, code: 'lease-ended' });
});

test("another tenant's lease helps nobody", () => {
  expect(leaseVerdict([lease({ tenant: 'other' })], { tenant: 'acme' }, 1500)).toMatchObject({
    code: 'lease-ended',
  });
});

test("who comes through a tenant's site is his viewer without a token", () => {
  const leases = [lease({ sites: ['www.acme.example', '*.shows.example'] })];
  expect(leaseVerdict(leases, { site: 'https://www.acme.example' }, 1500)).toMatchObject({
    ok: true,
    lease: 'l1',
  });
  expect(leaseVerdict(leases, { site: 'https://a.b.shows.example' }, 1500)).toMatchObject({ lease: 'l1' });
  expect(leaseVerdict(leases, { site: 'https://shows.example' }, 1500)).toEqual({ ok: true });
  expect(leaseVerdict(leases, { site: 'https://evilshows.example' }, 1500)).toEqual({ ok: true });
});

test("a tenant's token shows nothing outside of the lease's sites", () => {
  const leases = [lease({ sites: ['www.acme.example'] })];
  for (const site of ['https://elsewhere.example', 'null', undefined]) {
    expect(leaseVerdict(leases, { tenant: 'acme', ...(site ? { site } : {}) }, 1500)).toEqual({
      ok: false,
      code: 'site-not-allowed',
    });
  }
});

test('a full or spent lease lets nobody else in, and leaves the channel to its own viewers', () => {
  for (const terms of [{ viewerQuota: 2, viewers: 2 }, { spent: true }]) {
    expect(leaseVerdict([lease(terms)], { tenant: 'acme' }, 1500)).toEqual({
      ok: false,
      code: 'quota-reached',
    });
    expect(leaseVerdict([lease(terms)], {}, 1500)).toEqual({ ok: true });
  }
  expect(leaseVerdict([lease({ viewerQuota: 2, viewers: 1 })], { tenant: 'acme' }, 1500)).toMatchObject({
    ok: true,
  });
});

test('a lease of the whole channel makes everybody its viewer', () => {
  const leases = [lease({ kind: 'channel', viewerQuota: 1, viewers: 1 })];
  expect(leaseVerdict(leases, {}, 1500)).toMatchObject({ code: 'quota-reached' });
  expect(leaseVerdict([lease({ kind: 'channel' })], {}, 1500)).toMatchObject({ lease: 'l1' });
  const onSites = [lease({ kind: 'channel', sites: ['a.example'] })];
  expect(leaseVerdict(onSites, { site: 'https://b.example' }, 1500)).toMatchObject({
    code: 'site-not-allowed',
  });
});
