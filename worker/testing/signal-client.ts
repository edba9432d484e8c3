/** Signaling as viewers do it, for tests in workerd. */
import { env, exports } from 'cloudflare:workers';
import { fromBase64Url, fromHex, toBase64Url, toBinaryString } from '../../protocol/bytes.ts';
import type { LiveJoinAnswer } from '../../protocol/join.ts';
import { announceProof } from '../../protocol/ticket.ts';
import { passDesk } from '../access/pass.ts';
import { peerIdOf, ticketDesk } from '../access/ticket.ts';
import type { Env } from '../env.ts';
import { eventually, join } from './edge.ts';

/** A socket that remembers what came, and lets a test wait for what it needs. */
export class SignalClient {
  readonly got: Record<string, unknown>[] = [];
  closed: { code: number; reason: string } | undefined;
  #wake: (() => void)[] = [];

  constructor(readonly socket: WebSocket) {
    socket.addEventListener('message', (event) => {
      // Of a socket that joins: its answer and media.
      if (typeof event.data !== 'string') return;
      this.got.push(event.data === 'pong' ? { pong: true } : JSON.parse(event.data));
      this.#wakeAll();
    });
    socket.addEventListener('close', (event) => {
      this.closed = { code: event.code, reason: event.reason };
      this.#wakeAll();
    });
    socket.accept();
  }

  /** Opens the signaling socket at a path, as the join answer names it. */
  static async open(path: string): Promise<SignalClient> {
    const response = await exports.default.fetch(`https://edge.example${path}`, {
      headers: { upgrade: 'websocket' },
    });
    if (response.status !== 101) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return new SignalClient(response.webSocket!);
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  async until<T>(find: (client: SignalClient) => T | undefined): Promise<T> {
    for (;;) {
      const found = find(this);
      if (found !== undefined && found !== false) return found;
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  message(where: (message: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
    return this.until(() => this.got.find(where));
  }

  action(action: string): Promise<Record<string, unknown>> {
    return this.message((message) => message.action === action);
  }

  failure(): Promise<string> {
    return this.until(() => this.got.find((one) => 'failure reason' in one)?.['failure reason'] as string);
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

export function announcePathOf(infoHash: string, shard?: string): string {
  return `/swarm/${infoHash}/announce${shard === undefined ? '' : `?shard=${shard}`}`;
}

type Sign = (message: Uint8Array) => Promise<Uint8Array>;

/** A key pair of a viewer. */
export async function newKey(): Promise<{ key: Uint8Array; sign: Sign }> {
  const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']) as CryptoKeyPair;
  return {
    key: new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey) as ArrayBuffer),
    sign: async (message) => new Uint8Array(await crypto.subtle.sign('Ed25519', pair.privateKey, message)),
  };
}

export interface Announce {
  action: 'announce';
  event: 'started';
  info_hash: string;
  peer_id: string;
  ticket: string;
  proof: string;
  pass: string;
  capability: { uploadKbps: number; track: number; nat: string; device: string };
}

/** The first announce of a peer whose ticket was signed `ageS` seconds ago. */
export async function announceOf(infoHash: string, channel: string, { ageS = 0 } = {}): Promise<Announce> {
  const { key, sign } = await newKey();
  const tickets = ticketDesk((env as unknown as Env).SHOAL_EDGE_SECRET);
  const ticket = await tickets.issue(infoHash, key, Math.floor(Date.now() / 1000) - ageS);
  const proof = toBase64Url(await sign(announceProof(fromBase64Url(ticket)!)));
  const peerId = await peerIdOf(key);
  const pass = await passDesk((env as unknown as Env).SHOAL_EDGE_SECRET).issue(channel, peerId, {});
  return announce(infoHash, peerId, ticket, proof, pass);
}

export interface Viewer {
  /** base64url, as its join had it. */
  peerKey: string;
  answer: LiveJoinAnswer;
  announce: Announce;
  client: SignalClient;
}

/** Joins a channel that is on air and announces where the answer says; follows redirects. Throws the code of a kick. */
export async function watch(channel: string, uploadKbps = 2000, token?: string): Promise<Viewer> {
  const { key, sign } = await newKey();
  const peerKey = toBase64Url(key);
  const answer = await eventually(
    () => join(channel, { peerKey, ...(token === undefined ? {} : { token }) }),
    ({ state }) => state === 'live',
  ) as LiveJoinAnswer;
  const first = await startedAnnounce(answer, sign);
  first.capability.uploadKbps = uploadKbps;
  let path = answer.announcePath;
  for (;;) {
    const client = await SignalClient.open(path);
    client.send(first);
    const reply = await client.message(({ action }) =>
      action === 'welcome' || action === 'redirect' || action === 'kicked'
    );
    if (reply.action === 'kicked') throw new Error(String(reply.code));
    if (reply.action === 'welcome') {
      return { peerKey, answer: { ...answer, announcePath: path }, announce: first, client };
    }
    path = reply.path as string;
  }
}

/** What a viewer whose join was answered so says first. */
export async function startedAnnounce(answer: LiveJoinAnswer, sign: Sign): Promise<Announce> {
  const proof = toBase64Url(await sign(announceProof(fromBase64Url(answer.ticket)!)));
  return announce(answer.broadcast.infoHash, answer.peerId, answer.ticket, proof, answer.pass);
}

function announce(
  infoHash: string,
  peerId: string,
  ticket: string,
  proof: string,
  pass: string,
): Announce {
  return {
    action: 'announce',
    event: 'started',
    info_hash: toBinaryString(fromHex(infoHash)!),
    peer_id: peerId,
    ticket,
    proof,
    pass,
    capability: { uploadKbps: 2000, track: 0, nat: 'open', device: 'computer' },
  };
}
