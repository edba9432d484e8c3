/**
 * The Directory's hands for cooperation: which channels take another Shoal's as their input, and which origin pulls
 * them (the one that connected last: all or none of them).
 */
import type { ToOrigin } from '../../protocol/control.ts';
import type { NewSource, SourceResource } from '../../protocol/source.ts';
import { seal, unseal } from '../access/seal.ts';
import type { Env } from '../env.ts';

const PURPOSE = 'source';
type Row = { channel: string; url: string; token: string; created_at: string };

/** What is read of a control socket's attachment. */
interface Attached {
  openedAtMs: number;
  sources?: boolean;
}

export class SourceDesk {
  readonly #ctx: DurableObjectState;
  readonly #secret: string;

  constructor(ctx: DurableObjectState, env: Env) {
    this.#ctx = ctx;
    this.#secret = env.SHOAL_EDGE_SECRET;
    ctx.storage.sql.exec(`CREATE TABLE IF NOT EXISTS sources (channel TEXT PRIMARY KEY, url TEXT NOT NULL,
      token TEXT NOT NULL, created_at TEXT NOT NULL)`);
  }

  get(channel: string): SourceResource | undefined {
    const row = this.#rows().find((one) => one.channel === channel);
    return row && { url: row.url, hasToken: row.token !== '', createdAt: row.created_at };
  }

  async set(channel: string, { url, token }: NewSource): Promise<SourceResource> {
    const sealed = token === undefined ? '' : await seal(this.#secret, PURPOSE, token);
    const createdAt = new Date().toISOString();
    this.#ctx.storage.sql.exec(
      'INSERT OR REPLACE INTO sources VALUES (?, ?, ?, ?)',
      channel,
      url,
      sealed,
      createdAt,
    );
    await this.deal();
    return this.get(channel)!;
  }

  /** False: the channel had none. */
  async remove(channel: string): Promise<boolean> {
    if (!this.get(channel)) return false;
    this.#ctx.storage.sql.exec('DELETE FROM sources WHERE channel = ?', channel);
    await this.deal();
    return true;
  }

  /** Whether this socket may publish the channel from its source. */
  isDealt(channel: string, socket: WebSocket): boolean {
    return this.get(channel) !== undefined && this.#taker() === socket;
  }

  /** Tells every origin that takes sources which are its own. */
  async deal(): Promise<void> {
    const sources: Extract<ToOrigin, { type: 'sources' }>['sources'] = [];
    for (const { channel, url, token } of this.#rows()) {
      const plain = token === '' ? undefined : await unseal(this.#secret, PURPOSE, token);
      sources.push({ channel, url, ...(plain === undefined ? {} : { token: plain }) });
    }
    const taker = this.#taker();
    for (const socket of this.#takers()) {
      const message: ToOrigin = { type: 'sources', sources: socket === taker ? sources : [] };
      socket.send(JSON.stringify(message));
    }
  }

  #taker(): WebSocket | undefined {
    return this.#takers().sort((a, b) => attached(b).openedAtMs - attached(a).openedAtMs)[0];
  }

  #takers(): WebSocket[] {
    return this.#ctx.getWebSockets()
      .filter((socket) => socket.readyState === WebSocket.OPEN && attached(socket).sources === true);
  }

  #rows(): Row[] {
    return this.#ctx.storage.sql.exec<Row>('SELECT * FROM sources ORDER BY channel').toArray();
  }
}

function attached(socket: WebSocket): Attached {
  return socket.deserializeAttachment() as Attached;
}
