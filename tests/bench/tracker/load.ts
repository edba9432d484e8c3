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
const WARM_UP_SHARE = 0.1;
/** Between two announces of one socket. */
const LEAST_BETWEEN_MS = 250;

export async function loadTracker(tracker: Tracker, options: LoadOptions): Promise<LoadResult> {
  const { infoHash, url, peers, seconds, atOnce } = options;
  const tally: Tally = { bytes: 0 };
  const sockets: CrowdSocket[] = [];
  const enter = async (count: number) => {
    for (const socket of await openMany(Array<string>(count).fill(url), tally)) {
      await announce(socket, stockAnnounce(infoHash, binaryId('p', sockets.push(socket) - 1), 0, 'started'));
    }
    await settle();
    return residentBytes(tracker.pid);
  };
  // The first ones also warm the process up: its memory is counted from then on.
  const before = await enter(Math.ceil(peers * WARM_UP_SHARE));
  const bytesPerPeer = (await enter(peers - sockets.length) - before) / (peers * (1 - WARM_UP_SHARE));

  let relays = 0;
  let announces = 0;
  let next = 0;
  let end = Infinity;
  const waiting = new Map<number, Reply>();
  const announcedAt = new Map<number, number>();
  for (const [i, socket] of sockets.entries()) {
    // The load generator has one core too: relayed offers, most of what it gets, are told by their text.
    socket.onText = (text) => {
      const isRelay = text.includes('"offer":{');
      if (isRelay) relays++;
      return isRelay;
    };
    socket.onMessage = (message) => {
      const reply = waiting.get(i);
      if (reply) settleReply(reply, message);
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
        (reply) => waiting.set(i, reply),
        () => sockets[i]!.send(stockAnnounce(infoHash, binaryId('p', i), STOCK_OFFERS)),
      );
      waiting.delete(i);
      announcedAt.set(i, performance.now());
      announces++;
    }
  };
  const measure = async () => {
    await settle();
    const from = { announces, relays, cpuS: cpuSeconds(tracker.pid), atMs: performance.now() };
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    const measuredS = (performance.now() - from.atMs) / 1000;
    const counted = announces - from.announces;
    end = 0;
    return {
      announcesPerS: Math.round(counted / measuredS),
      relaysPerS: Math.round((relays - from.relays) / measuredS),
      cpuMsPerAnnounce: (cpuSeconds(tracker.pid) - from.cpuS) * 1000 / Math.max(1, counted),
      bytesPerPeer: Math.round(bytesPerPeer),
    };
  };
  const workers = Array.from({ length: Math.min(atOnce, peers) }, worker);
  const [result] = await Promise.all([measure(), ...workers]);
  for (const socket of sockets) socket.close();
  return result;
}

/** Memory of sockets that announced once and then say nothing: `perSwarm` of them in each swarm. */
export async function idleBytesPerPeer(tracker: Tracker, peers: number, perSwarm = 1000): Promise<number> {
  const all: CrowdSocket[] = [];
  const enter = async (swarm: number, count: number) => {
    const infoHash = 'i' + String(swarm).padStart(19, '0');
    const url = await tracker.announceUrl(hexOf(infoHash));
    for (const [i, socket] of (await openMany(Array<string>(count).fill(url), { bytes: 0 })).entries()) {
      await announce(socket, stockAnnounce(infoHash, binaryId(`s${swarm}-`, i), 0, 'started'));
      all.push(socket);
    }
  };
  await enter(0, Math.min(perSwarm, Math.ceil(peers * WARM_UP_SHARE)));
  await settle();
  const before = { bytes: residentBytes(tracker.pid), peers: all.length };
  for (let swarm = 1; all.length < peers; swarm++) await enter(swarm, Math.min(perSwarm, peers - all.length));
  await settle();
  const grown = residentBytes(tracker.pid) - before.bytes;
  const bytesPerPeer = Math.round(grown / (all.length - before.peers));
  for (const socket of all) socket.close();
  return bytesPerPeer;
}

export function hexOf(binary: string): string {
  return [...binary].map((character) => character.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}

/** Sends an announce and waits for its reply; rejects when it is refused. */
export async function announce(socket: CrowdSocket, text: string): Promise<void> {
  const before = socket.onMessage;
  try {
    await answered((reply) => {
      socket.onMessage = (message) => settleReply(reply, message);
    }, () => socket.send(text));
  } finally {
    socket.onMessage = before;
  }
}

/** What waits for the reply to an announce. */
interface Reply {
  done(): void;
  fail(why: string): void;
}

function settleReply({ done, fail }: Reply, message: Record<string, unknown>): void {
  if (message['failure reason'] !== undefined) fail(String(message['failure reason']));
  else if ('interval' in message) done();
}

function answered(listen: (reply: Reply) => void, send: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(timer);
      reject(new Error(`announce: ${why}`));
    };
    const timer = setTimeout(() => fail(`no reply within ${PATIENCE_MS} ms`), PATIENCE_MS);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    listen({ done, fail });
    send();
  });
}

function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}
