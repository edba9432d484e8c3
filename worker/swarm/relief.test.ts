import { expect, test } from 'vitest';
import { addGiving, addGivings, emptyGiving, NOBODY_KBPS, planRelief } from './relief.ts';

/** Viewers by what each gives. */
function audience(...groups: [viewers: number, kbps: number][]) {
  const giving = emptyGiving();
  for (const [viewers, kbps] of groups) for (let i = 0; i < viewers; i++) addGiving(giving, kbps);
  return giving;
}

const need = { sourceKbps: 3000, lowerKbps: 1500, edgeKbps: 6000, spare: 1.15 };

test('nobody goes down where upload is enough', () => {
  expect(planRelief({ ...need, giving: audience([30, 0], [70, 6000]) })).toBeUndefined();
});

test('who gives nothing goes down first, and who gives most carries for them', () => {
  expect(planRelief({ ...need, giving: audience([40, 0], [40, 3500], [20, 9000]) })).toMatchObject({
    belowKbps: 1,
    carryKbps: 7950,
  });
});

test('more go down where that is not enough', () => {
  const plan = planRelief({ ...need, giving: audience([30, 0], [30, 1100], [20, 3500], [20, 7500]) });
  expect(plan).toMatchObject({ belowKbps: 3834, carryKbps: 6625 });
  // 60 % of the viewers give 103 of the 138 Mbps that the 80 need; the best give half of theirs.
  expect(plan!.carryShare).toBeCloseTo((138_000 - 103_000) / 75_000);
});

test('a lower rendition that its viewers can feed themselves is carried by nobody', () => {
  const plan = planRelief({ ...need, giving: audience([80, 1900], [20, 3900]) });
  expect(plan).toEqual({ belowKbps: 2219, carryKbps: NOBODY_KBPS, carryShare: 0 });
});

test('where nothing is enough, what comes nearest', () => {
  const plan = planRelief({ ...need, giving: audience([90, 0], [10, 3000]) });
  expect(plan!.belowKbps).toBeGreaterThan(0);
});

test('what shards counted adds up', () => {
  const total = audience([1, 0], [2, 700]);
  addGivings(total, audience([3, 700]));
  expect(total).toEqual(audience([1, 0], [5, 700]));
});
