/** Content keys as the Worker and its objects use them: for licenses remembered by the isolate, fresh for the origin. */
import type { ChannelSettings } from '../protocol/channel.ts';
import type { KeyPeriods } from '../protocol/keys.ts';
import { channelOf, directoryOf, type Env, keysOf } from './env.ts';
import type { KeyUse, OpenPeriod } from './objects/keys.ts';

type KeySettings = Pick<ChannelSettings, 'keyPeriodS' | 'windowS'>;

/** Players hold a little more than the window: what they paused on, what is on its way. */
const GRACE_BEYOND_WINDOW_S = 15;

interface Held {
  epoch: number;
  periods: Promise<OpenPeriod[]>;
  /** When the key to come takes effect: then there is another one to know. */
  untilMs: number;
}

const MOST_CHANNELS = 1000;
const held = new Map<string, Held>();

export function keyUse(channel: string, { keyPeriodS, windowS }: KeySettings): KeyUse {
  return { channel, periodS: keyPeriodS, graceS: windowS + GRACE_BEYOND_WINDOW_S };
}

/**
 * What licenses of this channel may hold. Asks the Keys object once a period and isolate, and when `epoch` (from the
 * join card) says that an admin rotated.
 */
export async function keysInUse(
  env: Env,
  channel: string,
  settings: KeySettings,
  epoch: number,
): Promise<OpenPeriod[]> {
  const known = held.get(channel);
  if (known && known.epoch === epoch && Date.now() < known.untilMs) return await known.periods;
  const asking: Held = {
    epoch,
    periods: keysOf(env, channel).inUse(keyUse(channel, settings)),
    untilMs: Infinity,
  };
  held.delete(channel);
  if (held.size >= MOST_CHANNELS) held.delete(held.keys().next().value!);
  held.set(channel, asking);
  try {
    const periods = await asking.periods;
    asking.untilMs = periods.at(-1)!.startsAtMs;
    return periods;
  } catch (error) {
    if (held.get(channel) === asking) held.delete(channel);
    throw error;
  }
}

/** For the origin: the key in effect and the one to come. Undefined for a channel that is not protected. */
export async function periodsForOrigin(
  env: Env,
  channel: string,
  settings: ChannelSettings,
): Promise<KeyPeriods | undefined> {
  if (settings.drm === 'off') return undefined;
  const periods = await keysOf(env, channel).inUse(keyUse(channel, settings));
  const now = Date.now();
  return periods.slice(-2).map(({ keyId, key, startsAtMs }) => ({
    keyId,
    key,
    startsInMs: startsAtMs - now,
  }));
}

/**
 * Ends the key period of a channel. With `revoke` (for a ban) nobody who holds a key of now can go on by it; viewers
 * are told to fetch the new one, in a short while instead of a whole period.
 */
export async function rotateKeys(
  env: Env,
  channel: string,
  settings: ChannelSettings,
  revoke: boolean,
): Promise<void> {
  await keysOf(env, channel).rotate(keyUse(channel, settings), revoke);
  await channelOf(env, channel).keysRotated();
  await directoryOf(env).tellKeys(channel);
}
