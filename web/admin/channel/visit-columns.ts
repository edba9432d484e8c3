/** Columns of the visit report: what each shows, and which of them somebody chose. */
import { VISIT_FIELDS, type VisitRow } from '../../../protocol/report.ts';
import { formatBytes, formatMs, formatSpan, formatTime } from '../format.ts';
import { shortId } from '../swarm/short-id.ts';
import { DEVICE_NAMES } from './device-names.ts';

export interface VisitColumn {
  name: string;
  title: string;
  show: (row: VisitRow) => string;
  number?: boolean;
}

const bytes =
  (name: 'lanBytes' | 'peerBytes' | 'turnBytes' | 'edgeBytes' | 'uploadBytes') => (row: VisitRow) =>
    formatBytes(row[name]);

export const VISIT_COLUMNS: VisitColumn[] = [
  { name: 'in', title: 'Came', show: (row) => formatTime(row.in) },
  { name: 'out', title: 'Left', show: (row) => formatTime(row.out) },
  { name: 'stay', title: 'Stayed', show: (row) => formatSpan(row.out - row.in), number: true },
  { name: 'viewer', title: 'Viewer', show: (row) => row.viewer || '–' },
  { name: 'peerId', title: 'Visit id', show: (row) => shortId(row.peerId) },
  { name: 'address', title: 'Address', show: (row) => row.address || '–' },
  { name: 'country', title: 'Country', show: (row) => row.country || '–' },
  { name: 'network', title: 'Provider', show: (row) => row.network || '–' },
  { name: 'device', title: 'Device', show: (row) => DEVICE_NAMES[row.device] },
  { name: 'browser', title: 'Browser', show: (row) => row.browser || '–' },
  { name: 'lanBytes', title: 'Same network', show: bytes('lanBytes'), number: true },
  { name: 'peerBytes', title: 'Other viewers', show: bytes('peerBytes'), number: true },
  { name: 'turnBytes', title: 'Relayed', show: bytes('turnBytes'), number: true },
  { name: 'edgeBytes', title: 'Edge', show: bytes('edgeBytes'), number: true },
  { name: 'uploadBytes', title: 'Gave', show: bytes('uploadBytes'), number: true },
  { name: 'stalls', title: 'Stalls', show: (row) => String(row.stalls), number: true },
  { name: 'stallMs', title: 'Stalled for', show: (row) => formatMs(row.stallMs), number: true },
  {
    name: 'startupMs',
    title: 'Start-up',
    show: (row) => row.startupMs === null ? '–' : formatMs(row.startupMs),
    number: true,
  },
  { name: 'repairs', title: 'Repairs', show: (row) => String(row.repairs), number: true },
  { name: 'lease', title: 'Lease', show: (row) => row.lease || '–' },
];

/** What is shown until somebody chooses. */
export const STANDARD_COLUMNS = [
  'in',
  'stay',
  'viewer',
  'address',
  'country',
  'device',
  'browser',
  'lanBytes',
  'peerBytes',
  'edgeBytes',
  'stalls',
];

const NAME = 'shoal-visit-columns';

/** Chosen columns in the order of the report; the standard ones where nothing sensible is kept. */
export function keptColumns(store: Pick<Storage, 'getItem'>): string[] {
  try {
    const kept = JSON.parse(store.getItem(NAME) ?? '') as unknown;
    if (!Array.isArray(kept)) return STANDARD_COLUMNS;
    const known = VISIT_COLUMNS.map(({ name }) => name).filter((name) => kept.includes(name));
    return known.length > 0 ? known : STANDARD_COLUMNS;
  } catch {
    return STANDARD_COLUMNS;
  }
}

export function keepColumns(store: Pick<Storage, 'setItem'>, names: string[]): void {
  store.setItem(NAME, JSON.stringify(names));
}

/** Columns that the CSV names otherwise. */
const CSV_NAMES: Record<string, string> = { in: 'inAt', out: 'outAt', stay: 'seconds' };

/** Columns of the CSV for what is shown. */
export function csvColumns(names: string[]): string {
  return names.map((name) => CSV_NAMES[name] ?? name).join(',');
}

/** Words for the fields that a search may be narrowed to. */
export const FIELD_NAMES: Record<typeof VISIT_FIELDS[number], string> = {
  viewer: 'Viewer',
  address: 'Address',
  network: 'Provider',
  country: 'Country',
  device: 'Device',
  browser: 'Browser',
  lease: 'Lease',
};
