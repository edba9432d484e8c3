import assert from 'node:assert/strict';
import * as v from 'valibot';
import { PeerReport } from '../../protocol/stats.ts';
import type { FromPeer } from '../../protocol/from-peer.ts';
import { Reporter } from './reporter.ts';
import { FakeClock, fakeEnvironment } from './testing/fake-environment.ts';
import { emptyStats, type PlaybackFigures } from './viewer-stats.ts';

function reporting() {
  const clock = new FakeClock();
  const reports: { atMs: number; report: PeerReport }[] = [];
  const state = {
    stats: emptyStats(),
    playback: { stalls: 2, stallMs: 300, latencyMs: -5, bufferMs: 900 } as PlaybackFigures,
    isUp: true,
  };
  const reporter = new Reporter({
    environment: fakeEnvironment(clock),
    stats: () => state.stats,
    playback: () => state.playback,
    uploadKbps: () => 700,
    parents: () => [{ peerId: '-SH0001-abcdefghijkl', lanes: 3 }],
    tell(message: FromPeer) {
      if (!state.isUp || message.action !== 'report') return false;
      reports.push({ atMs: clock.nowMs, report: v.parse(PeerReport, message.report) });
      return true;
    },
  });
  return { clock, reports, state, reporter };
}

Deno.test('the first report comes when the edge said, the others a period apart', async () => {
  const { clock, reports, reporter } = reporting();
  reporter.pace(100_000, 1200);
  await clock.pass(202_000);
  assert.deepEqual(reports.map(({ atMs }) => atMs), [2200, 102_200, 202_200]);
  reporter.pace(150_000, 2000);
  await clock.pass(110_000);
  assert.equal(reports.at(-1)!.atMs, 205_000, 'another pace takes the place of the old one');
  reporter.close();
  assert.equal(clock.pending, 0);
});

Deno.test('each byte stands in one report, under one route', () => {
  const { reports, state, reporter } = reporting();
  state.stats = { ...emptyStats(), peerBytes: 100, lanBytes: 30, turnBytes: 20, edgeBytes: 7, peers: 3 };
  reporter.report();
  state.stats = { ...state.stats, peerBytes: 160, lanBytes: 80 };
  reporter.report();
  const bytes = reports.map((
    { report: { peerBytes, lanBytes, turnBytes, edgeBytes } },
  ) => [peerBytes, lanBytes, turnBytes, edgeBytes]);
  assert.deepEqual(bytes, [[50, 30, 20, 7], [10, 50, 0, 0]]);
  assert.equal(reports[0]!.report.peers, 3);
});

Deno.test('what could not be sent is in the next report', () => {
  const { reports, state, reporter } = reporting();
  state.isUp = false;
  state.stats = { ...emptyStats(), edgeBytes: 5 };
  reporter.report();
  state.isUp = true;
  state.stats = { ...emptyStats(), edgeBytes: 9 };
  reporter.report();
  assert.deepEqual(reports.map(({ report }) => report.edgeBytes), [9]);
});

Deno.test('stalls before this session are of another report, the start-up is told once, nothing is negative', () => {
  const { reports, state, reporter } = reporting();
  state.playback = { ...state.playback, stalls: 3, startupMs: 640 };
  reporter.report();
  reporter.report();
  assert.deepEqual(reports.map(({ report }) => [report.stalls, report.stallMs, report.startupMs]), [[
    1,
    0,
    640,
  ], [0, 0, undefined]]);
  assert.equal(reports[0]!.report.latencyMs, 0);
});

Deno.test('who waits for want of upload says so in each report while it does', () => {
  const { reports, state, reporter } = reporting();
  state.playback = { ...state.playback, waits: 1 };
  reporter.report();
  delete state.playback.waits;
  reporter.report();
  assert.deepEqual(reports.map(({ report }) => report.waits), [1, undefined]);
});

Deno.test('a report says what time it covers', async () => {
  const { clock, reports, reporter } = reporting();
  reporter.pace(100_000, 2000);
  await clock.pass(103_000);
  assert.deepEqual(reports.map(({ report }) => report.forMs), [2000, 100_000]);
  reporter.close();
});

Deno.test('who feeds a viewer is told only while somebody looks', async () => {
  const { clock, reports, reporter } = reporting();
  reporter.pace(300_000, 0);
  await clock.pass(10_000);
  reporter.pace(30_000, 20_000);
  await clock.pass(30_000);
  reporter.close();
  assert.deepEqual(reports.map(({ report }) => report.parents?.length), [undefined, 1, 1]);
});

Deno.test('a page that slept over some reports goes on in step with the others', async () => {
  const { clock, reports, reporter } = reporting();
  reporter.pace(100_000, 5000);
  clock.nowMs += 250_000;
  await clock.pass(60_000);
  assert.deepEqual(reports.map(({ atMs }) => atMs), [251_000, 306_000]);
  reporter.close();
});

Deno.test('when somebody begins to look there is one report soon, and then the pace', async () => {
  const { clock, reports, reporter } = reporting();
  reporter.pace(300_000, 250_000);
  await clock.pass(10_000);
  reporter.pace(30_000, 9000);
  await clock.pass(60_000);
  assert.deepEqual(reports.map(({ atMs }) => atMs), [12_250, 20_000, 50_000]);
  reporter.pace(30_000, 9000);
  reporter.pace(300_000, 250_000);
  await clock.pass(10_000);
  assert.equal(reports.length, 3, 'the same pace again, or a slower one, is no reason');
  reporter.close();
});
