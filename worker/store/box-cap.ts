/** How the egress cap of the box is dealt to the channels that are live. */

/** A live channel with the cap of its own settings; null: none. */
export interface Claimant {
  name: string;
  capKbps: number | null;
}

/** No live channel gets less: below it nobody could even join. */
const LEAST_KBPS = 1;

/**
 * Equal shares; what a channel's own cap leaves of its share is dealt to the others. Null for everybody when the box
 * has no cap.
 */
export function dealCap(boxKbps: number | null, claimants: Claimant[]): Map<string, number | null> {
  if (boxKbps === null) return new Map(claimants.map(({ name }) => [name, null]));
  const shares = new Map<string, number | null>();
  let left = boxKbps;
  const byCap = claimants.toSorted((a, b) => (a.capKbps ?? Infinity) - (b.capKbps ?? Infinity));
  for (const [i, { name, capKbps }] of byCap.entries()) {
    const even = left / (byCap.length - i);
    const share = Math.max(LEAST_KBPS, Math.floor(Math.min(even, capKbps ?? Infinity)));
    shares.set(name, share);
    left = Math.max(0, left - share);
  }
  return shares;
}
