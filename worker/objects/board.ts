/**
 * Board object, the one of the box: the dashboards' sockets, the last word of every channel's Report object (for
 * lists and /metrics, which ask nobody else), and the audit log.
 */
import { DurableObject } from 'cloudflare:workers';
import * as v from 'valibot';
import type { AuditEntry } from '../../protocol/audit.ts';
import type { ChannelState } from '../../protocol/channel.ts';
import type { Page } from '../../protocol/page.ts';
import {
  type ChannelNews,
  type Figures,
  type FromLive,
  type HistoryRow,
  ToLive,
  type Totals,
} from '../../protocol/report.ts';
import type { LiveClaims } from '../access/live-ticket.ts';
import { channelsOf } from '../access/may-see.ts';
import { type Env, reportOf } from '../env.ts';
import { AuditStore } from '../store/audit-store.ts';
import { type ChannelWord, FigureBook, newsOf } from '../store/figure-book.ts';

/** A watched channel's Report object is told again that somebody looks. */
const REWATCH_MS = 20_000;
const MOST_SOCKETS = 500;
const MOST_MESSAGE_LENGTH = 1000;
/** Used tickets are remembered for longer than they are good for. */
const MOST_USED = 10_000;
const FORGET_MS = 24 * 3_600_000;

/** A dashboard socket's attachment. */
interface Looker {
  subject: string;
  tenant?: string;
  watching: string | null;
}

/** How long a tenant's channels are remembered. */
const TENANT_MS = 10_000;

