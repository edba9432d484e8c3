import { expect, test } from 'vitest';
import { COMPLAINT_MS, Complaints, MOST_ACCUSED } from './complaints.ts';
import type { Place } from './place.ts';

const from = (network: string): Place => ({ address: '', network, country: '', region: '' });
const witness = (name: string, network: string) => ({ identity: name, place: from(network) });
const ACCUSED = from('AS9');

test('three witnesses from three networks get a peer banned, two do not', () => {
  const complaints = new Complaints();
  expect(complaints.file(witness('a', 'AS1'), 'bad', ACCUSED, 0)).toBe(false);
  expect(complaints.file(witness('b', 'AS2'), 'bad', ACCUSED, 1)).toBe(false);
  expect(complaints.file(witness('c', 'AS3'), 'bad', ACCUSED, 2)).toBe(true);
});

test('one liar cannot get an honest peer banned, however often it complains', () => {
  const complaints = new Complaints();
  for (let i = 0; i < 100; i++) {
    expect(complaints.file(witness('liar', 'AS1'), 'good', ACCUSED, i)).toBe(false);
  }
});

test('a liar with many tickets in one network counts once', () => {
  const complaints = new Complaints();
  for (let i = 0; i < 50; i++) {
    expect(complaints.file(witness(`liar${i}`, 'AS1'), 'good', ACCUSED, i)).toBe(false);
  }
  expect(complaints.file(witness('b', 'AS2'), 'good', ACCUSED, 60)).toBe(false);
});

test('who accuses everybody is believed by nobody', () => {
  const complaints = new Complaints();
  for (let i = 0; i <= MOST_ACCUSED; i++) complaints.file(witness('liar', 'AS1'), `good${i}`, ACCUSED, i);
  complaints.file(witness('b', 'AS2'), 'good0', ACCUSED, 10);
  expect(complaints.file(witness('c', 'AS3'), 'good0', ACCUSED, 11)).toBe(false);
  expect(complaints.file(witness('d', 'AS4'), 'good0', ACCUSED, 12)).toBe(true);
});

test('complaints fade', () => {
  const complaints = new Complaints();
  complaints.file(witness('a', 'AS1'), 'peer', ACCUSED, 0);
  complaints.file(witness('b', 'AS2'), 'peer', ACCUSED, 1);
  expect(complaints.file(witness('c', 'AS3'), 'peer', ACCUSED, COMPLAINT_MS + 2)).toBe(false);
});

test('a witness of unknown whereabouts, of the network of the accused, or the accused itself does not count', () => {
  const complaints = new Complaints();
  complaints.file(witness('a', 'AS1'), 'peer', ACCUSED, 0);
  complaints.file(witness('b', 'AS2'), 'peer', ACCUSED, 0);
  expect(complaints.file(witness('c', ''), 'peer', ACCUSED, 0)).toBe(false);
  expect(complaints.file(witness('d', 'AS9'), 'peer', ACCUSED, 0)).toBe(false);
  expect(complaints.file(witness('peer', 'AS3'), 'peer', ACCUSED, 0)).toBe(false);
});
