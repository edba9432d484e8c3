/** RTMP addresses to push to, as the connected origins name them. */
import { told } from './api/client.ts';
import { api } from './desk.ts';
import { live } from './live/live.ts';
import { type Load, useLoad } from './load.ts';

/** Empty: no origin is connected, so nobody can publish. */
export function useIngestServers(): Load<string[]> {
  return useLoad('origins', async (signal) => {
    const { items } = await told(api.origins.$get({ query: {} }, { init: { signal } }));
    return [...new Set(items.flatMap(({ ingest }) => ingest))];
  }, live.openings.value);
}
