/**
 * Signaling gone for five minutes, in real time: nothing of the edge reaches anybody but the feeds of the seeds, and
 * half of the audience leaves meanwhile. web/mesh/without-edge.test.ts does the same on a virtual clock.
 */
import assert from 'node:assert/strict';
import { headlessEnvironment, headlessQuiet } from '../../web/antenna/headless-environment.ts';
import type { PeerEnvironment } from '../../web/peer/environment.ts';
import { Viewer } from '../../web/peer/viewer.ts';
import { startStack } from '../stack.ts';
import { until } from '../until.ts';
import { LIGHT, startLastingEncoder } from './lasting-encoder.ts';
import { Playback } from './playback.ts';
import { SourceWatch } from './source-watch.ts';

const options = { sanitizeOps: false, sanitizeResources: false, sanitizeExit: false };
const VIEWERS = 24;
/** A phone aims at twelve neighbours: of 24 viewers, some are left to be found. */
const DEVICE = 'phone';
const MINUTE_MS = 60_000;
const GONE_MS = 5 * MINUTE_MS;
/** Nobody listens there. */
const NOWHERE = 'ws://127.0.0.1:9/';

Deno.test.afterAll(headlessQuiet);

/** What passes on a seed's line all the same: which feeds it holds, how far it has come, and the right to get them. */
const OF_FEEDS = ['feeds', 'ack', 'renew', 'renewed'];

/** A viewer's surroundings: while it is cut off, its sockets are refused, or where it is a seed pass feeds only. */
class Surroundings {
  isCutOff = false;
  isFed = () => false;
  /** Was a seed at that moment: its socket stayed open. */
  keptLine = false;
  /** When each connection to another viewer came about. */
  readonly metAt: number[] = [];
  /** When the edge last gave it a place. */
  welcomedAt = -Infinity;
  readonly environment: PeerEnvironment;
  #sockets = new Set<WebSocket>();

