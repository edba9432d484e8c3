import assert from 'node:assert/strict';
import { copiesBetween, medianStartUp, type Reading } from './figures.ts';

function reading(atS: number, mediaBytes: number, streamBytes: number): Reading {
  const counts = { mediaBytes, otherBytes: 0, signalBytes: 0, requests: 0, messagesIn: 0 };
  return { atS, counts, stream: { bytes: streamBytes, seconds: atS } };
}

Deno.test('copies are media sent over what the encoder made in the same time', () => {
  assert.equal(copiesBetween(reading(10, 500, 1000), reading(20, 2500, 2000)), 2);
});

Deno.test('segments that are complete a little late do not change what is reckoned', () => {
  const to = reading(20, 2500, 2000);
  to.stream = { bytes: 1900, seconds: 19 };
  assert.equal(copiesBetween(reading(10, 500, 1000), to), 2);
});

Deno.test('who never saw a picture is not left out of the median', () => {
  assert.equal(medianStartUp([900, 500, 700]), 700);
  assert.equal(medianStartUp([500, undefined, 700]), 700);
  assert.equal(medianStartUp([500, undefined, undefined]), undefined);
});
