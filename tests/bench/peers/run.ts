/** One system through one scenario: real Chromium viewers, one row. */
import { launchChromium } from '../../e2e/chromium.ts';
import { latencyOf } from '../../bar-code.ts';
import { quantile, type Row } from '../table.ts';
import { startProxy } from './counting-proxy.ts';
import { CpuMeter } from './cpu.ts';
import { copiesBetween, medianStartUp, type Reading } from './figures.ts';
import { PROBE, type ProbeReading } from './probe.ts';
import type { Scenario } from './scenario.ts';
import { kbpsBetween } from './stream-meter.ts';
import type { FeedSource, System } from './system.ts';
import type { Browser, Page } from 'puppeteer-core';

interface Viewer {
  page: Page;
  /** The last that was read; what it was when measuring began. */
  last?: ProbeReading;
  base?: ProbeReading;
}

export async function runScenario(
  system: System,
  scenario: Scenario,
  feed: FeedSource,
): Promise<Row> {
  const soFar = kbpsBetween({ bytes: 0, seconds: 0 }, await feed.stream());
  const capKbps = scenario.capCopies ? Math.round(scenario.capCopies * soFar) : undefined;
  const servers = await system.start(feed, capKbps);
  const proxy = startProxy({ ...servers, capKbps });
  const browser = await launchChromium();
  try {
    const cpu = new CpuMeter(browser.process()!.pid!);
    const all: Viewer[] = [];
    const present: Viewer[] = [];
    const latencies: number[] = [];
    const started = performance.now();
    const atS = () => (performance.now() - started) / 1000;
    const steps = scenario.steps.toSorted((a, b) => a.atS - b.atS);
    const opening: Promise<void>[] = [];
    const first: Reading = { counts: proxy.counts(), stream: await feed.stream(), atS: 0 };
    let from: Reading & { cpuS: number } | undefined;
    let viewerSeconds = 0;

    while (atS() < scenario.endS) {
      while (steps[0] && steps[0].atS <= atS()) {
        if (steps.shift()!.what === 'leave') await leave(present);
        else opening.push(join(browser, `${proxy.url}${servers.page}`, all, present));
      }
      const tickAt = atS();
      await Promise.all(present.map((viewer) => read(viewer)));
      const stream = await feed.stream();
      const cpuS = cpu.look();
      if (!from && tickAt >= scenario.fromS) {
        from = { counts: proxy.counts(), stream, cpuS, atS: tickAt };
        for (const viewer of present) viewer.base = viewer.last;
      }
      if (from) {
        for (const { last } of present) {
          const latency = last && latencyOf(last.cells, last.nowMs);
          if (latency !== undefined) latencies.push(latency / 1000);
        }
      }
      const next = Math.min(tickAt + 1, steps[0]?.atS ?? Infinity, scenario.endS);
      await new Promise((resolve) => setTimeout(resolve, Math.max(10, (next - atS()) * 1000)));
      if (from) viewerSeconds += present.length * (atS() - tickAt);
    }
    await Promise.all(opening);
    if (!from) throw new Error('the scenario ended before measuring began');
    await Promise.all(present.map((viewer) => read(viewer)));
    const now: Reading = { counts: proxy.counts(), stream: await feed.stream(), atS: atS() };
    const { counts } = now;
    const seconds = now.atS - from.atS;
    const copies = copiesBetween(from, now);
    const played = all.reduce((sum, { last, base }) => sum + (last?.playedS ?? 0) - (base?.playedS ?? 0), 0);
    const watched = all.reduce(
      (sum, { last, base }) => sum + (last?.watchedS ?? 0) - (base?.watchedS ?? 0),
      0,
    );
    const requests = counts.requests - from.counts.requests +
      (counts.messagesIn - from.counts.messagesIn) / 20;
    return {
      system: system.name,
      scenario: scenario.name,
      viewers: Math.max(
        1,
        scenario.steps.filter((step) => step.what === 'join').length -
          scenario.steps.filter((step) => step.what === 'leave').length,
      ),
      copies,
      copiesFromStart: copiesBetween(first, now),
      offload: 1 - copies / (viewerSeconds / seconds),
      latencyP50S: quantile(latencies, 0.5),
      latencyP95S: quantile(latencies, 0.95),
      stalls: all.reduce((sum, { last, base }) => sum + (last?.stalls ?? 0) - (base?.stalls ?? 0), 0),
      stallsFromStart: all.reduce((sum, { last }) => sum + (last?.stalls ?? 0), 0),
      playedRatio: watched > 0 ? played / watched : 0,
      startupP50Ms: medianStartUp(all.map(({ last }) => last?.startupMs)),
      started: all.filter(({ last }) => last?.startupMs !== undefined).length,
      cpuPerPage: (cpu.look() - from.cpuS) / viewerSeconds,
      edgeRequestsPerViewerMinute: requests / (viewerSeconds / 60),
      signalKbpsPerViewer: (counts.signalBytes - from.counts.signalBytes) * 8 / 1000 / viewerSeconds,
      otherKbpsPerViewer: (counts.otherBytes - from.counts.otherBytes) * 8 / 1000 / viewerSeconds,
    };
  } finally {
    await browser.close();
    await proxy.stop();
    await servers.stop();
  }
}

/** Each viewer is a browser context of its own: connections are not shared (FACTS, six to a host). */
async function join(browser: Browser, url: string, all: Viewer[], present: Viewer[]): Promise<void> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width: 640, height: 480 });
  await page.evaluateOnNewDocument(PROBE);
  const viewer: Viewer = { page };
  all.push(viewer);
  present.push(viewer);
  await page.goto(url, { waitUntil: 'domcontentloaded' }).catch(() => {});
}

async function leave(present: Viewer[]): Promise<void> {
  const viewer = present.shift();
  if (!viewer) return;
  await read(viewer);
  await viewer.page.browserContext().close();
}

async function read(viewer: Viewer): Promise<void> {
  try {
    viewer.last = await viewer.page.evaluate('globalThis.__probe?.read()') as ProbeReading | undefined ??
      viewer.last;
  } catch { /* the page is loading, or gone */ }
}
