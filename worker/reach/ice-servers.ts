/** ICE servers from the box's settings: the fixed ones, and TURN with credentials of its own for each peer. */
import * as v from 'valibot';
import type { BoxSettings } from '../../protocol/box.ts';
import { IceServer } from '../../protocol/join.ts';
import type { Env } from '../env.ts';
import type { IceServers, TurnDesk } from './turn.ts';
import { CloudflareTurnDesk } from './turn-cloudflare.ts';
import { SecretTurnDesk } from './turn-secret.ts';

export type ReachEnv = Pick<
  Env,
  | 'SHOAL_ICE_SERVERS'
  | 'SHOAL_TURN_URLS'
  | 'SHOAL_TURN_SECRET'
  | 'SHOAL_CLOUDFLARE_TURN_KEY'
  | 'SHOAL_CLOUDFLARE_TURN_TOKEN'
>;

/** Settings that parsed, and how TURN is had; one an isolate. */
interface Reach {
  fixed: IceServers;
  turn: TurnDesk | undefined;
}

let held: { by: string; reach: Reach } | undefined;

/** What one peer gets. Throws an Error that names the setting when one is malformed. */
export async function iceServersFor(
  env: ReachEnv,
  peerId: string,
  nowS: number,
  box: Pick<BoxSettings, 'stun' | 'turn'> = { stun: null, turn: true },
): Promise<IceServers> {
  const { fixed, turn } = reachOf(env);
  const stun = box.stun === null ? fixed : box.stun.map((urls) => ({ urls }));
  return [...stun, ...(box.turn ? await turn?.issue(peerId, nowS) ?? [] : [])];
}

function reachOf(env: ReachEnv): Reach {
  const by = JSON.stringify([
    env.SHOAL_ICE_SERVERS,
    env.SHOAL_TURN_URLS,
    env.SHOAL_TURN_SECRET,
    env.SHOAL_CLOUDFLARE_TURN_KEY,
    env.SHOAL_CLOUDFLARE_TURN_TOKEN,
  ]);
  if (held?.by !== by) held = { by, reach: { fixed: fixedServers(env), turn: turnDesk(env) } };
  return held.reach;
}

function fixedServers({ SHOAL_ICE_SERVERS: text }: ReachEnv): IceServers {
  if (!text) return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('SHOAL_ICE_SERVERS must be JSON');
  }
  const parsed = v.safeParse(v.array(IceServer), value);
  if (!parsed.success) {
    throw new Error('SHOAL_ICE_SERVERS must be an array of { urls, username?, credential? }');
  }
  return parsed.output;
}

function turnDesk(env: ReachEnv): TurnDesk | undefined {
  const cloudflare = both(env, 'SHOAL_CLOUDFLARE_TURN_KEY', 'SHOAL_CLOUDFLARE_TURN_TOKEN');
  const own = both(env, 'SHOAL_TURN_URLS', 'SHOAL_TURN_SECRET');
  if (cloudflare && own) throw new Error('SHOAL_TURN_URLS and SHOAL_CLOUDFLARE_TURN_KEY exclude each other');
  if (cloudflare) {
    const [keyId, token] = cloudflare;
    return new CloudflareTurnDesk({ keyId, token, fetch: (input, init) => globalThis.fetch(input, init) });
  }
  if (!own) return undefined;
  const urls = own[0].split(',').map((url) => url.trim()).filter((url) => url !== '');
  if (urls.length === 0 || urls.some((url) => !/^turns?:\S+$/.test(url))) {
    throw new Error('SHOAL_TURN_URLS must be turn: or turns: URLs with commas between them');
  }
  return new SecretTurnDesk({ urls, secret: own[1] });
}

/** Both settings, or undefined for none. Throws when one is missing. */
function both(env: ReachEnv, a: keyof ReachEnv, b: keyof ReachEnv): [string, string] | undefined {
  const [first, second] = [env[a], env[b]];
  if (!first && !second) return undefined;
  if (!first || !second) throw new Error(`${a} and ${b} go together: ${first ? b : a} is missing`);
  return [first, second];
}
