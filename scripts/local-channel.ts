/** The channel that `deno task start` publishes to: made at the first start, the same key ever after. */
import { keepStreamKey, streamKey } from './secrets.ts';

export interface LocalChannel {
  url: string;
  channel: string;
  adminToken: string;
  client?: Deno.HttpClient;
}

interface Answer {
  streamKey?: string;
  error?: { message: string };
}

/** Answers the channel's stream key. Throws an Error with the API's own words when it is refused. */
export async function ensureChannel(options: LocalChannel): Promise<string> {
  const { url, channel, adminToken, client } = options;
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${url}/api/channels${path}`, {
      method,
      client,
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { status: answer.status, body: await answer.json() as Answer };
  };
  const known = await call('GET', `/${channel}`);
  const kept = await streamKey(channel);
  if (known.status === 200 && kept) return kept;
  const made = known.status === 200
    ? await call('POST', `/${channel}/key`)
    : await call('POST', '', { name: channel, title: channel === 'demo' ? 'Shoal test broadcast' : channel });
  const key = made.body.streamKey;
  if (typeof key !== 'string') {
    throw new Error(
      `the channel "${channel}" could not be made: ${made.body.error?.message ?? made.status}`,
    );
  }
  await keepStreamKey(channel, key);
  return key;
}
