import assert from 'node:assert/strict';
import { GrantKeeper } from './grant.ts';

function keeper(expiresS: number, renew: () => Promise<{ value: string; expiresS: number }>) {
  return new GrantKeeper({ value: 'first', expiresS }, () => 1_000_000, renew);
}

Deno.test('a grant that is good for a while is used as it is', async () => {
  const grants = keeper(1030, () => Promise.reject(new Error('not asked for')));
  assert.equal(await grants.value(), 'first');
});

Deno.test('a grant about to expire is renewed once, for all who ask at the same time', async () => {
  let asked = 0;
  const grants = keeper(1002, () => Promise.resolve({ value: `renewed ${++asked}`, expiresS: 1030 }));
  assert.deepEqual(await Promise.all([grants.value(), grants.value()]), ['renewed 1', 'renewed 1']);
  assert.equal(await grants.value(), 'renewed 1');
});

Deno.test('a refused grant is renewed, unless another has taken its place already', async () => {
  let asked = 0;
  const grants = keeper(1030, () => Promise.resolve({ value: `renewed ${++asked}`, expiresS: 1030 }));
  await grants.refresh('first');
  await grants.refresh('first');
  assert.equal(asked, 1);
  grants.set({ value: 'pushed', expiresS: 1030 });
  await grants.refresh('renewed 1');
  assert.equal(await grants.value(), 'pushed');
});

Deno.test('when there is no renewal to be had, those who asked hear of it, and the next one tries again', async () => {
  let asked = 0;
  const grants = keeper(
    1000,
    () => asked++ ? Promise.resolve({ value: 'late', expiresS: 1030 }) : Promise.reject(new Error('no edge')),
  );
  await assert.rejects(grants.value(), /no edge/);
  assert.equal(await grants.value(), 'late');
});
