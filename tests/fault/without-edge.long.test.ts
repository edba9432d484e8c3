/** The edge or one of its objects goes, for a moment and for long, under eight viewers who feed each other. */
import assert from 'node:assert/strict';
import { headlessEnvironment, headlessQuiet } from '../../web/antenna/headless-environment.ts';
import { Viewer } from '../../web/peer/viewer.ts';
import { startStack } from '../stack.ts';
import { startLastingEncoder } from './lasting-encoder.ts';
import { Playback } from './playback.ts';
import { until } from '../until.ts';

const options = { sanitizeOps: false, sanitizeResources: false, sanitizeExit: false };
const VIEWERS = 8;
/** The link, the seeds' sockets and their streams are back within this. */
const RECONNECT_MS = 1500;
/** From a seed to the last of its neighbours, repair included. */
const DELIVERY_MS = 500;
const OUTAGE_MS = 10_000;

Deno.test.afterAll(headlessQuiet);

Deno.test(
  'viewers play through an object or an edge that is back in a moment, and come back to live after ten seconds',
  options,
  async (t) => {
    const stack = await startStack({ entry: 'worker/testing/abortable.ts' });
    const encoder = startLastingEncoder(stack.publishUrl());
    const viewers: Viewer[] = [];
    const playbacks: Playback[] = [];
    /** When a piece reached anybody. */
    const arrivals: number[] = [];
    const longestSilence = (fromMs: number) => {
      const after = arrivals.slice(Math.max(0, arrivals.findIndex((at) => at > fromMs) - 1));
      return Math.max(...after.slice(1).map((at, i) => at - after[i]!));
    };
    const figures = (fromMs: number) =>
      playbacks.map((one, at) => {
        const { peers, feeds, parented, substreams, lagNowMs } = viewers[at]!.stats();
        const stalls = one.since(fromMs).map(({ atMs, ms }) =>
          `${Math.round(atMs - fromMs)}+${Math.round(ms)}`
        );
        return `${at}: ${viewers[at]!.state}, ${one.plays ? 'plays' : 'stands'} ${
          Math.round(one.latencyMs)
        } ms behind ` +
          `with ${
            Math.round(one.bufferMs)
          } ms ahead and ${one.comfortMs} ms of comfort, ${peers} peers, ${feeds} feeds, ` +
          `${parented} of ${substreams} substreams, pieces ${Math.round(lagNowMs)} ms late, stalls ${
            stalls.join(' ')
          }`;
      }).join('\n');
    /** Does what takes something away and brings it back; answers when that began and how long it took. */
    const outage = async (act: () => Promise<void>) => {
      const atMs = performance.now();
      for (const one of playbacks) one.heldUpMs = 0;
      await act();
      for (const one of playbacks) one.allHeldUpMs = 0;
      return { atMs, tookMs: performance.now() - atMs };
    };
    const heldUpMs = () => Math.max(...playbacks.map((one) => one.heldUpMs));
    /** How much longer than on a calm machine it takes until everybody is back: this process did not run meanwhile. */
    const allHeldUpMs = () =>
      Math.max(...playbacks.map((one) => one.heldUpMs), ...playbacks.map((one) => one.allHeldUpMs));
    const allBack = (fromMs: number) =>
      until(
        'everybody is back at live',
        () =>
          playbacks.every((one, at) =>
            one.plays && viewers[at]!.state === 'live' && one.latencyMs < viewers[at]!.latencyTargetMs + 1700
          ),
        { withinMs: 30_000, show: () => figures(fromMs) },
      );
    try {
      for (let i = 0; i < VIEWERS; i++) {
        const viewer = new Viewer({
          edgeUrl: stack.edge.url,
          channel: 'demo',
          environment: headlessEnvironment(),
        });
        viewers.push(viewer);
        playbacks.push(new Playback(viewer));
        viewer.on('piece', () => arrivals.push(performance.now()));
        viewer.start();
      }
      await until(
        'everybody plays, with neighbours',
        () => playbacks.every((one, at) => one.plays && viewers[at]!.stats().peers >= 3),
        { withinMs: 40_000 },
      );
      const { id, infoHash } = viewers[0]!.broadcast!;

      /** Nobody waits for longer than what media was late for beyond the buffer in hand: mostly not at all. */
      const stallsNobody = async (what: string, act: () => Promise<void>) => {
        await until('everybody has a buffer', () => playbacks.every(({ bufferMs }) => bufferMs > 700), {
          withinMs: 30_000,
        });
        const inHandMs = Math.min(...playbacks.map(({ bufferMs }) => bufferMs));
        const { atMs, tookMs } = await outage(act);
        await allBack(atMs);
        const starvedMs = allHeldUpMs();
        await until('six seconds have gone by', () => performance.now() - atMs > 6000 + tookMs);
        const silentMs = longestSilence(atMs);
        const seen =
          `${what} was away for ${Math.round(tookMs)} ms, silent for ${Math.round(silentMs)} ms, ` +
          `${Math.round(inHandMs)} ms were in hand, held up ${Math.round(heldUpMs())} ms, ${
            Math.round(starvedMs)
          } ms in all:\n${figures(atMs)}`;
        console.log(seen);
        assert.ok(silentMs < tookMs + RECONNECT_MS + heldUpMs(), `media came late: ${seen}`);
        // A busy machine may take longer over the restart than any buffer bridges; beyond that nobody waits.
        const beyondMs = silentMs + starvedMs + DELIVERY_MS - inHandMs;
        for (const one of playbacks) {
          const longest = Math.max(0, ...one.since(atMs).map(({ ms }) => ms));
          assert.ok(longest <= Math.max(0, beyondMs), `somebody stalled: ${seen}`);
        }
      };

      for (const object of ['channel', 'media', 'swarm'] as const) {
        await t.step(`the ${object} object is aborted, and nobody stalls`, async () => {
          await stallsNobody(`the ${object} object`, async () => {
            const answer = await fetch(`${stack.edge.url}/abort`, {
              method: 'POST',
              body: JSON.stringify({ object, channel: 'demo', infoHash }),
            });
            assert.match(await answer.text(), /aborted by a test/);
          });
        });
      }

      await t.step('an edge that is back in a moment stalls nobody', async () => {
        await stallsNobody('the edge', () => stack.restartEdge());
      });

      await t.step(
        'an edge that is gone for ten seconds costs one rebuffering, and nobody is left behind',
        async () => {
          const { atMs, tookMs } = await outage(() => stack.restartEdge(OUTAGE_MS));
          await allBack(atMs);
          const starvedMs = allHeldUpMs();
          for (const [at, one] of playbacks.entries()) {
            const stalls = one.since(atMs);
            assert.ok(
              stalls.length <= 1 && stalls.every(({ ms }) => ms <= tookMs + 1000 + starvedMs),
              `the edge was away for ${Math.round(tookMs)} ms:\n${figures(atMs)}`,
            );
            assert.equal(viewers[at]!.broadcast!.id, id, 'the same broadcast goes on');
          }
          console.log(`away for ${Math.round(tookMs)} ms:\n${figures(atMs)}`);
        },
      );
    } finally {
      for (const one of playbacks) one.stop();
      for (const viewer of viewers) viewer.stop();
      await encoder.stop();
      await stack.stop();
    }
  },
);
