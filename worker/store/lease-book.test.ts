import { expect, test } from 'vitest';
import { emptyLeaseUse, type NewLease } from '../../protocol/lease.ts';
import { LeaseBook, type Result } from './lease-book.ts';

const DAY = 24 * 3600 * 1000;
const T0 = Date.parse('2026-12-01T00:00:00Z');
const at = (days: number) => new Date(T0 + days * DAY).toISOString();

function terms(edit: Partial<NewLease> = {}): NewLease {
  return {
    channel: 'sport',
    tenant: 'acme',
    kind: 'share',
    from: at(1),
    until: at(2),
    viewerQuota: null,
    bandwidthGB: null,
    sites: [],
    priceNote: '',
    ...edit,
  };
}

function bookWith(...leases: Partial<NewLease>[]): LeaseBook {
  const book = new LeaseBook({ tenants: {}, leases: {} });
  for (const name of ['acme', 'other']) value(book.addTenant({ name, note: '' }, T0));
  leases.forEach((lease, i) => value(book.add(terms(lease), `l${i + 1}`, T0)));
  return book;
}

function value<T>(result: Result<T>): T {
  if ('refusal' in result) throw new Error(result.refusal.message);
  return result.value;
}

function codeOf<T>(result: Result<T>): string {
  return 'refusal' in result ? result.refusal.code : 'ok';
}

test('a lease is upcoming, current, and ended, by the clock alone', () => {
  const book = bookWith({});
  const state = (days: number) => book.get('l1', T0 + days * DAY)?.state;
  expect([state(0), state(1), state(1.99), state(2)]).toEqual(['upcoming', 'current', 'current', 'ended']);
  expect(book.termsOf('sport', T0)).toMatchObject([{ id: 'l1', fromMs: T0 + DAY, untilMs: T0 + 2 * DAY }]);
  expect(book.termsOf('sport', T0 + 2 * DAY)).toEqual([]);
  expect(book.nextMs(T0)).toBe(T0 + DAY);
  expect(book.nextMs(T0 + DAY)).toBe(T0 + 2 * DAY);
});

test('of restored leases those are ended that ran out since, not those that were over then or were ended here', () => {
  const backup = bookWith({}, { channel: 'news' }).backup();
  const fresh = new LeaseBook({ tenants: {}, leases: {} });
  fresh.restoreLeases(backup.leases, T0 + 3 * DAY, T0 + 4 * DAY);
  expect(fresh.unclosed(T0 + 4 * DAY)).toEqual([]);
  const later = new LeaseBook({ tenants: {}, leases: {} });
  later.restoreLeases(backup.leases, T0 + DAY, T0 + 4 * DAY);
  expect(later.unclosed(T0 + 4 * DAY)).toMatchObject([{ lease: { id: 'l1' } }, { lease: { id: 'l2' } }]);
  later.setClosed('l1');
  later.restoreLeases(backup.leases, T0 + DAY, T0 + 4 * DAY);
  expect(later.unclosed(T0 + 4 * DAY)).toMatchObject([{ lease: { id: 'l2' } }]);
});

test('a revoked lease is over at once, and stays so', () => {
  const book = bookWith({});
  expect(value(book.revoke('l1', T0 + 1.5 * DAY))).toMatchObject({ state: 'revoked', revokedAt: at(1.5) });
  expect(book.termsOf('sport', T0 + 1.5 * DAY)).toEqual([]);
  expect(codeOf(book.edit('l1', { until: at(9) }, T0 + 1.5 * DAY))).toBe('lease-ended');
});

test('the end of a lease is told once', () => {
  const book = bookWith({});
  expect(book.unclosed(T0 + DAY)).toEqual([]);
  expect(book.unclosed(T0 + 2 * DAY)).toMatchObject([{ lease: { id: 'l1' }, why: 'ended' }]);
  book.setClosed('l1');
  expect(book.unclosed(T0 + 3 * DAY)).toEqual([]);
  expect(book.nextMs(T0)).toBeUndefined();
});

test('one tenant holds one lease of a channel at a time, and one tenant the whole channel', () => {
  const book = bookWith({ kind: 'channel' });
  const add = (edit: Partial<NewLease>) => codeOf(book.add(terms(edit), `n${Math.random()}`, T0));
  expect(add({})).toBe('lease-overlaps');
  expect(add({ tenant: 'other', kind: 'channel', from: at(1.5), until: at(3) })).toBe('lease-overlaps');
  expect(add({ tenant: 'other' })).toBe('ok');
  expect(add({ from: at(2), until: at(3) })).toBe('ok');
  expect(add({ channel: 'news' })).toBe('ok');
});

test('bad times, unknown tenants and names that are taken are refused with their field', () => {
  const book = bookWith();
  expect(book.add(terms({ until: at(1) }), 'x', T0)).toMatchObject({
    refusal: { code: 'bad-field', field: 'until' },
  });
  expect(book.add(terms(), 'x', T0 + 5 * DAY)).toMatchObject({ refusal: { field: 'until' } });
  expect(codeOf(book.add(terms({ tenant: 'nobody' }), 'x', T0))).toBe('unknown-tenant');
  expect(codeOf(book.add(terms({ tenant: 'constructor' }), 'x', T0))).toBe('unknown-tenant');
  expect(codeOf(book.addTenant({ name: 'acme', note: '' }, T0))).toBe('name-taken');
});

test('a lease whose bandwidth is used up is spent, until it is given more', () => {
  const book = bookWith({ bandwidthGB: 1 });
  const used = (deliveredBytes: number) =>
    book.setUse({ l1: { viewers: 3, use: { ...emptyLeaseUse(), deliveredBytes } } });
  const now = T0 + 1.5 * DAY;
  expect(used(0.9e9)).toBe(false);
  expect(used(1e9)).toBe(true);
  expect(used(1.1e9)).toBe(false);
  expect(book.get('l1', now)).toMatchObject({ state: 'spent', viewersNow: 3 });
  expect(book.termsOf('sport', now)).toMatchObject([{ spent: true }]);
  expect(value(book.edit('l1', { bandwidthGB: 2 }, now)).state).toBe('current');
});

test('a tenant with leases that run stays, and goes with those that are over', () => {
  const book = bookWith({});
  expect(codeOf(book.removeTenant('acme', T0))).toBe('tenant-has-leases');
  expect(codeOf(book.remove('l1', T0))).toBe('lease-current');
  value(book.revoke('l1', T0));
  expect(codeOf(book.removeTenant('acme', T0))).toBe('ok');
  expect(book.get('l1', T0)).toBeUndefined();
});

test('what is handed out is a copy: changing it changes no lease', () => {
  const book = bookWith({ sites: ['a.example'] });
  book.get('l1', T0)!.sites.push('evil.example');
  expect(book.get('l1', T0)!.sites).toEqual(['a.example']);
});
