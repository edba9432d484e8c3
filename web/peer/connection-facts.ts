/** What can be read off an open connection: its binding from the descriptions, its route from the statistics. */
import type { LinkRoute } from '../mesh/seams.ts';

/**
 * The string that both ends of one connection agree on and no other connection has: both DTLS fingerprints
 * (RFC 8122), sorted and joined. Undefined unless each side names exactly one, since with two a third party could
 * name its own beside the other's and pass proofs on.
 */
export function bindingOf(localSdp: string, remoteSdp: string): string | undefined {
  const fingerprints = [fingerprintOf(localSdp), fingerprintOf(remoteSdp)];
  if (fingerprints.includes(undefined)) return undefined;
  return fingerprints.sort().join('|');
}

function fingerprintOf(sdp: string): string | undefined {
  const found = new Set<string>();
  for (const [, hash, value] of sdp.matchAll(/^a=fingerprint:\s*(\S+)\s+([0-9a-f:]+)\s*$/gim)) {
    found.add(`${hash!.toLowerCase()} ${value!.toUpperCase()}`);
  }
  return found.size === 1 ? [...found][0] : undefined;
}

/** The members used of RTCStatsReport; node-datachannel gives a plain Map. */
type Statistics = ReadonlyMap<string, unknown> | RTCStatsReport;

interface Entry {
  type?: string;
  selectedCandidatePairId?: string;
  nominated?: boolean;
  state?: string;
  localCandidateId?: string;
  remoteCandidateId?: string;
  candidateType?: string;
  ip?: string;
  address?: string | null;
}

/**
 * lan: from one private address to another, with no translation in between. turn: either end is relayed.
 * peer: anything else. Browsers may hide private addresses; a hidden one counts as private.
 */
export function routeOf(statistics: Statistics): LinkRoute {
  const entries = new Map<string, Entry>();
  statistics.forEach((entry: unknown, id: string) => entries.set(id, entry as Entry));
  const pair = selectedPair(entries);
  const local = entries.get(pair?.localCandidateId ?? '');
  const remote = entries.get(pair?.remoteCandidateId ?? '');
  if (local?.candidateType === 'relay' || remote?.candidateType === 'relay') return 'turn';
  const direct = local?.candidateType === 'host' && ['host', 'prflx'].includes(remote?.candidateType ?? '');
  return direct && isPrivate(local) && isPrivate(remote!) ? 'lan' : 'peer';
}

function selectedPair(entries: Map<string, Entry>): Entry | undefined {
  for (const entry of entries.values()) {
    if (entry.type === 'transport' && entry.selectedCandidatePairId) {
      return entries.get(entry.selectedCandidatePairId);
    }
  }
  return [...entries.values()].find((entry) =>
    entry.type === 'candidate-pair' && entry.nominated === true && entry.state === 'succeeded'
  );
}

function isPrivate(candidate: Entry): boolean {
  const address = candidate.address ?? candidate.ip;
  return !address || isPrivateAddress(address);
}

/** RFC 1918, RFC 6598, RFC 3927, RFC 4193, link-local, loopback, and mDNS names. */
export function isPrivateAddress(address: string): boolean {
  const text = address.toLowerCase();
  if (text.endsWith('.local') || text === '::1') return true;
  const v4 = /^(?:::ffff:)?(\d{1,3})\.(\d{1,3})\.\d{1,3}\.\d{1,3}$/.exec(text);
  if (!v4) return /^f[cd][0-9a-f]{2}:/.test(text) || /^fe[89ab][0-9a-f]:/.test(text);
  const [first, second] = [Number(v4[1]), Number(v4[2])];
  if (first === 10 || first === 127) return true;
  if (first === 172) return second >= 16 && second < 32;
  if (first === 100) return second >= 64 && second < 128;
  return (first === 192 && second === 168) || (first === 169 && second === 254);
}