export class Board extends DurableObject<Env> {
  readonly #figures: FigureBook;
  readonly #audit: AuditStore;
  readonly #used = new Map<string, number>();
  readonly #tenants = new Map<string, { atMs: number; channels: Promise<Set<string>> }>();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#figures = new FigureBook(ctx.storage.sql);
    this.#audit = new AuditStore(ctx.storage.sql);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'));
  }

  /** A channel was made. */
  async tellMade(channel: string, state: ChannelState, reason: string): Promise<void> {
    await this.#pushNews(channel, this.#figures.put(channel, { state, reason }));
  }

  /** Its state changed. A channel that is not known was deleted meanwhile. */
  async tellState(channel: string, state: ChannelState, reason: string): Promise<void> {
    const before = this.#figures.get(channel);
    if (!before || (before.state === state && before.reason === reason)) return;
    await this.#pushNews(channel, this.#figures.put(channel, { state, reason }));
  }

  async tellFigures(
    channel: string,
    told: { figures: Figures; totals: Totals; spark: number[]; state?: ChannelState; reason?: string },
  ): Promise<void> {
    const before = this.#figures.get(channel);
    if (!before) return;
    const word = this.#figures.put(channel, told);
    const news = newsOf(channel, word);
    if (JSON.stringify(newsOf(channel, before)) === JSON.stringify(news)) return;
    await this.#pushNews(channel, word);
  }

  async tellGone(channel: string): Promise<void> {
    this.#figures.remove(channel);
    await this.#push(channel, { type: 'gone', channel });
  }

  /** For those who watch this channel. */
  async pushFigures(channel: string, figures: Figures): Promise<void> {
    await this.#pushWatched(channel, { type: 'figures', channel, figures });
  }

  async pushHistory(channel: string, row: HistoryRow): Promise<void> {
    await this.#pushWatched(channel, { type: 'history', channel, row });
  }

  /** For lists: the channels named, in any order; those never heard of are left out. */
  async news(channels: string[]): Promise<ChannelNews[]> {
    return channels.flatMap((name) => {
      const word = this.#figures.get(name);
      return word ? [newsOf(name, word)] : [];
    });
  }

  /** For /metrics: everything. */
  async words(): Promise<[string, ChannelWord][]> {
    return this.#figures.all();
  }

  async noteAudit(entry: Omit<AuditEntry, 'id'>): Promise<void> {
    this.#audit.add(entry);
    await this.#wakeWithin(FORGET_MS);
  }

  async audit(query: string, limit: number, after?: string): Promise<Page<AuditEntry>> {
    return this.#audit.page(query, limit, after);
  }

  /** As long as anybody watches something, its Report object is told so; once a day, what is old is forgotten. */
  override async alarm(): Promise<void> {
    this.#audit.forget(Date.now());
    const watched = this.#watched();
    for (const channel of watched) this.ctx.waitUntil(this.#rewatch(channel));
    await this.#wakeWithin(watched.size > 0 ? REWATCH_MS : FORGET_MS);
  }

  /** A dashboard's socket; the Worker has read its ticket. */
  override async fetch(request: Request): Promise<Response> {
    const claims = JSON.parse(request.headers.get('shoal-live') ?? 'null') as LiveClaims | null;
    if (!claims) return new Response('this object is reached by the Worker only', { status: 400 });
    if (!this.#useTicket(claims)) return new Response('this ticket was used', { status: 401 });
    if (this.ctx.getWebSockets().length >= MOST_SOCKETS) return new Response('too many', { status: 503 });
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    const looker: Looker = {
      subject: claims.sub,
      ...(claims.tenant === undefined ? {} : { tenant: claims.tenant }),
      watching: null,
    };
    server.serializeAttachment(looker);
    const seen: ChannelNews[] = [];
    for (const [name, word] of this.#figures.all()) {
      if (word.state !== 'idle' && await this.#maySee(looker, name)) seen.push(newsOf(name, word));
    }
    say(server, { type: 'channels', whole: true, channels: seen });
    return new Response(null, { status: 101, webSocket: client });
  }

  override async webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    const message = readMessage(data);
    if (!message) {
      return say(socket, { type: 'refused', message: 'a message must be {type: "watch", channel}' });
    }
    const looker = lookerOf(socket);
    const { channel } = message;
    if (channel !== null && (!this.#figures.get(channel) || !await this.#maySee(looker, channel))) {
      return say(socket, { type: 'refused', message: 'there is no such channel' });
    }
    socket.serializeAttachment({ ...looker, watching: channel });
    if (looker.watching !== channel) await this.#unwatch(looker.watching);
    if (channel === null) return;
    const { figures } = this.#figures.get(channel)!;
    if (figures) say(socket, { type: 'figures', channel, figures });
    await this.#rewatch(channel);
    await this.#wakeWithin(REWATCH_MS);
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    const { watching } = lookerOf(socket);
    socket.serializeAttachment({ ...lookerOf(socket), watching: null });
    socket.close();
    await this.#unwatch(watching);
  }

  /** False when it was used before. */
  #useTicket({ jti, exp }: LiveClaims): boolean {
    const nowS = Date.now() / 1000;
    for (const [id, endsS] of this.#used) if (endsS < nowS) this.#used.delete(id);
    if (this.#used.has(jti) || this.#used.size >= MOST_USED) return false;
    this.#used.set(jti, exp);
    return true;
  }

  async #pushNews(channel: string, word: ChannelWord): Promise<void> {
    await this.#push(channel, { type: 'channels', whole: false, channels: [newsOf(channel, word)] });
  }

  async #push(channel: string, message: FromLive): Promise<void> {
    for (const socket of this.ctx.getWebSockets()) {
      if (await this.#maySee(lookerOf(socket), channel)) say(socket, message);
    }
  }

  async #pushWatched(channel: string, message: FromLive): Promise<void> {
    for (const socket of this.ctx.getWebSockets()) {
      const looker = lookerOf(socket);
      if (looker.watching === channel && await this.#maySee(looker, channel)) say(socket, message);
    }
  }

  /** A lease may end while its tenant looks: asked again every ten seconds. */
  async #maySee({ tenant }: Looker, channel: string): Promise<boolean> {
    if (tenant === undefined) return true;
    let known = this.#tenants.get(tenant);
    if (!known || Date.now() - known.atMs > TENANT_MS) {
      const channels = channelsOf(this.env, tenant).catch(() => new Set<string>());
      this.#tenants.set(tenant, known = { atMs: Date.now(), channels });
    }
    return (await known.channels).has(channel);
  }

  async #rewatch(channel: string): Promise<void> {
    // An object that was just restarted is told again with the next round.
    await reportOf(this.env, channel).watch(channel).catch(() => {});
  }

  /** Viewers report rarely again, unless somebody else looks. */
  async #unwatch(channel: string | null): Promise<void> {
    if (channel === null || this.#watched().has(channel)) return;
    await reportOf(this.env, channel).unwatch().catch(() => {});
  }

  async #wakeWithin(ms: number): Promise<void> {
    const due = Date.now() + ms;
    const set = await this.ctx.storage.getAlarm();
    if (set === null || set > due) await this.ctx.storage.setAlarm(due);
  }

  #watched(): Set<string> {
    const sockets = this.ctx.getWebSockets().filter(({ readyState }) => readyState === WebSocket.OPEN);
    return new Set(sockets.map((socket) => lookerOf(socket).watching).filter((name) => name !== null));
  }
}

function lookerOf(socket: WebSocket): Looker {
  return socket.deserializeAttachment() as Looker;
}

function say(socket: WebSocket, message: FromLive): void {
  try {
    socket.send(JSON.stringify(message));
  } catch {
    // It is closing.
  }
}

function readMessage(data: string | ArrayBuffer): ToLive | undefined {
  if (typeof data !== 'string' || data.length > MOST_MESSAGE_LENGTH) return undefined;
  try {
    const parsed = v.safeParse(ToLive, JSON.parse(data));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
