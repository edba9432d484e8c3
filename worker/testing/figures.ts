/** Reports of viewers, and what the API says of them, for tests in workerd. */
import { DEFAULT_SETTINGS } from '../../protocol/channel.ts';
import { nothingCounted, type PeerReport } from '../../protocol/stats.ts';
import type { Pulse } from '../report/pulse.ts';
import { ask } from './edge.ts';

const BEARER = { authorization: 'Bearer admin-token-of-the-tests' };

/** A channel that is live and well. */
export const PULSE: Pulse = {
  state: 'live',
  reason: '',
  settings: DEFAULT_SETTINGS,
  latencyTargetMs: 1300,
  supplyRatio: 2,
  supplyStep: 0,
  helped: 0,
  relieved: null,
  shards: 1,
  seeds: 1,
  bitrateKbps: 500,
};

/** A viewer's report with these amounts. */
export function reportOf(more: Partial<PeerReport> = {}): PeerReport {
  return {
    ...nothingCounted(),
    forMs: 10_000,
    latencyMs: 1200,
    bufferMs: 900,
    peers: 3,
    uploadKbps: 2000,
    ...more,
  };
}

/** GET of anything below /api, as JSON. */
export async function apiGet<T>(path: string): Promise<T> {
  const response = await ask(`/api/${path}`, { headers: BEARER });
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return await response.json<T>();
}

/** Any call of the API with the right token. */
export async function apiAsk(method: string, path: string, body?: unknown): Promise<Response> {
  return await ask(`/api/${path}`, {
    method,
    headers: BEARER,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
