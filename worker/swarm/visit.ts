/** A visit: what is kept of a viewer who left. */
import type { IpPolicy } from '../../protocol/channel.ts';
import type { VisitRow } from '../../protocol/report.ts';
import { nothingCounted } from '../../protocol/stats.ts';
import type { PeerRow } from './seat.ts';

/** An address as the channel's policy lets it be kept: IPv4 without its last byte, IPv6 its first 48 bits. */
export function addressBy(policy: IpPolicy, address: string): string {
  if (policy === 'full' || address === '') return address;
  if (policy === 'none') return '';
  const mapped = /^::ffff:(\d+\.\d+\.\d+)\.\d+$/i.exec(address);
  if (mapped) return `${mapped[1]}.0`;
  if (!address.includes(':')) return address.replace(/\.\d+$/, '.0');
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(gap).fill('0'), ...right];
  return `${groups.slice(0, 3).join(':').replace(/(:?\b0+)+$/, '')}::`;
}

/** Id of the viewer: its token's subject, or the device id that its owner agreed to. */
export function viewerOf(row: PeerRow): string {
  return row.right?.subject ?? row.deviceId ?? '';
}

/** What is told of a viewer, now as afterwards. */
export function whoIs(row: PeerRow, policy: IpPolicy) {
  return {
    peerId: row.id,
    viewer: viewerOf(row),
    address: addressBy(policy, row.place.address),
    network: row.place.network,
    country: row.place.country,
    device: row.device,
    browser: row.browser ?? '',
  };
}

export function visitOf(row: PeerRow, policy: IpPolicy, nowMs: number): VisitRow {
  return {
    ...whoIs(row, policy),
    in: row.sinceMs,
    out: nowMs,
    ...(row.tally?.counted ?? nothingCounted()),
    startupMs: row.tally?.startupMs ?? null,
    lease: row.right?.lease ?? '',
  };
}
