/** Directory object: the list of channels with their settings and keys, and the control sockets of the origins. */
import { DurableObject } from 'cloudflare:workers';
import * as v from 'valibot';
import type { Issuer, StreamKeyResource } from '../../protocol/access.ts';
import type { BoxSettings } from '../../protocol/box.ts';
import type { DirectoryBackup } from '../../protocol/backup.ts';
import type { ChannelResource, ChannelSettings } from '../../protocol/channel.ts';
import { FromOrigin, type IngestStatus, type OriginResource, type ToOrigin } from '../../protocol/control.ts';
import type { NewSource, SourceResource } from '../../protocol/source.ts';
import type { KeySet } from '../access/key-set.ts';
import { periodsForOrigin } from '../content-keys.ts';
import { boardOf, channelOf, type Env, keysOf, reportOf } from '../env.ts';
import type { Page, SearchQuery } from '../../protocol/page.ts';
import { ingestHappenings, stateHappenings, viewerHappenings } from '../report/happenings.ts';
import { ChannelBook } from '../store/channel-book.ts';
import { KeyDesk } from '../store/key-desk.ts';
import type { SigningKeyRow } from '../store/signing-keys.ts';
import {
  backupDirectory,
  restoreKeys,
  restoreSources,
  restoreStreamKeys,
} from '../store/directory-backup.ts';
import { tellHooks } from '../tell-hooks.ts';
import { SourceDesk } from './source-desk.ts';
import { BoxDesk } from './box-desk.ts';
import type { ChannelStatus } from './channel.ts';
import { type ShownKey, StreamKeys } from './stream-keys.ts';

/** Longest control message, in characters. */
const MAX_CONTROL_LENGTH = 256 * 1024;
/** While channels are live: how often the Directory looks whether their origins are still connected. */
const WATCH_MS = 15_000;

/** A control socket's attachment. */
interface OriginSocket {
  origin: string;
  /** Later sockets of the same origin have a higher number. */
  openedAtMs: number;
  /** Where encoders push to. */
  ingest?: string[];
  /** Takes channels whose input is another Shoal's. */
  sources?: boolean;
}

