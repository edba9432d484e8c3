/** What routes below `/api/channels/:name` begin with. */
import type { ChannelResource } from '../../protocol/channel.ts';
import { directoryOf, type Env } from '../env.ts';
import { Failure } from '../failure.ts';

/** Throws Failure 404 for a channel that does not exist. */
export async function knownChannel(env: Env, name: string): Promise<ChannelResource> {
  const channel = await directoryOf(env).get(name);
  if (!channel) throw new Failure(404, 'unknown-channel', 'there is no such channel', { field: 'name' });
  return channel;
}
