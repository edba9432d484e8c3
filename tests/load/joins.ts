/**
 * Load: N viewers join and announce within a second's worth of arrivals, over the shard set of one machine.
 *
 *     deno run -A tests/load/joins.ts [--joins 3000] [--seconds 1] [--shard-size 1000] [--json FILE]
 *
 * Arrivals keep their pace as long as the machine does; on a slower one they take longer, and none may fail. Prints
 * a table; ends with status 1 when a join was in error.
 */
import { parseArgs } from 'node:util';
import { fromBase64Url, fromHex, toBase64Url, toBinaryString } from '../../protocol/bytes.ts';
import type { LiveJoinAnswer } from '../../protocol/join.ts';
import { announceProof } from '../../protocol/ticket.ts';
import type { ToPeer } from '../../protocol/tracker.ts';
import { type Edge, startEdge } from '../edge.ts';
import { putOnAir } from '../on-air.ts';

/** Joins under way at a time: what a browser would spread over machines stands on one here. */
const MOST_AT_ONCE = 256;
/** A join that takes longer than this is an error. */
const PATIENCE_MS = 60_000;
const MOST_REDIRECTS = 8;

export interface LoadOptions {
  joins: number;
  /** Arrivals are spread over this long. */
  seconds: number;
  shardSize: number;
}

export interface LoadResult {
  joins: number;
  errors: number;
  redirects: number;
  seconds: number;
  joinsPerSecond: number;
  joinP50Ms: number;
  joinP95Ms: number;
  joinMaxMs: number;
  shards: number;
  fullest: number;
}

type Welcome = Extract<ToPeer, { action: 'welcome' }>;

/** A viewer that has its seat. */
export interface Arrival {
  answer: LiveJoinAnswer;
  shard: string;
  redirects: number;
  tookMs: number;
  socket: WebSocket;
  welcome: Welcome;
}

export async function loadJoins(options: LoadOptions): Promise<LoadResult> {
  const edge = await startEdge();
  const arrivals: Arrival[] = [];
  const errors: string[] = [];
  try {
    const air = await putOnAir(edge, 'load', { shardSize: options.shardSize });
    const keys = await Promise.all(
      Array.from(
        { length: options.joins },
        () => crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']),
      ),
    ) as CryptoKeyPair[];
    const startedMs = performance.now();
    const running = new Set<Promise<void>>();
    for (const [i, pair] of keys.entries()) {
      const dueMs = startedMs + i * options.seconds * 1000 / options.joins;
      const waitMs = dueMs - performance.now();
      if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs));
      while (running.size >= MOST_AT_ONCE) await Promise.race(running);
      const one: Promise<void> = arrive(edge, 'load', pair)
        .then((arrival) => void arrivals.push(arrival), (error) => void errors.push((error as Error).message))
        .finally(() => running.delete(one));
      running.add(one);
    }
    await Promise.all(running);
    const seconds = (performance.now() - startedMs) / 1000;
    for (const message of new Set(errors)) console.error(`in error: ${message}`);
    air.leave();
    return summary(options, arrivals, errors.length, seconds);
  } finally {
    for (const { socket } of arrivals) socket.close();
    await edge.stop();
  }
}

/** One viewer: join, socket, announce, welcome. `headers`: what a proxy in front would say of it. */
export async function arrive(
  edge: Pick<Edge, 'url'>,
  channel: string,
  pair: CryptoKeyPair,
  headers: Record<string, string> = {},
): Promise<Arrival> {
  const startedMs = performance.now();
  const key = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  const response = await fetch(`${edge.url}/join/${channel}`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ peerKey: toBase64Url(key) }),
  });
  if (response.status !== 200) throw new Error(`join: ${response.status} ${await response.text()}`);
  const answer = await response.json() as LiveJoinAnswer;
  const ticket = fromBase64Url(answer.ticket)!;
  const proof = new Uint8Array(await crypto.subtle.sign('Ed25519', pair.privateKey, announceProof(ticket)));
  const announce = JSON.stringify({
    action: 'announce',
    event: 'started',
    info_hash: toBinaryString(fromHex(answer.broadcast.infoHash)!),
    peer_id: answer.peerId,
    ticket: answer.ticket,
    proof: toBase64Url(proof),
    pass: answer.pass,
    capability: { uploadKbps: 2000, track: 0, nat: 'cone' },
  });
  let path = answer.announcePath;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const sat = await seat(`${edge.url.replace('http', 'ws')}${path}`, announce);
    if ('welcome' in sat) {
      const tookMs = performance.now() - startedMs;
      return { answer, shard: path.split('=')[1]!, redirects, tookMs, ...sat };
    }
    path = sat.redirect;
  }
  throw new Error(`sent on more than ${MOST_REDIRECTS} times`);
}

/** A seat, or the way to another shard. */
function seat(
  url: string,
  announce: string,
): Promise<{ socket: WebSocket; welcome: Welcome } | { redirect: string }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    const timer = setTimeout(() => fail(`no welcome within ${PATIENCE_MS} ms`), PATIENCE_MS);
    const fail = (why: string) => {
      clearTimeout(timer);
      socket.close();
      reject(new Error(why));
    };
    socket.onopen = () => socket.send(announce);
    socket.onerror = () => fail('the socket was refused');
    socket.onclose = ({ code, reason }) => fail(`the socket was closed: ${code} ${reason}`);
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data as string);
      if ('failure reason' in message) return fail(message['failure reason']);
      if (message.action !== 'welcome' && message.action !== 'redirect') return;
      clearTimeout(timer);
      socket.onclose = null;
      socket.onmessage = null;
      if (message.action === 'welcome') return resolve({ socket, welcome: message });
      socket.close();
      resolve({ redirect: message.path });
    };
  });
}

function summary(options: LoadOptions, arrivals: Arrival[], errors: number, seconds: number): LoadResult {
  const took = arrivals.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  const at = (share: number) =>
    Math.round(took[Math.min(took.length - 1, Math.floor(share * took.length))] ?? 0);
  const fill = new Map<string, number>();
  for (const { shard } of arrivals) fill.set(shard, (fill.get(shard) ?? 0) + 1);
  return {
    joins: options.joins,
    errors,
    redirects: arrivals.reduce((sum, { redirects }) => sum + redirects, 0),
    seconds: Math.round(seconds * 100) / 100,
    joinsPerSecond: Math.round(arrivals.length / seconds),
    joinP50Ms: at(0.5),
    joinP95Ms: at(0.95),
    joinMaxMs: Math.round(took.at(-1) ?? 0),
    shards: fill.size,
    fullest: Math.max(0, ...fill.values()),
  };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      joins: { type: 'string', default: '3000' },
      seconds: { type: 'string', default: '1' },
      'shard-size': { type: 'string', default: '1000' },
      json: { type: 'string' },
    },
  });
  const result = await loadJoins({
    joins: Number(values.joins),
    seconds: Number(values.seconds),
    shardSize: Number(values['shard-size']),
  });
  console.table([result]);
  if (values.json) await Deno.writeTextFile(values.json, JSON.stringify({ rows: [result] }, undefined, 2));
  Deno.exit(result.errors > 0 ? 1 : 0);
}
