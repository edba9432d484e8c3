/**
 * May this viewer watch this channel? One answer for the join, the license and plain HLS; it asks no object: keys
 * and card are remembered by the isolate. Device slots are the join's own affair.
 */
import { PLAYBACK_REFUSALS, type PlaybackRefusal } from '../../protocol/claims.ts';
import { allowsSite } from '../../protocol/site.ts';
import type { LeaseTerms } from '../../protocol/lease.ts';
import type { ChannelSettings } from '../../protocol/channel.ts';
import { Failure, type FailureStatus } from '../failure.ts';
import { leaseVerdict } from './lease-verdict.ts';
import { type CheckedToken, type PlaybackTokenEnv, readPlaybackToken } from './playback-token.ts';
import { askingSite } from './site.ts';

/** Who is kept out of a channel, as the join card has it. */
export interface CardBans {
  /** Peer ids. */
  peers: string[];
  /** Viewer ids. */
  subjects: string[];
}

export interface PlaybackAsk {
  /** What of a join card is needed. */
  card: {
    channel: string;
    settings: Pick<ChannelSettings, 'access' | 'sites'>;
    bans?: CardBans;
    leases?: LeaseTerms[];
  };
  token?: string | undefined;
  /** The peer that asks, as its key or its grant says. */
  peerId?: string;
  request: Request;
  /** What the edge's own page told of the page around it. */
  framedBy?: string | undefined;
  env: PlaybackTokenEnv;
  /** A stock player may ask that shows no page: then sites do not concern it. */
  fromPlayer?: boolean;
  nowMs?: number;
}

/** Leave to watch, whoever gave it: without a token it is anonymous. */
export interface PlaybackRight {
  anonymous: boolean;
  /** Viewer id. */
  subject?: string;
  tenant?: string;
  /** Lease as whose viewer this is counted. */
  lease?: string;
  /** Seconds since 1970; absent: it does not end by itself. */
  untilS?: number;
  /** What ends it then. */
  endsBy?: 'token-expired' | 'lease-ended';
  /** Most devices at a time. */
  devices?: number;
}

/** Throws Failure with a code of PLAYBACK_REFUSALS. */
export async function checkPlayback(ask: PlaybackAsk): Promise<PlaybackRight> {
  const { card, peerId, request } = ask;
  const nowMs = ask.nowMs ?? Date.now();
  const { origin: site, isOwn } = askingSite(request, ask.framedBy);
  const isFree = isOwn || (ask.fromPlayer === true && site === '');
  if (!isFree && !allowsSite(card.settings.sites, site)) throw refusal('site-not-allowed');
  const claims = await claimsOf(ask);
  if (claims && !isFree && !allowsSite(claims.sites, site)) throw refusal('site-not-allowed');
  const { bans } = card;
  if (bans && peerId !== undefined && bans.peers.includes(peerId)) throw refusal('banned');
  if (bans && claims?.subject !== undefined && bans.subjects.includes(claims.subject)) {
    throw refusal('banned');
  }
  const verdict = leaseVerdict(
    card.leases ?? [],
    { ...(claims?.tenant && { tenant: claims.tenant }), site },
    nowMs,
  );
  if (!verdict.ok) throw refusal(verdict.code);
  const leaseS = verdict.untilMs === undefined ? Infinity : Math.floor(verdict.untilMs / 1000);
  const untilS = Math.min(claims?.exp ?? Infinity, leaseS);
  return {
    anonymous: claims === undefined,
    ...(claims?.subject === undefined ? {} : { subject: claims.subject }),
    ...(claims?.tenant === undefined ? {} : { tenant: claims.tenant }),
    ...(claims?.devices === undefined ? {} : { devices: claims.devices }),
    ...(verdict.lease === undefined ? {} : { lease: verdict.lease }),
    ...(untilS === Infinity ? {} : { untilS, endsBy: untilS === leaseS ? 'lease-ended' : 'token-expired' }),
  };
}

/** The refusal with this code, its sentence and its status. */
export function refusal(code: PlaybackRefusal, details: { retryAfterS?: number } = {}): Failure {
  return new Failure(statusOf(code), code, PLAYBACK_REFUSALS[code], details);
}

/** Undefined for who comes to a public channel without a token, or with one that is good for nothing. */
async function claimsOf({ card, token, env }: PlaybackAsk): Promise<CheckedToken | undefined> {
  const isOpen = card.settings.access === 'public';
  if (token === undefined || token === '') {
    if (isOpen) return undefined;
    throw refusal('token-missing');
  }
  const read = await readPlaybackToken(token, card.channel, env);
  if (typeof read !== 'string') return read;
  if (isOpen) return undefined;
  throw refusal(read);
}

function statusOf(code: PlaybackRefusal): FailureStatus {
  if (code === 'rate-limited') return 429;
  return code.startsWith('token-') && code !== 'token-not-for-channel' ? 401 : 403;
}
