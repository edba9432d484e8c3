/**
 * Lease desk: the one object that holds tenants and leases, begins and ends them on time, and sums up their use.
 *
 * The one object on itty-durable, which suits small, rare JSON state: every own field but `state` is kept as one
 * value. Its rules: `persist()` is awaited before anything is answered, an alarm loads the state itself first (only
 * `fetch` does so by nature), no sockets, and arguments and answers are JSON. The book's decisions are in
 * store/lease-book.ts; callers go through worker/lease-desk.ts.
 */
import { createDurable } from 'itty-durable/itty-durable.js';
import type { LeaseBackup, TenantBackup } from '../../protocol/backup.ts';
import type { LeaseDay, LeaseEdit, LeaseResource, NewLease, TenantResource } from '../../protocol/lease.ts';
import { channelOf, directoryOf, type Env, hooksOf } from '../env.ts';
import { LeaseBook, type LeaseBookState, type Result } from '../store/lease-book.ts';

/** While a lease runs, its use is asked for this often. */
const COUNT_MS = 30_000;
/** An object that could not be told is told again after this. */
const RETRY_MS = 1000;

/** What itty-durable hangs on its objects beside the platform's own state. */
interface IttyState {
  storage: DurableObjectStorage;
  env: Env;
}

export class LeaseDesk extends createDurable() {
  /** Kept. */
  tenants: LeaseBookState['tenants'] = {};
  /** Kept. */
  leases: LeaseBookState['leases'] = {};
  /** Kept: channels whose card does not know their leases as they are now. */
  untold: string[] = [];

  async listTenants(): Promise<TenantResource[]> {
    return this.#book().tenants();
  }

  async addTenant(tenant: { name: string; title?: string; note: string }): Promise<Result<TenantResource>> {
    return await this.#kept(this.#book().addTenant(tenant, Date.now()));
  }

  async editTenant(name: string, edit: { title?: string; note?: string }): Promise<Result<TenantResource>> {
    return await this.#kept(this.#book().editTenant(name, edit));
  }

  async removeTenant(name: string): Promise<Result<true>> {
    return await this.#kept(this.#book().removeTenant(name, Date.now()));
  }

  async listLeases(filter: { channel?: string; tenant?: string }): Promise<LeaseResource[]> {
    return this.#book().list(filter, Date.now());
  }

  /** Null: there is no such lease. */
  async lease(id: string): Promise<LeaseResource | null> {
    return this.#book().get(id, Date.now()) ?? null;
  }

  async addLease(terms: NewLease, id: string): Promise<Result<LeaseResource>> {
    return await this.#changed(this.#book().add(terms, id, Date.now()));
  }

  async editLease(id: string, edit: LeaseEdit): Promise<Result<LeaseResource>> {
    return await this.#changed(this.#book().edit(id, edit, Date.now()));
  }

  async revokeLease(id: string): Promise<Result<LeaseResource>> {
    return await this.#changed(this.#book().revoke(id, Date.now()));
  }

  /** The channel is about to be deleted: its leases end, with what was used of them, and no later channel has them. */
  async revokeChannel(channel: string): Promise<true> {
    this.#book().revokeChannel(channel, Date.now());
    this.#tellLater([channel]);
    await this.#work();
    return true;
  }

  async removeLease(id: string): Promise<Result<true>> {
    return await this.#kept(this.#book().remove(id, Date.now()));
  }

  /** Day by day, counted up to now; null: there is no such lease. */
  async leaseDays(id: string): Promise<LeaseDay[] | null> {
    const lease = this.#book().get(id, Date.now());
    return lease ? await channelOf(this.#env, lease.channel).leaseDays(id) : null;
  }

  /** Everything but what was used. */
  async backup(): Promise<{ tenants: TenantBackup[]; leases: LeaseBackup[] }> {
    return this.#book().backup();
  }

  /** Puts tenants of a backup beside what there is; same names are replaced. */
  async restoreTenants(tenants: TenantBackup[]): Promise<true> {
    this.#book().restoreTenants(tenants);
    await this.persist();
    return true;
  }

  /** The same of leases, by their ids; the backup was made at `madeMs`. */
  async restoreLeases(leases: LeaseBackup[], madeMs: number): Promise<true> {
    this.#book().restoreLeases(leases, madeMs, Date.now());
    this.#tellLater(leases.map(({ channel }) => channel));
    await this.#work();
    return true;
  }

  /** Counts what was used, ends what is over, and tells whom it concerns. */
  async alarm(): Promise<void> {
    await this.loadFromStorage();
    const nowMs = Date.now();
    for (const channel of this.#book().channelsInUse(nowMs)) {
      const uses = await channelOf(this.#env, channel).leaseTotals().catch(() => undefined);
      if (uses && this.#book().setUse(uses)) this.#tellLater([channel]);
    }
    await this.#work();
  }

  get #env(): Env {
    return (this.state as unknown as IttyState).env;
  }

  #book(): LeaseBook {
    return new LeaseBook({ tenants: this.tenants, leases: this.leases });
  }

  async #kept<T>(result: Result<T>): Promise<Result<T>> {
    if ('value' in result) await this.persist();
    return result;
  }

  async #changed(result: Result<LeaseResource>): Promise<Result<LeaseResource>> {
    if ('refusal' in result) return result;
    this.#tellLater([result.value.channel]);
    await this.#work();
    return result;
  }

  #tellLater(channels: string[]): void {
    this.untold = [...new Set([...this.untold, ...channels])];
  }

  /** Keeps the state first: what is told below can be told again after a restart. */
  async #work(): Promise<void> {
    const book = this.#book();
    const ended = book.unclosed(Date.now());
    this.#tellLater(ended.map(({ lease }) => lease.channel));
    await this.persist();
    for (const channel of [...this.untold]) {
      const told = await channelOf(this.#env, channel).setLeases(book.termsOf(channel, Date.now()))
        .then(() => true, () => false);
      if (told) this.untold = this.untold.filter((one) => one !== channel);
    }
    for (const { lease, why } of ended) {
      if (this.untold.includes(lease.channel)) continue;
      const uses = await channelOf(this.#env, lease.channel).leaseTotals([lease.id]).catch(() => undefined);
      if (uses) book.setUse(uses);
      if (lease.kind === 'channel') {
        const reason = why === 'revoked' ? 'the lease was revoked' : 'the lease is over';
        await directoryOf(this.#env).stop(lease.channel, reason);
      }
      book.setClosed(lease.id);
      const { id, channel, tenant } = lease;
      await hooksOf(this.#env).happened({ type: 'lease.ended', channel, data: { lease: id, tenant, why } });
    }
    await this.persist();
    await this.#arm(book);
  }

  async #arm(book: LeaseBook): Promise<void> {
    const nowMs = Date.now();
    const times = [
      book.nextMs(nowMs),
      book.channelsInUse(nowMs).length > 0 ? nowMs + COUNT_MS : undefined,
      this.untold.length > 0 ? nowMs + RETRY_MS : undefined,
    ].filter((ms) => ms !== undefined);
    const { storage } = this.state as unknown as IttyState;
    if (times.length > 0) await storage.setAlarm(Math.min(...times));
    else await storage.deleteAlarm();
  }
}
