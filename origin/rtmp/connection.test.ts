import assert from 'node:assert/strict';
import { concatBytes } from '../../protocol/bytes.ts';
import { RtmpConnection } from './connection.ts';
import { defaultLimits, type RtmpLimits } from './limits.ts';
import type { PublishDecision } from './seam.ts';
import { clientHandshake, command, connect, Hearing, opening } from './testing/encoder.ts';
import { until } from './testing/loopback.ts';

/** A socket in the hands of the test. */
class FakeConn {
  readonly heard = new Hearing();
  reads = 0;
  closes = 0;
  closedWrite = false;
  /** Whether the peer reads what is written. */
  drains = true;
  #waiting: PromiseWithResolvers<Uint8Array | null> | undefined;
  #asked = Promise.withResolvers<void>();

  async read(into: Uint8Array): Promise<number | null> {
    if (this.closes > 0) throw new Error('closed');
    this.reads++;
    this.#waiting = Promise.withResolvers();
    this.#asked.resolve();
    const bytes = await this.#waiting.promise;
    if (bytes) into.set(bytes);
    return bytes ? bytes.length : null;
  }

  /** Gives bytes, or the end, to the read that waits. */
  async give(bytes: Uint8Array | null): Promise<void> {
    await this.#asked.promise;
    this.#asked = Promise.withResolvers();
    this.#waiting?.resolve(bytes);
    this.#waiting = undefined;
  }

  write(bytes: Uint8Array): Promise<number> {
    if (!this.drains) return new Promise(() => {});
    const count = Math.min(bytes.length, 50);
    this.heard.push(bytes.slice(0, count));
    return Promise.resolve(count);
  }

  closeWrite(): Promise<void> {
    this.closedWrite = true;
    return Promise.resolve();
  }

  close(): void {
    this.closes++;
    this.#waiting?.reject(new Error('closed'));
    this.#waiting = undefined;
  }
}

function connection(decision: Promise<PublishDecision>, limits: Partial<RtmpLimits> = {}) {
  const conn = new FakeConn();
  const logs: string[] = [];
  const made = new RtmpConnection(conn as unknown as Deno.Conn, {
    id: 1,
    remote: '192.0.2.1:5',
    limits: { ...defaultLimits, ...limits },
    authorise: () => decision,
    log: (_, text, fields) => void logs.push(`${text} ${fields.reason}`),
  });
  return { conn, logs, session: made.session, finished: made.finished };
}

const accepted: PublishDecision = { ok: true, sink: { tag() {}, ended() {} } };
const refused: PublishDecision = { ok: false, code: 'denied', reason: 'no' };
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test('nothing is read while a publish is being decided, so that nothing piles up', async () => {
  const { promise, resolve } = Promise.withResolvers<PublishDecision>();
  const { conn, session, finished } = connection(promise);
  await conn.give(opening('live', 'demo?key=K'));
  await settled();
  assert.equal(session.state, 'authorising');
  assert.equal(conn.reads, 1);
  resolve(accepted);
  await until('reading goes on', () => conn.reads === 2);
  await conn.give(null);
  await finished;
  assert.equal(conn.closes, 1);
});

Deno.test('a client that reads its answers may have any number of them', async () => {
  const { conn, session, finished } = connection(Promise.resolve(accepted), { maxUnsentBytes: 5000 });
  await conn.give(concatBytes(clientHandshake(), connect('live')));
  for (let call = 0; call < 500; call++) await conn.give(command('createStream', call, null));
  await until('all are answered', () => conn.heard.commands.length === 501);
  assert.equal(session.state, 'idle');
  await conn.give(null);
  await finished;
});

Deno.test('a client that does not read its answers is closed', async () => {
  const { conn, logs, finished } = connection(Promise.resolve(accepted), { maxUnsentBytes: 5000 });
  conn.drains = false;
  const calls = Array.from({ length: 500 }, (_, call) => command('createStream', call, null));
  await conn.give(concatBytes(clientHandshake(), connect('live'), ...calls));
  await until('it is closed', () => conn.closes === 1);
  assert.match(logs[0]!, /left 5000 bytes unread/);
  void finished; // a write that never ends holds it; a real socket ends its writes when it is closed
});

Deno.test('after a refusal our side is closed first, and theirs is read to its end', async () => {
  const { conn, finished } = connection(Promise.resolve(refused));
  await conn.give(opening('live', 'demo?key=K'));
  await until('our side is closed', () => conn.closedWrite);
  assert.deepEqual(conn.heard.codes, ['NetStream.Publish.Denied']);
  assert.equal(conn.closes, 0);
  await conn.give(new Uint8Array(1000));
  await conn.give(null);
  await finished;
  assert.equal(conn.closes, 1);
});

Deno.test('bytes that are no RTMP close the socket at once', async () => {
  const { conn, logs, finished } = connection(Promise.resolve(accepted));
  await conn.give(new Uint8Array([71, 69, 84]));
  await until('it is closed', () => conn.closes === 1);
  await finished;
  assert.match(logs[0]!, /this is no RTMP client/);
});
