/**
 * The lease desk's book: tenants and leases, as plain JSON that the object keeps. Pure: times come in, refusals come
 * out by code.
 */
import type { LeaseBackup, TenantBackup } from '../../protocol/backup.ts';
import {
  emptyLeaseUse,
  type LeaseEdit,
  type LeaseResource,
  type LeaseState,
  type LeaseTerms,
  type LeaseUse,
  type NewLease,
  type TenantResource,
} from '../../protocol/lease.ts';

/** The object keeps the whole book as one value, which may be 2 MB: these stay well below. */
const MOST_TENANTS = 1000;
const MOST_LEASES = 3000;

/** A lease as it is kept. */
export interface KeptLease extends NewLease {
  id: string;
  createdAtMs: number;
  revokedAtMs?: number;
  /** Its bandwidth is used up. */
  spent: boolean;
  /** Everybody whom its end concerns has been told. */
  isClosed: boolean;
  viewersNow: number;
  use: LeaseUse;
}

export interface LeaseBookState {
  tenants: Record<string, TenantResource>;
  leases: Record<string, KeptLease>;
}

/** Why something was not done: code, field and rule as the API tells them. */
export interface Refusal {
  status: 400 | 404 | 409;
  code: string;
  field?: string;
  message: string;
}
export type Result<T> = { value: T } | { refusal: Refusal };

/** A lease whose end has to be told: to its channel, by webhook. */
export interface EndedLease {
  lease: LeaseResource;
  why: 'ended' | 'revoked';
}

export class LeaseBook {
  readonly #state: LeaseBookState;

  constructor(state: LeaseBookState) {
    this.#state = state;
  }