  constructor() {
    const plain = headlessEnvironment();
    const { metAt } = this;
    // deno-lint-ignore no-this-alias
    const around = this;
    const Connection = plain.RTCPeerConnection!;
    this.environment = {
      ...plain,
      device: DEVICE,
      fetch: (input, init) =>
        this.isCutOff && String(input).includes('/join/')
          ? Promise.reject(new TypeError('the edge does not answer'))
          : plain.fetch(input, init),
      RTCPeerConnection: class extends Connection {
        constructor(configuration?: RTCConfiguration) {
          super(configuration);
          this.addEventListener('connectionstatechange', () => {
            if (this.connectionState === 'connected') metAt.push(performance.now());
          });
        }
      },
      WebSocket: class extends WebSocket {
        constructor(url: string, protocols: string[] = []) {
          super(around.isCutOff ? NOWHERE : url, protocols);
          around.#sockets.add(this);
          this.addEventListener('message', (event) => {
            // Of a join.
            if (typeof event.data !== 'string') return;
            const { action } = JSON.parse(event.data);
            if (around.isCutOff && !OF_FEEDS.includes(action)) event.stopImmediatePropagation();
            else if (action === 'welcome') around.welcomedAt = performance.now();
          });
          this.addEventListener('close', () => around.#sockets.delete(this));
        }

        override send(data: string) {
          if (!around.isCutOff || OF_FEEDS.includes(JSON.parse(data).action)) super.send(data);
        }
      },
    };
  }

  /** From now on: no signaling. Who holds feeds keeps the line that feeds it. */
  cutOff(): void {
    this.isCutOff = true;
    this.keptLine = this.isFed();
    if (!this.keptLine) { for (const socket of [...this.#sockets]) socket.close(); }
  }
}

interface Seat {
  viewer: Viewer;
  playback: Playback;
  around: Surroundings;
}

Deno.test(
  'five minutes without signaling, and half of the neighbours gone: others are found, nobody stalls',
  options,
  async () => {
    const stack = await startStack();
    const encoder = startLastingEncoder(stack.publishUrl(), LIGHT);
    const seats: Seat[] = [];
    let left: Seat[] = seats;
    const source = new SourceWatch(() => seats.map(({ viewer }) => viewer));
    const figures = (fromMs: number) =>
      left.map(({ viewer, playback, around }, at) => {
        const stalls = playback.since(fromMs).map(({ atMs, ms }) =>
          `${Math.round(atMs - fromMs)}+${Math.round(ms)}`
        );
        const { peers, feeds, repairs } = viewer.stats();
        const met = around.metAt.filter((atMs) => atMs > fromMs).length;
        return `${at}: ${viewer.state}, ${
          Math.round(playback.latencyMs)
        } ms behind, ${peers} neighbours (${met} met), ` +
          `${feeds} feeds, ${repairs} repairs, stalls ${stalls.join(' ')}`;
      }).join('\n');
    const passes = (what: string, ms: number, fromMs: number) =>
      until(what, () => performance.now() - fromMs >= ms, { withinMs: ms + MINUTE_MS });
    try {
      for (let i = 0; i < VIEWERS; i++) {
        const around = new Surroundings();
        const viewer = new Viewer({
          edgeUrl: stack.edge.url,
          channel: 'demo',
          environment: around.environment,
        });
        around.isFed = () => viewer.stats().feeds > 0;
        seats.push({ viewer, playback: new Playback(viewer), around });
        source.watch(viewer);
        viewer.start();
        await passes('the next one comes', 300, performance.now());
      }
      await until(
        'everybody plays, with neighbours and a buffer',
        () =>
          seats.every(({ viewer, playback }) =>
            playback.plays && playback.bufferMs > 700 && viewer.stats().peers >= 8
          ),
        { withinMs: MINUTE_MS },
      );

      const cutAt = performance.now();
      for (const { around } of seats) around.cutOff();
      source.reset();
      for (const { playback } of seats) playback.heldUpMs = 0;
      await passes('a minute without signaling', MINUTE_MS, cutAt);
      const seeds = seats.filter(({ viewer }) => viewer.stats().feeds > 0);
      const gone = new Set(seats.filter((seat) => !seeds.includes(seat)).slice(0, VIEWERS / 2));
      for (const seat of seats) if (gone.size < VIEWERS / 2) gone.add(seat);
      left = seats.filter((seat) => !gone.has(seat));
      const before = left.map(({ viewer }) => viewer.stats().peers);
      const lostAt = performance.now();
      for (const { viewer, playback } of gone) {
        playback.stop();
        viewer.stop();
      }
      await until(
        'the links to them are gone',
        () => left.every(({ viewer }, at) => viewer.stats().peers < before[at]! || before[at] === 0),
        { withinMs: 30_000 },
      );
      const after = left.map(({ viewer }) => viewer.stats().peers);
      await passes('five minutes without signaling', GONE_MS, cutAt);

      const heldUpMs = Math.max(...left.map(({ playback }) => playback.heldUpMs));
      const seen = `neighbours before ${before}, after ${after}; held up ${Math.round(heldUpMs)} ms, ` +
        `source late by ${Math.round(source.lateMs)} ms:\n${figures(cutAt)}`;
      console.log(seen);
      const found = left.filter(({ around }) => around.metAt.some((atMs) => atMs > lostAt));
      assert.ok(found.length >= left.length / 2, `${found.length} of ${left.length} found another: ${seen}`);
      for (const { viewer, playback, around } of left) {
        assert.ok(around.welcomedAt < cutAt, `the edge heard somebody: ${seen}`);
        assert.equal(viewer.state, 'live', seen);
        assert.ok(viewer.stats().peers >= 6, `somebody is alone: ${seen}`);
        const longest = Math.max(0, ...playback.since(cutAt).map(({ ms }) => ms));
        // Nobody waits for longer than a busy machine held viewers and source up.
        assert.ok(longest <= heldUpMs + source.lateMs, `somebody stalled: ${seen}`);
      }

      for (const { around } of left) around.isCutOff = false;
      const backAt = performance.now();
      await until(
        'everybody but the seeds, whose line never broke, is at the edge again',
        () => left.every(({ around }) => around.keptLine || around.welcomedAt > backAt),
        { withinMs: 2 * MINUTE_MS },
      );
    } finally {
      source.stop();
      for (const { viewer, playback } of seats) {
        playback.stop();
        viewer.stop();
      }
      await encoder.stop();
      await stack.stop();
    }
  },
);
