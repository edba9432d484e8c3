/** Which channels a caller of the admin API may see: everybody all of them, a tenant those that it leases now. */
import type { Env } from '../env.ts';
import { askLeaseDesk } from '../lease-desk.ts';
import type { Caller } from './allow.ts';

export async function maySee(env: Env, caller: Caller, channel: string): Promise<boolean> {
  if (caller.tenant === undefined) return true;
  return (await channelsOf(env, caller.tenant)).has(channel);
}

/** Channels that a tenant leases now. */
export async function channelsOf(env: Env, tenant: string): Promise<Set<string>> {
  const leases = await askLeaseDesk(env, 'listLeases', { tenant });
  const current = leases.filter(({ state }) => state === 'current' || state === 'spent');
  return new Set(current.map(({ channel }) => channel));
}
