import { expect, test } from 'vitest';
import { believedKbps, type Testimony, uploadTerms } from './belief.ts';
import type { PeerRow } from './seat.ts';

const TERMS = { takenKbps: 500, givenKbps: 2000 };
const liar = { id: 'x', place: placeOf('192.0.2.1') };

function placeOf(address: string) {
  return { address, network: '', country: '', region: '' };
}

/** Of one that gets `kbps` in all, and a part of it of the one in question. */
function witness(address: string, { kbps = 500, lanes = 1, others = 0 } = {}): Testimony {
  const by = { id: address, place: placeOf(address), tally: { last: { peerKbps: kbps, turnKbps: 0 } } };
  const parents = [{ peerId: 'x', lanes }, { peerId: 'y', lanes: others }].filter((one) => one.lanes > 0);
  return { by: by as unknown as PeerRow, parents };
}

test('a word within what viewers are asked to give is taken, and beyond it counts for no more', () => {
  expect(believedKbps(1500, liar, TERMS, [])).toBe(1500);
  expect(believedKbps(100_000, liar, TERMS, [])).toBe(2000);
});

test('who is seen to give much is believed twice as much, up to its word', () => {
  const told = Array.from({ length: 10 }, (_, i) => witness(`198.51.100.${i}`));
  expect(believedKbps(100_000, liar, TERMS, told)).toBe(10_000);
  expect(believedKbps(6000, liar, TERMS, told)).toBe(6000);
});

test('what a witness gets of others is not counted', () => {
  const told = Array.from({ length: 10 }, (_, i) => witness(`198.51.100.${i}`, { others: 1 }));
  expect(believedKbps(100_000, liar, TERMS, told)).toBe(5000);
});

test('an accomplice that says it got more than one can take, or comes as many, helps no more than one viewer', () => {
  const crowd = Array.from({ length: 100 }, () => witness('198.51.100.7', { kbps: 400_000 }));
  const told = [...crowd, witness('198.51.100.1'), witness('198.51.100.2')];
  expect(believedKbps(100_000, liar, TERMS, told)).toBe(3000);
});

test('its own household is no witness', () => {
  const told = Array.from({ length: 10 }, () => witness('192.0.2.1'));
  expect(believedKbps(100_000, liar, TERMS, told)).toBe(2000);
});

test('a viewer takes one rendition and the sound, and gives at least twice that where it can', () => {
  const tracks = [
    { track: 0, bitrateKbps: 3000, substreams: 8, kind: 'video' },
    { track: 1, bitrateKbps: 100, substreams: 1, kind: 'audio' },
    { track: 2, bitrateKbps: 1000, substreams: 8, kind: 'video' },
  ] as const;
  expect(uploadTerms([...tracks], 4)).toEqual({ takenKbps: 3100, givenKbps: 12_400 });
  expect(uploadTerms([...tracks], 0)).toEqual({ takenKbps: 3100, givenKbps: 6200 });
});
