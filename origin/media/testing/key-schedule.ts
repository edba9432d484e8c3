/** For tests: keys that are known, on a clock that is moved by hand. */
import { toBase64Url, toHex } from '../../../protocol/bytes.ts';
import type { DrmScheme, KeyPeriods } from '../../../protocol/keys.ts';
import type { ContentKey } from '../cenc/content-key.ts';
import { KeySchedule } from '../cenc/key-schedule.ts';

/** Key number `n`, each byte of the id `n`, each of the key `n` + 128. */
export function testKey(n: number): ContentKey {
  return { id: new Uint8Array(16).fill(n), key: new Uint8Array(16).fill(n + 128) };
}

/** Keys 1, 2, …, each `everyMs` after the one before it; the first is in effect. */
export function testPeriods(count: number, everyMs: number): KeyPeriods {
  return Array.from({ length: count }, (_, i) => {
    const { id, key } = testKey(i + 1);
    return { keyId: toHex(id), key: toBase64Url(key), startsInMs: i * everyMs };
  });
}

export function testSchedule(
  scheme: DrmScheme,
  nowMs: () => number,
  count = 1,
  everyMs = 3_600_000,
): KeySchedule {
  const schedule = new KeySchedule(scheme, nowMs);
  schedule.set(testPeriods(count, everyMs));
  return schedule;
}
