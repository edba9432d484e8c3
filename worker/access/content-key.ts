/** Content keys: made at random, named by HMAC (RFC 2104), stored only sealed with the master secret. */
import { fromBase64Url, toBase64Url, toHex } from '../../protocol/bytes.ts';
import type { Env } from '../env.ts';
import type { PeriodPlan, PeriodRow } from '../store/key-book.ts';
import { deriveBytes } from './keys.ts';
import { seal, unseal } from './seal.ts';

export type MasterEnv = Pick<Env, 'SHOAL_KEY_SECRET' | 'SHOAL_EDGE_SECRET'>;

const LABEL = 'shoal content key 1';

function masterOf(env: MasterEnv): string {
  return env.SHOAL_KEY_SECRET || env.SHOAL_EDGE_SECRET;
}

/** A period with a new key. */
export async function newPeriod(env: MasterEnv, channel: string, plan: PeriodPlan): Promise<PeriodRow> {
  const key = toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
  return {
    ...plan,
    keyId: await keyIdOf(env, channel, plan.number),
    sealed: await seal(masterOf(env), purposeOf(channel), key),
  };
}

/** The key, base64url; undefined when the master secret is not the one it was sealed with. */
export async function openKey(
  env: MasterEnv,
  channel: string,
  { sealed }: PeriodRow,
): Promise<string | undefined> {
  const key = await unseal(masterOf(env), purposeOf(channel), sealed);
  return key !== undefined && fromBase64Url(key)?.length === 16 ? key : undefined;
}

/** Public, and the same wherever the secret is: license servers of other systems may count on it. */
async function keyIdOf(env: MasterEnv, channel: string, period: number): Promise<string> {
  const secret = await crypto.subtle.importKey(
    'raw',
    await deriveBytes(masterOf(env), 'content key ids'),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  const text = new TextEncoder().encode(`${LABEL}|${channel}|${period}`);
  return toHex(new Uint8Array(await crypto.subtle.sign('HMAC', secret, text), 0, 16));
}

function purposeOf(channel: string): string {
  return `content key of ${channel}`;
}
