import assert from 'node:assert/strict';
import {
  type Audience,
  cdnBill,
  type Counted,
  fetches,
  pollingPeerBill,
  shareOfCheapestCdn,
  shoalBill,
} from './bill.ts';
import { CDN } from './prices.ts';

const NOTHING: Counted = {
  requestsPerJoin: 0,
  messagesPerJoin: 0,
  requestsPerHour: 0,
  messagesPerHour: 0,
  seedRequestsPerHour: 0,
  seedMessagesPerHour: 0,
  seeds: 0,
};
const million: Audience = { viewers: 1_000_000, visitMinutes: 60, streamKbps: 512, shardSize: 1000 };
const close = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) <= 1e-6 * Math.abs(expected), `${actual} is not ${expected}`);

Deno.test('a CDN costs its price for every byte', () => {
  close(cdnBill(million, CDN.cheapestPerGigabyte).dollars, 1152);
  close(shareOfCheapestCdn(11.52, million), 0.01);
});

Deno.test('each HTTP request of a viewer costs a request of the Worker and one of an object', () => {
  const before = shoalBill(NOTHING, million);
  const after = shoalBill({ ...NOTHING, requestsPerHour: 1 }, million);
  close(after.requestsPerViewerHour - before.requestsPerViewerHour, 1);
  close(after.billedPerViewerHour - before.billedPerViewerHour, 2);
  // 4 ms of the Worker's CPU time are in it.
  close(after.dollars - before.dollars, 0.45 + 0.08);
});

Deno.test('a join is a request of the Worker and one of the shard, and shares card and media with others', () => {
  const { requestsPerViewerHour, billedPerViewerHour } = shoalBill(NOTHING, million);
  assert.ok(billedPerViewerHour - requestsPerViewerHour > 1);
  assert.ok(billedPerViewerHour - requestsPerViewerHour < 2, 'the card at most');
});

Deno.test('what is kept for a while is fetched seldom where it is wanted often', () => {
  close(fetches(3600, 1, 0), 3600);
  close(fetches(3600, 1, 1000), 1800);
  close(fetches(3600 * 1e6, 10, 500), 3600 * 20 / (1 + 20 / 1e6));
});

Deno.test('twenty messages are one request', () => {
  const before = shoalBill(NOTHING, million);
  const after = shoalBill({ ...NOTHING, messagesPerHour: 20 }, million);
  close(after.requestsPerViewerHour - before.requestsPerViewerHour, 1);
  close(after.dollars - before.dollars, 0.15);
});

Deno.test('shorter visits are more joins', () => {
  const counted = { ...NOTHING, requestsPerJoin: 3, messagesPerJoin: 20 };
  const hour = shoalBill(counted, million);
  const tenMinutes = shoalBill(counted, { ...million, visitMinutes: 10 });
  const media = (visits: number) => fetches(1e6 * visits, 10, 500) / 1e6;
  // Five more joins of three requests, a socket and twenty messages, and five more last reports.
  close(tenMinutes.requestsPerViewerHour - hour.requestsPerViewerHour, 25 + 5 / 20 + media(6) - media(1));
});

Deno.test('seeds are few, however many watch', () => {
  const counted = { ...NOTHING, seedRequestsPerHour: 1000, seeds: 8 };
  const extra = (viewers: number) =>
    shoalBill(counted, { ...million, viewers }).requestsPerViewerHour -
    shoalBill(NOTHING, { ...million, viewers }).requestsPerViewerHour;
  close(extra(1000), 8);
  close(extra(100_000), 0.08);
});

Deno.test('objects that are in memory all the time are in the bill', () => {
  const { dollars } = shoalBill(NOTHING, million);
  // Shards are opened at six tenths.
  assert.ok(dollars > 1668 * 3600 * 0.128 * 12.5e-6);
  const larger = shoalBill(NOTHING, { ...million, shardSize: 2000 });
  assert.ok(dollars - larger.dollars > 833 * 3600 * 0.128 * 12.5e-6);
});

Deno.test('who polls a playlist makes a request every two seconds at least', () => {
  assert.ok(pollingPeerBill(million).requestsPerViewerHour > 1800);
});
