import { expect, test } from 'vitest';
import { Lacking, LOOK_MS } from './lacking.ts';

const LANES = 8;
const FEED = { track: 0, substream: 3 };

/** Lets so many looks pass; `ask` says who asks for a piece of a substream. */
function watch(looks: number, ask: (substream: number, piece: number) => string[], isSpent = false) {
  const lacking = new Lacking();
  lacking.look(0, []);
  const told = [];
  for (let look = 1; look <= looks; look++) {
    for (let substream = 0; substream < LANES; substream++) {
      for (let piece = 0; piece < 6; piece++) {
        lacking.came({ track: 0, substream });
        for (const group of ask(substream, piece)) lacking.asked({ track: 0, substream }, piece, group);
      }
    }
    if (isSpent) lacking.refused();
    told.push(...lacking.look(look * LOOK_MS, []));
  }
  return told;
}

const GROUPS = ['a', 'b', 'c', 'd', 'e'];
const only = (askers: string[]) => (substream: number) => substream === FEED.substream ? askers : [];

test('a substream that several who have nothing to do with each other ask for is lacking', () => {
  expect(watch(3, only(GROUPS))).toEqual([]);
  expect(watch(4, only(GROUPS))).toEqual([FEED]);
});

test('few viewers who share what they fetch are enough', () => {
  const ask = (substream: number, piece: number) =>
    only([GROUPS[piece % 4]!, GROUPS[(piece + 1) % 4]!])(substream);
  expect(watch(4, ask).length).toBeGreaterThan(0);
});

test('where the cap is spent and who lacks pieces is put off, fewer requests are enough', () => {
  for (const isSpent of [true, false]) {
    const ask = (substream: number, piece: number) => {
      return piece < 2 ? only(GROUPS)(substream) : [];
    };
    expect(watch(4, ask, isSpent)).toEqual(isSpent ? [FEED] : []);
  }
});

test('one liar, or two of different networks, say nothing, however much they ask for', () => {
  const ask = only([...Array<string>(50).fill('liar'), ...Array<string>(30).fill('its friend')]);
  expect(watch(20, ask)).toEqual([]);
});

test('nor do they with the usual requests of an audience beside them', () => {
  const flood = Array<string>(500).fill('liar');
  const ask = (substream: number) => [...GROUPS, ...only(flood)(substream)];
  expect(watch(20, ask)).toEqual([]);
});

test('whose whereabouts are unknown are no witnesses', () => {
  expect(watch(20, only(Array<string>(50).fill('')))).toEqual([]);
});

test('where upload is short all are asked for alike, and none is lacking', () => {
  expect(watch(20, () => [...GROUPS, ...GROUPS])).toEqual([]);
});

test('the same where there are renditions that nobody plays; there, too, one substream alone is lacking', () => {
  const renditions = [0, 2, 3];
  const watched = (isLacked: (track: number, substream: number) => boolean) => {
    const lacking = new Lacking();
    const told = lacking.look(0, renditions);
    for (let look = 1; look <= 4; look++) {
      for (const [track, lanes] of [[0, 8], [1, 1], [2, 8], [3, 8]] as const) {
        for (let substream = 0; substream < lanes; substream++) {
          for (let piece = 0; piece < 6; piece++) {
            lacking.came({ track, substream });
            if (!isLacked(track, substream)) continue;
            for (const group of GROUPS) lacking.asked({ track, substream }, piece, group);
          }
        }
      }
      told.push(...lacking.look(look * LOOK_MS, renditions));
    }
    return told;
  };
  expect(watched((track) => track < 2)).toEqual([]);
  expect(watched((track, substream) => track === FEED.track && substream === FEED.substream)).toEqual([FEED]);
});

test('what an interior viewer whose line stands still now and then does not pass on is no fault of its seed', () => {
  const ask = (substream: number, piece: number) => piece === 0 ? only(GROUPS)(substream) : [];
  expect(watch(20, ask)).toEqual([]);
});

test('what is asked for while there are no seeds, and nobody looks, is not kept against those that come', () => {
  const lacking = new Lacking();
  const hour = (ask: string[]) => {
    for (let piece = 0; piece < 36_000; piece++) {
      for (let substream = 0; substream < LANES; substream++) lacking.came({ track: 0, substream });
      for (const group of ask) lacking.asked(FEED, piece, group);
    }
    lacking.refused();
  };
  hour(GROUPS);
  const told = [];
  for (let look = 0; look <= 5; look++) {
    told.push(...lacking.look(look * LOOK_MS, []));
    for (let substream = 0; substream < LANES; substream++) lacking.came({ track: 0, substream });
  }
  expect(told).toEqual([]);
  lacking.clear();
  hour(GROUPS);
  for (let look = 100; look <= 105; look++) {
    told.push(...lacking.look(look * LOOK_MS, []));
    for (let substream = 0; substream < LANES; substream++) lacking.came({ track: 0, substream });
  }
  expect(told).toEqual([]);
});