export class Directory extends DurableObject<Env> {
  #book: ChannelBook;
  #keys: KeyDesk;
  #sources: SourceDesk;
  #streamKeys: StreamKeys;
  #box: BoxDesk;
  #viewers: Map<string, number>;
  #ingest = new Map<string, IngestStatus>();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#book = new ChannelBook(ctx.storage.sql);
    this.#sources = new SourceDesk(ctx, env);
    this.#keys = new KeyDesk(ctx.storage.sql, env.SHOAL_EDGE_SECRET);
    this.#streamKeys = new StreamKeys(ctx.storage.sql, (...ended) => this.#dropKey(...ended));
    this.#box = new BoxDesk(ctx, env, () => this.#book.live());
    this.#viewers = new Map(Object.entries(ctx.storage.kv.get<Record<string, number>>('viewers') ?? {}));
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'));
  }

  /** Undefined when the name is taken. `streamKey` is shown this once. */
  async create(
    name: string,
    title: string,
    settings: ChannelSettings,
  ): Promise<{ channel: ChannelResource; streamKey: string } | undefined> {
    if (!this.#book.create(name, title, settings, new Date().toISOString())) return undefined;
    const { streamKey } = (await this.#streamKeys.add(name, ''))!;
    const { state, reason } = this.#book.get(name)!;
    await boardOf(this.env).tellMade(name, state, reason);
    await channelOf(this.env, name).setProfile({ name, title, settings });
    return { channel: this.#book.get(name)!, streamKey };
  }

  async get(name: string): Promise<ChannelResource | undefined> {
    return this.#book.get(name);
  }

  /** A page of the list, by name; `query`: text that name or title holds. `only`: no others than these. */
  async page(query: SearchQuery, only?: string[]): Promise<Page<ChannelResource>> {
    return this.#book.page(query, only);
  }

  async edit(name: string, title: string, settings: ChannelSettings): Promise<ChannelResource | undefined> {
    const before = this.#book.get(name);
    if (!before) return undefined;
    this.#book.edit(name, title, settings);
    await channelOf(this.env, name).setProfile({ name, title, settings });
    if (before.settings.egressCapKbps !== settings.egressCapKbps) this.#box.changed();
    if (before.settings.drm !== settings.drm) await this.#endBroadcast(name, 'the protection was changed');
    this.#tell(this.#book.originOf(name), { type: 'settings', channel: name, settings });
    return this.#book.get(name);
  }

  async remove(name: string): Promise<boolean> {
    if (!this.#book.get(name)) return false;
    this.#drop(name, 'the channel was deleted');
    await channelOf(this.env, name).remove();
    await keysOf(this.env, name).remove();
    this.#book.remove(name);
    await this.#sources.remove(name);
    this.#streamKeys.forget(name);
    this.#viewers.delete(name);
    this.#box.forget(name);
    return true;
  }

  /** Publishing is refused from now on, and what is published ends. */
  async stop(
    name: string,
    reason = 'the channel was stopped by an admin',
  ): Promise<ChannelResource | undefined> {
    if (!this.#book.get(name)) return undefined;
    this.#drop(name, reason);
    await channelOf(this.env, name).stop(reason);
    return this.#book.get(name);
  }

  async start(name: string): Promise<ChannelResource | undefined> {
    if (!this.#book.get(name)) return undefined;
    await channelOf(this.env, name).start();
    return this.#book.get(name);
  }

  /** A new key in place of all others; whoever publishes with an old one is dropped. Shown this once. */
  async resetKey(name: string): Promise<string | undefined> {
    return this.#book.get(name) && (await this.#streamKeys.replaceAll(name)).streamKey;
  }

  async streamKeys(name: string): Promise<StreamKeyResource[] | undefined> {
    return this.#book.get(name) && this.#streamKeys.list(name);
  }

  /** Undefined: the channel has as many keys as it may. */
  async addStreamKey(name: string, label: string): Promise<ShownKey | undefined> {
    return await this.#streamKeys.add(name, label);
  }

  async resetStreamKey(name: string, id: string): Promise<ShownKey | undefined> {
    return await this.#streamKeys.reset(name, id);
  }

  async editStreamKey(
    name: string,
    id: string,
    edit: { label?: string; disabled?: boolean },
  ): Promise<StreamKeyResource | undefined> {
    return await this.#streamKeys.edit(name, id, edit);
  }

  async removeStreamKey(name: string, id: string): Promise<boolean> {
    return await this.#streamKeys.remove(name, id);
  }

  /** Told by the Channel object whenever its state changes. */
  async stateChanged(name: string, status: ChannelStatus): Promise<void> {
    const happenings = stateHappenings(name, this.#book.get(name), status);
    this.ctx.waitUntil(tellHooks(this.env, happenings));
    this.#book.setState(name, status);
    this.ctx.waitUntil(boardOf(this.env).tellState(name, status.state, status.reason).catch(() => {}));
    if (status.state === 'idle' || status.state === 'stopped') {
      this.#ingest.delete(name);
      if (this.#viewers.get(name)) await this.setViewers(name, 0);
    }
    if (status.state === 'live') await this.#watch();
    this.#box.changed();
  }

  /** Hands the origin the keys of a protected channel: it asked, or they were rotated. */
  async tellKeys(name: string): Promise<void> {
    const channel = this.#book.get(name);
    const keys = channel && await periodsForOrigin(this.env, name, channel.settings);
    if (keys) this.#tell(this.#book.originOf(name), { type: 'keys', channel: name, keys });
  }

  /** Told by the Channel object: this broadcast is over. */
  async tellEnded(origin: string, channel: string, broadcastId: string): Promise<void> {
    this.#tell(origin, { type: 'ended', channel, broadcastId });
  }

  /** Told by the Channel object: viewers now. */
  async setViewers(name: string, viewers: number): Promise<void> {
    const marks = this.ctx.storage.kv.get<number[]>('viewer-marks') ?? [];
    const happenings = viewerHappenings(name, this.#viewers.get(name) ?? 0, viewers, marks);
    this.ctx.waitUntil(tellHooks(this.env, happenings));
    this.#viewers.set(name, viewers);
    this.ctx.storage.kv.put('viewers', Object.fromEntries(this.#viewers));
  }

  /** All channels with the hashes of their keys, and who may sign tokens. */
  async box(): Promise<BoxSettings> {
    return this.#box.settings;
  }

  async setBox(settings: BoxSettings): Promise<void> {
    await this.#box.set(settings);
  }

  async backup(): Promise<DirectoryBackup> {
    return backupDirectory(this.ctx.storage.sql);
  }

  /** Puts a backup beside what there is; channels of the same name get its settings and keys. */
  async restore(backup: DirectoryBackup): Promise<void> {
    const { sql } = this.ctx.storage;
    for (const channel of backup.channels) {
      const { name, title, settings, createdAt } = channel;
      if (!this.#book.create(name, title, settings, createdAt)) this.#book.edit(name, title, settings);
      restoreStreamKeys(sql, channel);
      const { state, reason } = this.#book.get(name)!;
      await boardOf(this.env).tellMade(name, state, reason);
      await channelOf(this.env, name).setProfile({ name, title, settings });
    }
    restoreKeys(sql, backup);
    restoreSources(sql, backup);
    await this.#sources.deal();
  }

  /** Another Shoal's channel as the input of this one. */
  async source(name: string): Promise<SourceResource | undefined> {
    return this.#sources.get(name);
  }

  async setSource(name: string, source: NewSource): Promise<SourceResource> {
    return await this.#sources.set(name, source);
  }

  async removeSource(name: string): Promise<boolean> {
    return await this.#sources.remove(name);
  }

  /** Told by the Hooks object: numbers of viewers that somebody wants to hear of. */
  async setViewerMarks(marks: number[]): Promise<void> {
    this.ctx.storage.kv.put('viewer-marks', marks);
  }

  /** Ingest health as last told by the origin. */
  async ingest(name: string): Promise<IngestStatus | undefined> {
    return this.#ingest.get(name);
  }

  /** Whose tokens are believed. */
  async keySet(): Promise<KeySet> {
    return await this.#keys.keySet(Date.now());
  }

  async signingKeys(): Promise<SigningKeyRow[]> {
    return this.#keys.list(Date.now());
  }

  /** A new key signs; tokens of the old one stay good for `overlapMs`. */
  async rotateKeys(overlapMs: number): Promise<SigningKeyRow[]> {
    return this.#keys.rotate(Date.now(), overlapMs);
  }

  /** Ends all tokens of one key. False: there is no such key. */
  async revokeKey(id: string): Promise<boolean> {
    return this.#keys.revoke(id);
  }

  /** False: there are too many issuers. */
  async putIssuer(issuer: Issuer): Promise<boolean> {
    return this.#keys.issuers.put(issuer);
  }

  async removeIssuer(issuer: string): Promise<boolean> {
    return this.#keys.issuers.remove(issuer);
  }

  /** Origins that are connected, by their newest sockets. */
  async origins(): Promise<OriginResource[]> {
    const sockets = this.ctx.getWebSockets().map((socket) => socket.deserializeAttachment() as OriginSocket);
    const names = [...new Set(sockets.map(({ origin }) => origin))].sort();
    return names.flatMap((id) => {
      const socket = this.#socketOf(id);
      if (!socket) return [];
      const { ingest = [], openedAtMs, sources } = socket.deserializeAttachment() as OriginSocket;
      if (sources) return [];
      return [{ id, ingest, connectedAt: new Date(openedAtMs).toISOString() }];
    });
  }

  /** A control socket. The Worker has checked the token; `origin` is its subject. */
  override async fetch(request: Request): Promise<Response> {
    const origin = new URL(request.url).searchParams.get('origin') ?? '';
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server, [origin]);
    server.serializeAttachment({ origin, openedAtMs: Date.now() } satisfies OriginSocket);
    return new Response(null, { status: 101, webSocket: client });
  }

  override async webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    const message = readControl(data);
    if (!message) {
      socket.close(1003, 'a control message must be JSON of protocol/control.ts');
      return;
    }
    const { origin } = socket.deserializeAttachment() as OriginSocket;
    switch (message.type) {
      case 'hello':
        socket.serializeAttachment(
          {
            origin,
            openedAtMs: openedAt(socket),
            ingest: message.ingest ?? [],
            sources: message.sources ?? false,
          } satisfies OriginSocket,
        );
        await this.#hello(socket, origin, message.live);
        if (message.sources) await this.#sources.deal();
        return;
      case 'publish':
        return await this.#publish(socket, origin, message);
      case 'live': {
        if (this.#book.originOf(message.channel) !== origin) return;
        const { drm } = this.#book.get(message.channel)!.settings;
        if ((message.broadcast.drm ?? 'off') !== drm) {
          return await this.#endBroadcast(message.channel, `the channel must be published with drm ${drm}`);
        }
        if (!await channelOf(this.env, message.channel).live(message.broadcast)) {
          send(socket, { type: 'ended', channel: message.channel, broadcastId: message.broadcast.id });
        }
        return;
      }
      case 'lost':
        if (this.#book.originOf(message.channel) !== origin) return;
        return await channelOf(this.env, message.channel).lost(message.broadcastId, message.reason);
      case 'keys':
        if (this.#book.originOf(message.channel) === origin) await this.tellKeys(message.channel);
        return;
      case 'ingest':
        if (this.#book.originOf(message.channel) === origin) {
          const before = this.#ingest.get(message.channel);
          const happenings = ingestHappenings(message.channel, before, message.status);
          this.ctx.waitUntil(tellHooks(this.env, happenings));
          this.#ingest.set(message.channel, message.status);
          const told = reportOf(this.env, message.channel).tellIngest(message.channel, message.status);
          this.ctx.waitUntil(told.catch(() => {}));
        }
    }
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    await this.#gone(socket);
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    await this.#gone(socket);
  }

  /** Looks after live channels whose origin went away without a close: a restart tears sockets without a word. */
  override async alarm(): Promise<void> {
    const live = this.#book.liveBy();
    for (const { name, origin } of live) {
      if (!this.#socketOf(origin)) {
        await channelOf(this.env, name).originLost(origin, 'the origin is not connected');
      }
    }
    if (this.#book.liveBy().length > 0) await this.ctx.storage.setAlarm(Date.now() + WATCH_MS);
  }

  async #hello(socket: WebSocket, origin: string, live: { channel: string; broadcastId: string }[]) {
    for (const { channel, broadcastId } of live) {
      const known = this.#book.get(channel) !== undefined;
      if (known && await channelOf(this.env, channel).resume(broadcastId, origin)) {
        this.#book.setOrigin(channel, origin);
      } else {
        send(socket, { type: 'ended', channel, broadcastId });
      }
    }
    const kept = new Set(live.map(({ channel }) => channel));
    for (const { name } of this.#book.liveBy(origin)) {
      if (!kept.has(name)) await channelOf(this.env, name).originLost(origin, 'the origin was restarted');
    }
  }

  async #publish(socket: WebSocket, origin: string, message: Extract<FromOrigin, { type: 'publish' }>) {
    const { id, channel: name } = message;
    const channel = this.#book.get(name);
    if (!channel) {
      return send(socket, {
        type: 'refused',
        id,
        code: 'unknown-channel',
        reason: 'there is no such channel',
      });
    }
    const keyId = message.source === undefined
      ? await this.#streamKeys.keyId(name, message.key)
      : this.#sources.isDealt(name, socket)
      ? `source-${message.source}`
      : undefined;
    if (keyId === undefined) {
      return send(socket, {
        type: 'refused',
        id,
        code: 'wrong-key',
        reason: 'the stream key is not of this channel',
      });
    }
    const keys = await periodsForOrigin(this.env, name, channel.settings).catch(() => null);
    if (keys === null) {
      const reason = 'the keys of this protected channel cannot be had, try again soon';
      return send(socket, { type: 'refused', id, code: 'unavailable', reason });
    }
    const verdict = await channelOf(this.env, name).publish({ keyId, origin, originNowMs: message.nowMs });
    if (!verdict.granted) {
      return send(socket, { type: 'refused', id, code: verdict.code, reason: verdict.reason });
    }
    const before = this.#book.originOf(name);
    if (before !== '' && before !== origin) {
      this.#tell(before, { type: 'drop', channel: name, reason: 'the encoder came back at another origin' });
    }
    this.#book.setOrigin(name, origin);
    const { broadcastId, epochMs, tracks } = verdict;
    send(socket, {
      type: 'granted',
      id,
      channel: name,
      broadcastId,
      epochMs,
      keyId,
      settings: channel.settings,
      ...(tracks ? { tracks } : {}),
      ...(keys ? { keys } : {}),
    });
  }

  async #gone(socket: WebSocket): Promise<void> {
    const { origin } = socket.deserializeAttachment() as OriginSocket;
    socket.close();
    if ((socket.deserializeAttachment() as OriginSocket).sources) await this.#sources.deal();
    if (this.#socketOf(origin, socket)) return;
    for (const { name } of this.#book.liveBy(origin)) {
      await channelOf(this.env, name).originLost(origin, 'the connection to the origin broke');
    }
  }

  async #endBroadcast(name: string, reason: string): Promise<void> {
    this.#drop(name, reason);
    await channelOf(this.env, name).drop(reason);
  }

  /** Ends what is published with a key that is good no longer; undefined: with whichever. */
  async #dropKey(name: string, keyId: string | undefined, reason: string): Promise<void> {
    if (keyId !== undefined && await channelOf(this.env, name).keyInUse() !== keyId) return;
    await this.#endBroadcast(name, reason);
  }

  async #watch(): Promise<void> {
    if (await this.ctx.storage.getAlarm() === null) await this.ctx.storage.setAlarm(Date.now() + WATCH_MS);
  }

  /** The newest open control socket of an origin. */
  #socketOf(origin: string, except?: WebSocket): WebSocket | undefined {
    return this.ctx.getWebSockets(origin)
      .filter((socket) => socket !== except && socket.readyState === WebSocket.OPEN)
      .sort((a, b) => openedAt(b) - openedAt(a))[0];
  }

  /** Before the Channel object ends the broadcast: `ended` would close the encoder's session without the reason. */
  #drop(name: string, reason: string): void {
    this.#tell(this.#book.originOf(name), { type: 'drop', channel: name, reason });
  }

  #tell(origin: string, message: ToOrigin): void {
    const socket = this.#socketOf(origin);
    if (socket) send(socket, message);
  }
}

function openedAt(socket: WebSocket): number {
  return (socket.deserializeAttachment() as OriginSocket).openedAtMs;
}

function send(socket: WebSocket, message: ToOrigin): void {
  socket.send(JSON.stringify(message));
}

/** Undefined for anything that is not a control message. */
function readControl(data: string | ArrayBuffer): FromOrigin | undefined {
  if (typeof data !== 'string' || data.length > MAX_CONTROL_LENGTH) return undefined;
  try {
    const parsed = v.safeParse(FromOrigin, JSON.parse(data));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
