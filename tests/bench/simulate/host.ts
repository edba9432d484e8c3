/** The machines of the audience: uplink, NAT, behaviour. The shares are those of the reference simulator. */
import type { NatKind } from '../../../protocol/tracker.ts';
import { type Place, REGION_SHARES } from './geography.ts';
import type { Random } from './random.ts';

export const PROFILES = ['good', 'poor', 'mobile'] as const;
export type Profile = typeof PROFILES[number];

interface ProfileShares {
  /** Shares of the five uplink classes and their uplinks in kbps. */
  shares: number[];
  uplinkKbps: number[];
  /** Classes whose NAT is a mobile network's. */
  mobileClasses: number;
}

const SHARES: Record<Profile, ProfileShares> = {
  good: { shares: [0.3, 0.08, 0.17, 0.25, 0.2], uplinkKbps: [0, 400, 2000, 6000, 10_000], mobileClasses: 1 },
  poor: { shares: [0.55, 0.1, 0.15, 0.12, 0.08], uplinkKbps: [0, 400, 1500, 4000, 8000], mobileClasses: 1 },
  mobile: {
    shares: [0.55, 0.15, 0.15, 0.1, 0.05],
    uplinkKbps: [0, 400, 2000, 5000, 10_000],
    mobileClasses: 4,
  },
};
const NAT_KINDS: NatKind[] = ['open', 'cone', 'symmetric', 'blocked'];
const FIXED_NAT = [0.32, 0.57, 0.06, 0.05];
const MOBILE_NAT = [0.1, 0.5, 0.35, 0.05];
/** Even a peer that gives no media has to send its control messages. */
const LEAST_UPLINK_KBPS = 500;

/** How a peer behaves: `silent` promises and never sends a piece, `poison` sends pieces that fail their hash. */
export type Conduct = 'honest' | 'rider' | 'silent' | 'poison';

export interface Host extends Place {
  /** 0: gives nothing; to 4: the best uplinks. */
  uplinkClass: number;
  uplinkKbps: number;
  /** What it tells the mesh it may give. */
  grantedKbps: number;
  conduct: Conduct;
}

export interface HostOptions {
  profile: Profile;
  /** Scales uplinks so that grants divided by demand are this, over those that can use WebRTC. */
  supply?: number;
  kbps: number;
  /** Cap of a viewer's upload as a multiple of the bitrate. */
  uploadRatio: number;
  freeRiders: number;
  cheats: number;
  /** Share of the audience in LANs, and how many share one. */
  lanShare: number;
  lanSize: number;
}

export function drawHosts(count: number, options: HostOptions, random: Random): Host[] {
  const hosts: Host[] = [];
  for (let slot = 0; slot < count; slot++) hosts.push(drawHost(slot, options, random));
  const inLans = Math.floor(count * options.lanShare);
  for (let slot = 0; slot < inLans; slot++) {
    const first = hosts[slot - slot % options.lanSize]!;
    const { region, network } = first;
    Object.assign(hosts[slot]!, { region, network, lan: Math.floor(slot / options.lanSize) });
  }
  grant(hosts, options, random);
  return hosts;
}

function drawHost(slot: number, options: HostOptions, random: Random): Host {
  const { shares, uplinkKbps, mobileClasses } = SHARES[options.profile];
  const uplinkClass = random.weighted(shares);
  const kbps = uplinkKbps[uplinkClass]! * random.logNormal(1, 0.25);
  const isMobile = uplinkClass < mobileClasses;
  let conduct: Conduct = 'honest';
  if (kbps > 0 && random.chance(options.freeRiders)) conduct = 'rider';
  else if (kbps > 0 && random.chance(options.cheats)) conduct = random.chance(0.5) ? 'silent' : 'poison';
  return {
    slot,
    uplinkClass,
    uplinkKbps: kbps,
    grantedKbps: 0,
    nat: NAT_KINDS[random.weighted(isMobile ? MOBILE_NAT : FIXED_NAT)]!,
    accessMs: uplinkClass === 0 ? 15 + random.below(20) : 3 + random.below(8),
    region: random.weighted(REGION_SHARES),
    network: Math.floor(12 * random.unit() ** 2),
    lan: -1,
    conduct,
  };
}

/** Decides what everyone may give; the estimate of an uplink is off by some 20 %. */
function grant(hosts: Host[], options: HostOptions, random: Random): void {
  const capKbps = options.uploadRatio * options.kbps;
  const estimate = hosts.map(() => Math.min(1.2, random.logNormal(0.95, 0.15)));
  const scale = options.supply === undefined ? 1 : scaleFor(hosts, estimate, options, capKbps);
  hosts.forEach((host, i) => {
    host.uplinkKbps *= scale;
    const gives = host.conduct !== 'rider';
    host.grantedKbps = gives ? Math.min(capKbps, host.uplinkKbps * estimate[i]!) : 0;
    host.uplinkKbps = Math.max(LEAST_UPLINK_KBPS, host.uplinkKbps);
  });
}

/** The factor on all uplinks that gives the wanted supply ratio; as near as the cap allows. */
function scaleFor(hosts: Host[], estimate: number[], options: HostOptions, capKbps: number): number {
  const wanted = (options.supply ?? 1) * options.kbps;
  let low = 0;
  let high = 1000;
  for (let step = 0; step < 60; step++) {
    const scale = (low + high) / 2;
    let granted = 0;
    let count = 0;
    hosts.forEach((host, i) => {
      if (host.nat === 'blocked' && host.lan < 0) return;
      count++;
      if (host.conduct === 'rider') return;
      granted += Math.min(capKbps, host.uplinkKbps * scale * estimate[i]!);
    });
    if (granted / Math.max(1, count) < wanted) low = scale;
    else high = scale;
  }
  return high;
}

/** Grants divided by demand over those that can use WebRTC. */
export function supplyOf(hosts: Host[], kbps: number): number {
  const able = hosts.filter((host) => host.nat !== 'blocked' || host.lan >= 0);
  return able.reduce((sum, host) => sum + host.grantedKbps, 0) / Math.max(1, able.length) / kbps;
}

/** A session's length in milliseconds: three in ten leave within a minute, the rest stay about a quarter of an hour. */
export function sessionMs(random: Random, churn: number): number {
  const length = random.chance(0.3) ? 5000 + random.exponential(30_000) : random.logNormal(900_000, 1.2);
  return length / churn;
}

/** What is left of a session that is under way when the run begins (long ones are met more often). */
export function residualMs(random: Random, churn: number): number {
  const cap = 6 * 3_600_000 / churn;
  for (;;) {
    const length = sessionMs(random, churn);
    if (random.chance(Math.min(1, length / cap))) return length * random.unit();
  }
}
