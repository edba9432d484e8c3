import { expect, test } from 'vitest';
import { Across } from './across.ts';

test('some of the others are named, none that is known already', () => {
  const across = new Across();
  across.named = ['a', 'b', 'c'].map((id) => ({ id, shard: 'bEU' }));
  const ids = (known: string[]) => across.choose(2, known, () => 0.99).map(({ peer_id }) => peer_id);
  expect(ids([])).toEqual(['c', 'b']);
  expect(ids(['c', 'a'])).toEqual(['b']);
});

test('the way to a peer is where it sits, by its own word or by the list', () => {
  const across = new Across();
  across.named = [{ id: 'a', shard: 'bEU' }];
  across.met('x', 'bNA');
  expect(['a', 'x', 'y'].map((id) => across.shardOf(id))).toEqual(['bEU', 'bNA', undefined]);
});

test('of those that spoke, the oldest are forgotten', () => {
  const across = new Across();
  for (let i = 0; i <= 1000; i++) across.met(`p${i}`, 'bEU');
  expect(across.shardOf('p0')).toBeUndefined();
  expect(across.shardOf('p1000')).toBe('bEU');
});
