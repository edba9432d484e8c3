/** Announces as fast as a tracker answers them, from many sockets, so many under way at a time. */
import { cpuSeconds } from '../peers/cpu.ts';
import { CrowdSocket, openMany, type Tally } from './crowd-socket.ts';
import { binaryId, STOCK_OFFERS, stockAnnounce } from './messages.ts';
import { residentBytes, type Tracker } from './systems.ts';

export interface LoadOptions {
  /** 20 characters, and as 40 hex digits. */
  infoHash: string;
  url: string;
  peers: number;
  seconds: number;
  atOnce: number;
}

export interface LoadResult {
  announcesPerS: number;
  relaysPerS: number;
  cpuMsPerAnnounce: number;
  bytesPerPeer: number;
}

/** An announce that is not answered in this time is an error. */
const PATIENCE_MS = 20_000;
const SETTLE_MS = 2000;
/** Between two announces of one socket. */
const LEAST_BETWEEN_MS = 250;

export async function loadTracker(tracker: Tracker, options: LoadOptions): Promise<LoadResult> {
  const { infoHash, url, peers, seconds, atOnce } = options;
  const tally: Tally = { bytes: 0 };
  const [first] = await openMany([url], tally);
  await announce(first!, stockAnnounce(infoHash, binaryId('p', 0), 0, 'started'));
  await settle();
  const before = residentBytes(tracker.pid);
  const sockets = [first!, ...await openMany(Array<string>(peers - 1).fill(url), tally)];
  for (const [i, socket] of sockets.entries()) {
    await announce(socket, stockAnnounce(infoHash, binaryId('p', i), 0, 'started'));
  }
  await settle();
  const bytesPerPeer = (residentBytes(tracker.pid) - before) / Math.max(1, peers - 1);

  let relays = 0;
  let announces = 0;
  let next = 0;
  let end = Infinity;
  const waiting = new Map<number, () => void>();
  const announcedAt = new Map<number, number>();
  for (const [i, socket] of sockets.entries()) {
    socket.onMessage = (message) => {
      if ('offer' in message) return void relays++;
      if (message['failure reason'] !== undefined) throw new Error(`announce: ${message['failure reason']}`);
      waiting.get(i)?.();
    };
  }
  const worker = async () => {
    while (performance.now() < end) {
      const i = next++ % sockets.length;
      // The edge takes no flood from one socket: the load comes from many.
      if (waiting.has(i) || performance.now() - (announcedAt.get(i) ?? -Infinity) < LEAST_BETWEEN_MS) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        continue;
      }
      await answered(
        (done) => waiting.set(i, done),
        () => sockets[i]!.send(stockAnnounce(infoHash, binaryId('p', i), STOCK_OFFERS)),
      );
      waiting.delete(i);
      announcedAt.set(i, performance.now());
      announces++;
    }
  };
  const workers = Array.from({ length: Math.min(atOnce, peers) }, worker);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const from = { announces, relays, cpuS: cpuSeconds(tracker.pid), atMs: performance.now() };
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const measuredS = (performance.now() - from.atMs) / 1000;
  const counted = announces - from.announces;
  const result = {
    announcesPerS: Math.round(counted / measuredS),
    relaysPerS: Math.round((relays - from.relays) / measuredS),
    cpuMsPerAnnounce: (cpuSeconds(tracker.pid) - from.cpuS) * 1000 / Math.max(1, counted),
    bytesPerPeer: Math.round(bytesPerPeer),
  };
  end = 0;
  await Promise.all(workers);
  for (const socket of sockets) socket.close();
  return result;
}

/** Memory of sockets that announced once and then say nothing: `perSwarm` of them in each swarm. */
export async function idleBytesPerPeer(tracker: Tracker, peers: number, perSwarm = 1000): Promise<number> {
  await settle();
  const before = residentBytes(tracker.pid);
  const tally: Tally = { bytes: 0 };
  const all: CrowdSocket[] = [];
  for (let swarm = 0; all.length < peers; swarm++) {
    const infoHash = 'i' + String(swarm).padStart(19, '0');
    const url = await tracker.announceUrl(hexOf(infoHash));
    const sockets = await openMany(Array<string>(Math.min(perSwarm, peers - all.length)).fill(url), tally);
    for (const [i, socket] of sockets.entries()) {
      await announce(socket, stockAnnounce(infoHash, binaryId(`s${swarm}-`, i), 0, 'started'));
    }
    all.push(...sockets);
  }
  await settle();
  const bytes = (residentBytes(tracker.pid) - before) / peers;
  for (const socket of all) socket.close();
  return Math.round(bytes);
}

export function hexOf(binary: string): string {
  return [...binary].map((character) => character.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}

/** Sends an announce and waits for its reply; throws when it is refused. */
export async function announce(socket: CrowdSocket, text: string): Promise<void> {
  const before = socket.onMessage;
  try {
    await answered((done) => {
      socket.onMessage = (message) => {
        if (message['failure reason'] !== undefined) {
          throw new Error(`announce: ${message['failure reason']}`);
        }
        if ('interval' in message) done();
      };
    }, () => socket.send(text));
  } finally {
    socket.onMessage = before;
  }
}

function answered(listen: (done: () => void) => void, send: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('an announce was not answered')), PATIENCE_MS);
    listen(() => {
      clearTimeout(timer);
      resolve();
    });
    send();
  });
}

function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}