  tenants(): TenantResource[] {
    return Object.values(this.#state.tenants).sort((a, b) => a.name < b.name ? -1 : 1);
  }

  tenant(name: string): TenantResource | undefined {
    return Object.hasOwn(this.#state.tenants, name) ? this.#state.tenants[name] : undefined;
  }

  addTenant(tenant: { name: string; title?: string; note: string }, nowMs: number): Result<TenantResource> {
    const { name, title = name, note } = tenant;
    if (this.tenant(name)) return refused(409, 'name-taken', `a tenant named ${name} exists already`, 'name');
    if (Object.keys(this.#state.tenants).length >= MOST_TENANTS) {
      return refused(409, 'too-many', `there may be ${MOST_TENANTS} tenants at most`);
    }
    const value = { name, title, note, createdAt: new Date(nowMs).toISOString() };
    this.#state.tenants[name] = value;
    return { value };
  }

  editTenant(name: string, edit: { title?: string; note?: string }): Result<TenantResource> {
    const tenant = this.tenant(name);
    if (!tenant) return unknownTenant();
    const value = { ...tenant, ...edit };
    this.#state.tenants[name] = value;
    return { value };
  }

  /** Refused while the tenant has leases that are not over. */
  removeTenant(name: string, nowMs: number): Result<true> {
    if (!this.tenant(name)) return unknownTenant();
    const held = this.#all().filter(({ tenant }) => tenant === name);
    if (held.some((lease) => !isOver(lease, nowMs))) {
      return refused(409, 'tenant-has-leases', 'revoke the leases of this tenant first');
    }
    for (const { id } of held) delete this.#state.leases[id];
    delete this.#state.tenants[name];
    return { value: true };
  }

  add(terms: NewLease, id: string, nowMs: number): Result<LeaseResource> {
    if (!this.tenant(terms.tenant)) return unknownTenant();
    const wrong = this.#check(terms, undefined, nowMs);
    if (wrong) return { refusal: wrong };
    if (this.#all().length >= MOST_LEASES) {
      return refused(
        409,
        'too-many',
        `there may be ${MOST_LEASES} leases at most: delete some that are over`,
      );
    }
    const lease: KeptLease = {
      ...terms,
      id,
      createdAtMs: nowMs,
      spent: false,
      isClosed: false,
      viewersNow: 0,
      use: emptyLeaseUse(),
    };
    this.#state.leases[id] = lease;
    return { value: resourceOf(lease, nowMs) };
  }

  get(id: string, nowMs: number): LeaseResource | undefined {
    const lease = this.#kept(id);
    return lease && resourceOf(lease, nowMs);
  }

  /** Newest first. */
  list(filter: { channel?: string; tenant?: string }, nowMs: number): LeaseResource[] {
    const { channel, tenant } = filter;
    return this.#all()
      .filter((lease) => channel === undefined || lease.channel === channel)
      .filter((lease) => tenant === undefined || lease.tenant === tenant)
      .sort((a, b) => b.createdAtMs - a.createdAtMs || (a.id < b.id ? 1 : -1))
      .map((lease) => resourceOf(lease, nowMs));
  }

  edit(id: string, edit: LeaseEdit, nowMs: number): Result<LeaseResource> {
    const lease = this.#kept(id);
    if (!lease) return unknownLease();
    if (isOver(lease, nowMs)) {
      return refused(409, 'lease-ended', 'this lease is over; make a new one');
    }
    const next = { ...lease, ...edit };
    const wrong = this.#check(next, id, nowMs);
    if (wrong) return { refusal: wrong };
    next.spent = isSpent(next);
    this.#state.leases[id] = next;
    return { value: resourceOf(next, nowMs) };
  }

  revoke(id: string, nowMs: number): Result<LeaseResource> {
    const lease = this.#kept(id);
    if (!lease) return unknownLease();
    if (!isOver(lease, nowMs)) lease.revokedAtMs = nowMs;
    return { value: resourceOf(lease, nowMs) };
  }

  /** All leases of a channel that are not over. */
  revokeChannel(channel: string, nowMs: number): void {
    for (const lease of this.#all()) if (lease.channel === channel) this.revoke(lease.id, nowMs);
  }

  /** Only of a lease that is over. */
  remove(id: string, nowMs: number): Result<true> {
    const lease = this.#kept(id);
    if (!lease) return unknownLease();
    if (!isOver(lease, nowMs)) return refused(409, 'lease-current', 'revoke this lease first');
    delete this.#state.leases[id];
    return { value: true };
  }

  backup(): { tenants: TenantBackup[]; leases: LeaseBackup[] } {
    return {
      tenants: this.tenants(),
      leases: this.#all().map(({ spent: _, isClosed: __, viewersNow: ___, use: ____, ...lease }) => lease),
    };
  }

  restoreTenants(tenants: TenantBackup[]): void {
    for (const tenant of tenants) this.#state.tenants[tenant.name] = tenant;
  }

  /**
   * What was used of a lease that is there already stays. The end of one that was over when the backup was made
   * (`madeMs`), or was told here before, is not told again: it would stop a channel that others have by now.
   */
  restoreLeases(leases: LeaseBackup[], madeMs: number, nowMs: number): void {
    for (const lease of leases) {
      const known = this.#kept(lease.id);
      const { use = emptyLeaseUse(), viewersNow = 0 } = known ?? {};
      const kept: KeptLease = { ...lease, spent: false, isClosed: false, viewersNow, use };
      kept.spent = isSpent(kept);
      kept.isClosed = isOver(kept, nowMs) && (known?.isClosed === true || isOver(kept, madeMs));
      this.#state.leases[lease.id] = kept;
    }
  }

  /** What a channel's card is to know: leases that are not over. */
  termsOf(channel: string, nowMs: number): LeaseTerms[] {
    return this.#all().filter((lease) => lease.channel === channel && !isOver(lease, nowMs)).map((lease) => ({
      id: lease.id,
      tenant: lease.tenant,
      kind: lease.kind,
      fromMs: Date.parse(lease.from),
      untilMs: Date.parse(lease.until),
      viewerQuota: lease.viewerQuota,
      sites: lease.sites,
      spent: lease.spent,
      viewers: lease.viewersNow,
    }));
  }

  /** Channels with a lease that runs now: their use has to be counted. */
  channelsInUse(nowMs: number): string[] {
    const current = this.#all().filter((lease) => !isOver(lease, nowMs) && Date.parse(lease.from) <= nowMs);
    return [...new Set(current.map(({ channel }) => channel))];
  }

  /** Sums so far, of any of the leases. Answers whether one of them has used up its bandwidth just now. */
  setUse(uses: Record<string, { viewers: number; use: LeaseUse }>): boolean {
    let news = false;
    for (const [id, { viewers, use }] of Object.entries(uses)) {
      const lease = this.#kept(id);
      if (!lease) continue;
      lease.viewersNow = viewers;
      lease.use = use;
      if (lease.spent || !isSpent(lease)) continue;
      lease.spent = true;
      news = true;
    }
    return news;
  }

  /** Leases that are over and whose end nobody was told of yet. */
  unclosed(nowMs: number): EndedLease[] {
    return this.#all().filter((lease) => !lease.isClosed && isOver(lease, nowMs)).map((lease) => ({
      lease: resourceOf(lease, nowMs),
      why: lease.revokedAtMs === undefined ? 'ended' : 'revoked',
    }));
  }

  setClosed(id: string): void {
    const lease = this.#kept(id);
    if (!lease) return;
    lease.isClosed = true;
    lease.viewersNow = 0;
  }

  /** When the next lease begins or ends, if ever. */
  nextMs(nowMs: number): number | undefined {
    const times = this.#all().filter((lease) => !lease.isClosed)
      .flatMap(({ from, until }) => [Date.parse(from), Date.parse(until)])
      .filter((ms) => ms > nowMs);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  #check(terms: NewLease, id: string | undefined, nowMs: number): Refusal | undefined {
    const [from, until] = [Date.parse(terms.from), Date.parse(terms.until)];
    if (until <= from) return rule('until', 'until must be after from');
    if (until <= nowMs) return rule('until', 'until must lie in the future');
    const clash = this.#all().find((other) =>
      other.id !== id && other.channel === terms.channel && !isOver(other, nowMs) &&
      (other.tenant === terms.tenant || (other.kind === 'channel' && terms.kind === 'channel')) &&
      Date.parse(other.from) < until && from < Date.parse(other.until)
    );
    if (!clash) return undefined;
    const message = clash.tenant === terms.tenant
      ? 'this tenant holds a lease of this channel for that time already'
      : 'the whole channel is let to another tenant for that time';
    return { status: 409, code: 'lease-overlaps', field: 'from', message };
  }

  #kept(id: string): KeptLease | undefined {
    return Object.hasOwn(this.#state.leases, id) ? this.#state.leases[id] : undefined;
  }

  #all(): KeptLease[] {
    return Object.values(this.#state.leases);
  }
}

