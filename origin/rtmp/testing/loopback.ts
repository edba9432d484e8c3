/** An RTMP server on a port of the loopback interface with an owner that keeps what it gets. */
import assert from 'node:assert/strict';
import type { RtmpLimits } from '../limits.ts';
import type { FlvTag, PublishRequest, PublishSession, RtmpServerOptions } from '../seam.ts';
import { RtmpServer } from '../server.ts';

/** One accepted publish. */
export interface Published {
  request: PublishRequest;
  session: PublishSession;
  tags: FlvTag[];
  ended?: { reason: string; polite: boolean };
}

export class Loopback implements AsyncDisposable {
  readonly server: RtmpServer;
  readonly published: Published[] = [];
  readonly logs: string[] = [];
  /** Thrown at, or called for every tag. */
  onTag: (tag: FlvTag) => void = () => {};

  /** Accepts the key `K` for every channel but `taken`. */
  constructor(limits: Partial<RtmpLimits> = {}, tls?: RtmpServerOptions['tls']) {
    this.server = new RtmpServer({
      hostname: '127.0.0.1',
      port: 0,
      ...(tls ? { tls } : {}),
      limits,
      log: (level, text, fields) => void this.logs.push(`${level} ${text} ${JSON.stringify(fields)}`),
      authorise: (request, session) => {
        if (request.key !== 'K') {
          return Promise.resolve({ ok: false, code: 'denied', reason: 'this stream key is not known' });
        }
        if (request.channel === 'taken') {
          return Promise.resolve({ ok: false, code: 'duplicate', reason: 'another encoder is live here' });
        }
        const published: Published = { request, session, tags: [] };
        this.published.push(published);
        return Promise.resolve({
          ok: true,
          sink: {
            tag: (tag) => {
              published.tags.push(tag);
              this.onTag(tag);
            },
            ended: (reason, polite) => void (published.ended = { reason, polite }),
          },
        });
      },
    });
  }

  get last(): Published | undefined {
    return this.published.at(-1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close();
    assert.equal(this.server.sessions, 0);
  }
}

/** Waits for a condition; the bound is only there so that a broken test ends. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const end = performance.now() + 30_000;
  while (!condition()) {
    assert.ok(performance.now() < end, `waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
