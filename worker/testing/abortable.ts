/**
 * The Worker with one more route, `POST /abort`: it aborts an object, as Cloudflare does when it moves one or runs out
 * of its memory. Bundled by tests only, in place of main.ts.
 */
import { app } from '../app.ts';
import { channelOf, type Env, mediaOf, swarmOf } from '../env.ts';
import { Channel as PlainChannel } from '../objects/channel.ts';
import { Media as PlainMedia } from '../objects/media.ts';
import { Swarm as PlainSwarm } from '../objects/swarm.ts';

export * from '../main.ts';

const REASON = 'aborted by a test';

export class Channel extends PlainChannel {
  abort(): void {
    this.ctx.abort(REASON);
  }
}

export class Media extends PlainMedia {
  abort(): void {
    this.ctx.abort(REASON);
  }
}

export class Swarm extends PlainSwarm {
  abort(): void {
    this.ctx.abort(REASON);
  }
}

/** What the route is told, as JSON. `swarm`: shard 0. */
interface AbortOrder {
  object: 'channel' | 'media' | 'swarm';
  channel: string;
  infoHash: string;
}

export default {
  async fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    if (new URL(request.url).pathname !== '/abort') return await app.fetch(request, env, ctx);
    const { object, channel, infoHash } = await request.json() as AbortOrder;
    const target = {
      channel: () => channelOf(env, channel),
      media: () => mediaOf(env, channel),
      swarm: () => swarmOf(env, infoHash, '0'),
    }[object]();
    try {
      await (target as unknown as { abort(): Promise<void> }).abort();
    } catch (error) {
      // The call ends with the object.
      return new Response(String(error));
    }
    return new Response('the object goes on', { status: 500 });
  },
};