function isOver(lease: KeptLease, nowMs: number): boolean {
  return lease.revokedAtMs !== undefined || Date.parse(lease.until) <= nowMs;
}

function isSpent({ bandwidthGB, use }: KeptLease): boolean {
  return bandwidthGB !== null && use.deliveredBytes >= bandwidthGB * 1e9;
}

function stateOf(lease: KeptLease, nowMs: number): LeaseState {
  if (lease.revokedAtMs !== undefined) return 'revoked';
  if (isOver(lease, nowMs)) return 'ended';
  if (Date.parse(lease.from) > nowMs) return 'upcoming';
  return lease.spent ? 'spent' : 'current';
}

function resourceOf(lease: KeptLease, nowMs: number): LeaseResource {
  const { createdAtMs, revokedAtMs, spent: _, isClosed: __, ...rest } = lease;
  return {
    ...structuredClone(rest),
    state: stateOf(lease, nowMs),
    createdAt: new Date(createdAtMs).toISOString(),
    ...(revokedAtMs === undefined ? {} : { revokedAt: new Date(revokedAtMs).toISOString() }),
  };
}

function refused(status: Refusal['status'], code: string, message: string, field?: string) {
  return { refusal: { status, code, message, ...(field === undefined ? {} : { field }) } };
}

function rule(field: string, message: string): Refusal {
  return { status: 400, code: 'bad-field', field, message };
}

function unknownTenant() {
  return refused(404, 'unknown-tenant', 'there is no such tenant', 'tenant');
}

function unknownLease() {
  return refused(404, 'unknown-lease', 'there is no such lease', 'id');
}
