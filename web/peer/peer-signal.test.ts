import assert from 'node:assert/strict';
import { decodePeerSignal, encodePeerSignal, type PeerSignal } from './peer-signal.ts';

const offerId = 'o'.repeat(20);

Deno.test('offers, answers and candidates come back as they went', () => {
  const signals: PeerSignal[] = [
    { kind: 'offer', offerId, sdp: 'v=0' },
    { kind: 'answer', offerId, sdp: 'v=0' },
    { kind: 'candidate', offerId, candidate: 'candidate:1', mid: '0' },
    { kind: 'candidate', offerId, candidate: 'candidate:1', mid: null },
  ];
  for (const signal of signals) assert.deepEqual(decodePeerSignal(encodePeerSignal(signal)), signal);
});

Deno.test('what a stranger made up is refused', () => {
  const bad = [
    '',
    'null',
    '[]',
    '{"kind":"offer"}',
    JSON.stringify({ kind: 'offer', offerId: 'short', sdp: 'v=0' }),
    JSON.stringify({ kind: 'offer', offerId, sdp: 'x'.repeat(17_000) }),
    JSON.stringify({ kind: 'candidate', offerId, candidate: 'x'.repeat(2000), mid: null }),
    JSON.stringify({ kind: 'other', offerId, sdp: 'v=0' }),
    ' '.repeat(30_000),
  ];
  for (const text of bad) assert.equal(decodePeerSignal(text), undefined, text.slice(0, 60));
});
