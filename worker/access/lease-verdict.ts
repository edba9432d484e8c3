/**
 * What the leases of a channel mean for one viewer. Pure: the join asks it with the card's leases, the license check
 * with the same, so that both say the same thing. docs/rental.md has it in words.
 */
import type { LeaseTerms } from '../../protocol/lease.ts';
import { allowsSite } from '../../protocol/site.ts';

/** What is known of who asks. */
export interface LeaseAsker {
  /** Claim `tenant` of the playback token. */
  tenant?: string;
  /** Origin of the page that shows the player, as `https://www.example.org`. */
  site?: string;
}

export type LeaseVerdict =
  /** May watch; `lease` when it is as somebody's tenant's viewer, and then no longer than `untilMs`. */
  | { ok: true; lease?: string; untilMs?: number }
  | { ok: false; code: 'lease-ended' | 'quota-reached' | 'site-not-allowed' };

/**
 * A token's tenant counts first, then the site, then a lease of the whole channel. Who comes by none of them is the
 * channel's own viewer: leases do not concern him.
 */
export function leaseVerdict(
  leases: readonly LeaseTerms[],
  { tenant, site }: LeaseAsker,
  nowMs: number,
): LeaseVerdict {
  const current = leases.filter(({ fromMs, untilMs }) => fromMs <= nowMs && nowMs < untilMs);
  const lease = tenant === undefined
    ? current.find(({ sites }) => matchesSite(sites, site)) ?? current.find(({ kind }) => kind === 'channel')
    : current.find((one) => one.tenant === tenant);
  if (!lease) return tenant === undefined ? { ok: true } : { ok: false, code: 'lease-ended' };
  if (lease.sites.length > 0 && !matchesSite(lease.sites, site)) {
    return { ok: false, code: 'site-not-allowed' };
  }
  const isFull = lease.viewerQuota !== null && lease.viewers >= lease.viewerQuota;
  if (lease.spent || isFull) return { ok: false, code: 'quota-reached' };
  return { ok: true, lease: lease.id, untilMs: lease.untilMs };
}

function matchesSite(sites: readonly string[], site: string | undefined): boolean {
  return site !== undefined && sites.length > 0 && allowsSite(sites, site);
}
