import { expect, test } from 'vitest';
import { BACKBONE, Backbone, isBackbone } from './backbone.ts';

test('the backbone begins as one object, for all regions', () => {
  const backbone = new Backbone();
  expect(backbone.homes).toEqual({ '': BACKBONE });
  expect(backbone.shards).toEqual([BACKBONE]);
  expect(backbone.count(BACKBONE, 10, { EU: 10 }, ['a'])).toEqual({ arranged: false, named: false });
});

test('a region gets an object of its own with enough bridges, unless nearly all are of that region', () => {
  const backbone = new Backbone();
  backbone.count(BACKBONE, 500, { EU: 490, NA: 10 }, []);
  expect(backbone.homes).toEqual({ '': BACKBONE });
  expect(backbone.count(BACKBONE, 600, { EU: 490, NA: 110 }, []).arranged).toBe(true);
  expect(backbone.homes).toEqual({ '': BACKBONE, EU: 'bEU', NA: 'bNA' });
});

test('an unknown region and one that cannot stand in an address have none', () => {
  const backbone = new Backbone();
  backbone.count(BACKBONE, 300, { '': 100, 'E&': 100, europe: 100 }, []);
  expect(backbone.homes).toEqual({ '': BACKBONE });
});

test('a region that shrinks takes no more bridges, and its object is in use until the last has left', () => {
  const backbone = new Backbone();
  backbone.count(BACKBONE, 100, { EU: 70, NA: 30 }, []);
  backbone.count('bEU', 60, { EU: 60 }, []);
  // Bridges of the region stay where they sat down.
  backbone.count(BACKBONE, 40, { EU: 10, NA: 30 }, []);
  expect(backbone.homes).toHaveProperty('EU');
  expect(backbone.count('bEU', 5, { EU: 5 }, []).arranged).toBe(true);
  expect(backbone.homes).toEqual({ '': BACKBONE });
  expect(backbone.shards).toEqual([BACKBONE, 'bEU']);
  expect(backbone.count('bEU', 0, {}, []).arranged).toBe(true);
  expect(backbone.shards).toEqual([BACKBONE]);
});

test('each object names the best bridges of the others, and says when they are others', () => {
  const backbone = new Backbone();
  backbone.count(BACKBONE, 100, { EU: 70, NA: 30 }, ['a', 'b']);
  expect(backbone.beyond(BACKBONE)).toEqual([]);
  const first = backbone.count('bEU', 1, { EU: 1 }, ['e']);
  expect(first.named).toBe(true);
  expect(backbone.count('bEU', 2, { EU: 2 }, ['e']).named).toBe(false);
  expect(backbone.beyond(BACKBONE)).toEqual([{ id: 'e', shard: 'bEU' }]);
  expect(backbone.beyond('bEU').map(({ id }) => id)).toEqual(['a', 'b']);
  const many = Array.from({ length: 100 }, (_, i) => `n${i}`);
  backbone.count(BACKBONE, 100, { EU: 70, NA: 30 }, many);
  expect(backbone.beyond('bEU').length).toBeLessThan(20);
});

test('shards of the backbone are told from those of viewers', () => {
  expect(['b0', 'bEU', '0', '12'].map(isBackbone)).toEqual([true, true, false, false]);
});
