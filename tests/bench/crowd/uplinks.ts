/** What the peers of a crowd may give: upload budgets dealt from a profile, the same ones in every run. */

export interface UplinkProfile {
  name: string;
  /** Shares add up to 1. */
  classes: { share: number; kbps: number }[];
}

export const PROFILES: UplinkProfile[] = [
  {
    /** An audience at home and on the move; 2.5 times the demand at 512 kbps. */
    name: 'mixed',
    classes: [
      { share: 0.1, kbps: 0 },
      { share: 0.2, kbps: 256 },
      { share: 0.3, kbps: 768 },
      { share: 0.25, kbps: 1500 },
      { share: 0.15, kbps: 4000 },
    ],
  },
  {
    /** Little to spare; 1.3 times the demand at 512 kbps. */
    name: 'poor',
    classes: [
      { share: 0.2, kbps: 0 },
      { share: 0.3, kbps: 256 },
      { share: 0.3, kbps: 700 },
      { share: 0.2, kbps: 1900 },
    ],
  },
];

/** Turns the order of the classes into one where neighbours differ: seeds are the first that come. */
const GOLDEN_RATIO = 0.6180339887498949;

/** One budget each, kbps. Every class has its share of the peers, as nearly as whole peers allow. */
export function dealUplinks(profile: UplinkProfile, peers: number): number[] {
  const order = Array.from({ length: peers }, (_, i) => ({ i, key: (0.5 + i * GOLDEN_RATIO) % 1 }))
    .sort((a, b) => a.key - b.key);
  const dealt = new Array<number>(peers);
  order.forEach(({ i }, place) => dealt[i] = classAt(profile, (place + 0.5) / peers).kbps);
  return dealt;
}

function classAt({ classes }: UplinkProfile, quantile: number): UplinkProfile['classes'][number] {
  let below = 0;
  for (const one of classes) {
    below += one.share;
    if (quantile < below) return one;
  }
  return classes.at(-1)!;
}
