/** Use of leases as CSV (RFC 4180). A cell that a spreadsheet would run as a formula is made a text. */
import { stringify } from 'csv-stringify/browser/esm/sync';
import type { LeaseDay, LeaseResource } from '../../protocol/lease.ts';

/** One row a day. */
export function leaseDaysCsv(lease: LeaseResource, days: LeaseDay[]): string {
  const { id, channel, tenant } = lease;
  return csv(days.map((day) => ({ lease: id, channel, tenant, ...day })), [
    ...['lease', 'channel', 'tenant', 'day', 'visits', 'peakViewers', 'viewerSeconds', 'deliveredBytes'],
  ]);
}

/** One row a lease. */
export function leasesCsv(leases: LeaseResource[]): string {
  return csv(leases.map(({ use, ...lease }) => ({ ...lease, ...use, sites: lease.sites.join(' ') })), [
    ...['id', 'channel', 'tenant', 'kind', 'state', 'from', 'until', 'viewerQuota', 'bandwidthGB', 'sites'],
    ...['priceNote', 'viewersNow', 'visits', 'peakViewers', 'viewerSeconds', 'deliveredBytes'],
  ]);
}

function csv(rows: object[], columns: string[]): string {
  return stringify(rows, { header: true, columns, escape_formulas: true, record_delimiter: 'windows' });
}
