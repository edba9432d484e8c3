import { expect, test } from 'vitest';
import { GRANT_SECONDS, GrantDesk } from './grant.ts';

const desk = new GrantDesk('secret');
const PEER = '-SH0001-abcdefghijkl';
const issue = () => desk.issue('demo', 'b1', PEER, 1000);

test('a grant is good for its channel and broadcast until it is over, and names its peer', async () => {
  const grant = await issue();
  expect(grant.expiresS).toBe(1000 + GRANT_SECONDS);
  expect(await desk.check(grant.value, 'demo', 'b1', 1000)).toBe(PEER);
  expect(await desk.check(grant.value, 'demo', 'b1', 1000 + GRANT_SECONDS)).toBe(PEER);
  expect(await desk.check(grant.value, 'demo', 'b1', 1001 + GRANT_SECONDS)).toBeUndefined();
});

test('a grant is of no use for another channel or broadcast', async () => {
  const { value } = await issue();
  expect(await desk.check(value, 'other', 'b1', 1000)).toBeUndefined();
  expect(await desk.check(value, 'demo', 'b2', 1000)).toBeUndefined();
});

test('a grant with any part changed is refused', async () => {
  const { value } = await issue();
  const [expiry, peer, mac] = value.split('.');
  const forged = [
    `${(9_999_999_999).toString(36)}.${peer}.${mac}`,
    `${expiry}.-SH0001-xxxxxxxxxxxx.${mac}`,
    `${expiry}.${peer}.${mac!.slice(0, -2)}AA`,
    `${expiry}.${peer}`,
    `${value}.more`,
    '',
    'x'.repeat(10_000),
  ];
  for (const one of forged) expect(await desk.check(one, 'demo', 'b1', 1000)).toBeUndefined();
});

test('a grant of another secret is refused', async () => {
  const { value } = await new GrantDesk('other').issue('demo', 'b1', PEER, 1000);
  expect(await desk.check(value, 'demo', 'b1', 1000)).toBeUndefined();
});

test('channel and broadcast cannot be run together to mean others', async () => {
  const { value } = await desk.issue('demo', 'b1', PEER, 1000);
  expect(await desk.check(value, 'demo\nb1', '', 1000)).toBeUndefined();
});
