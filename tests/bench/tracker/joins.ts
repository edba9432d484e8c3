/** Bytes that a tracker moves until a newcomer has its neighbours, all parties' sockets together. */
import { fromBase64Url, fromHex, toBase64Url, toBinaryString } from '../../../protocol/bytes.ts';
import type { LiveJoinAnswer } from '../../../protocol/join.ts';
import { announceProof } from '../../../protocol/ticket.ts';
import { packDescription } from '../../../web/peer/description.ts';
import type { Edge } from '../../edge.ts';
import { putOnAir } from '../../on-air.ts';
import { CrowdSocket, openMany, type Tally } from './crowd-socket.ts';
import { announce, hexOf } from './load.ts';
import { binaryId, SDP, STOCK_OFFERS, stockAnnounce, stockAnswer } from './messages.ts';
import type { Tracker } from './systems.ts';

export interface JoinCost {
  /** Bytes of frames, both ways. */
  bytesPerJoin: number;
  /** Neighbours that a newcomer had through the tracker by then. */
  neighbours: number;
}

/** A description as Shoal's peers send it. */
const DESCRIPTION = packDescription(SDP);

/** Who is there before, and who comes. */
const AUDIENCE = 100;
const NEWCOMERS = 20;
const PATIENCE_MS = 20_000;

/**
 * Stock clients: five offers an announce to peers that the tracker picks, until the newcomer has heard from
 * `neighbours` different ones.
 */
export async function stockJoins(tracker: Tracker, neighbours: number): Promise<JoinCost> {
  const infoHash = 'j'.repeat(20);
  const url = await tracker.announceUrl(hexOf(infoHash));
  const tally: Tally = { bytes: 0 };
  const sockets = await openMany(Array<string>(AUDIENCE + NEWCOMERS).fill(url), tally);
  const met = sockets.map(() => new Set<string>());
  for (const [i, socket] of sockets.entries()) {
    const id = binaryId('j', i);
    const take = (message: Record<string, unknown>) => {
      if ('offer' in message) {
        const { peer_id, offer_id } = message as { peer_id: string; offer_id: string };
        socket.send(stockAnswer(infoHash, id, peer_id, offer_id));
      } else if ('answer' in message) met[i]!.add(message.peer_id as string);
    };
    if (i < AUDIENCE) await announce(socket, stockAnnounce(infoHash, id, 0, 'started'));
    socket.onMessage = take;
  }
  tally.bytes = 0;
  let had = 0;
  for (let i = AUDIENCE; i < sockets.length; i++) {
    let event: string | undefined = 'started';
    for (let round = 0; met[i]!.size < neighbours && round < 4 * neighbours; round++) {
      const before = met[i]!.size;
      sockets[i]!.send(stockAnnounce(infoHash, binaryId('j', i), STOCK_OFFERS, event));
      event = undefined;
      await quiet(() => met[i]!.size >= before + STOCK_OFFERS);
    }
    had += met[i]!.size;
  }
  for (const socket of sockets) socket.close();
  return { bytesPerJoin: Math.round(tally.bytes / NEWCOMERS), neighbours: had / NEWCOMERS };
}

/**
 * Shoal's own peers: the edge names neighbours, and one message has an offer for each. The newcomer meets the rest
 * through those, over data channels: the edge sees nothing of it.
 */
export async function targetedJoins(edge: Edge): Promise<JoinCost & { httpBytesPerJoin: number }> {
  const air = await putOnAir(edge, 'joins');
  const tally: Tally = { bytes: 0 };
  let httpBytes = 0;
  const peers: Newcomer[] = [];
  try {
    for (let i = 0; i < AUDIENCE; i++) peers.push(await arrive(edge, tally));
    tally.bytes = 0;
    const newcomers: Newcomer[] = [];
    for (let i = 0; i < NEWCOMERS; i++) newcomers.push(await arrive(edge, tally));
    httpBytes = newcomers.reduce((sum, one) => sum + one.httpBytes, 0);
    peers.push(...newcomers);
    return {
      bytesPerJoin: Math.round(tally.bytes / NEWCOMERS),
      neighbours: newcomers.reduce((sum, { neighbours }) => sum + neighbours, 0) / NEWCOMERS,
      httpBytesPerJoin: Math.round(httpBytes / NEWCOMERS),
    };
  } finally {
    for (const { socket } of peers) socket.close();
    air.leave();
  }
}

interface Newcomer {
  socket: CrowdSocket;
  neighbours: number;
  httpBytes: number;
}

/** Join, socket, announce, welcome, one message of offers, an answer to each. Stays and answers offers of others. */
async function arrive(edge: Edge, tally: Tally): Promise<Newcomer> {
  const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']) as CryptoKeyPair;
  const key = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  const body = JSON.stringify({ peerKey: toBase64Url(key) });
  const response = await fetch(`${edge.url}/join/joins`, { method: 'POST', body });
  const text = await response.text();
  if (!response.ok) throw new Error(`join: ${response.status} ${text}`);
  const answer = JSON.parse(text) as LiveJoinAnswer;
  const infoHash = toBinaryString(fromHex(answer.broadcast.infoHash)!);
  const ticket = fromBase64Url(answer.ticket)!;
  const proof = new Uint8Array(await crypto.subtle.sign('Ed25519', pair.privateKey, announceProof(ticket)));
  const about = { action: 'announce', info_hash: infoHash, peer_id: answer.peerId };

  const socket = await CrowdSocket.open(edge.url.replace('http', 'ws') + answer.announcePath, tally);
  let named: string[] | undefined;
  const met = new Set<string>();
  socket.onMessage = (message) => {
    if (message.action === 'welcome') {
      named = (message.neighbours as { peer_id: string }[]).map(({ peer_id }) => peer_id);
    } else if ('offer' in message) {
      const { peer_id, offer_id } = message as { peer_id: string; offer_id: string };
      socket.send(stockAnswer(infoHash, answer.peerId, peer_id, offer_id, DESCRIPTION));
    } else if ('answer' in message) met.add(message.peer_id as string);
  };
  socket.send(JSON.stringify({
    ...about,
    event: 'started',
    ticket: answer.ticket,
    proof: toBase64Url(proof),
    pass: answer.pass,
    capability: { uploadKbps: 2000, track: 0, nat: 'cone', device: 'computer' },
  }));
  await until('the welcome', () => named !== undefined);
  if (named!.length > 0) {
    socket.send(JSON.stringify({
      ...about,
      numwant: 0,
      offers: named!.map((to, i) => ({
        to_peer_id: to,
        offer_id: binaryId('t', i),
        offer: { type: 'offer', sdp: DESCRIPTION },
      })),
    }));
    await until('answers to all offers', () => met.size === named!.length);
  }
  return { socket, neighbours: met.size, httpBytes: body.length + text.length };
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Waits until it holds, or for as long as answers might still come: an offer to a known peer adds nobody. */
async function quiet(holds: () => boolean): Promise<void> {
  const end = performance.now() + 150;
  while (!holds() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 2));
}
