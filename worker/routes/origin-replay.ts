/** `/origin/replay/:channel/:id/…`: a recording comes up from its origin (protocol/replay.ts). */
import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import { toHex } from '../../protocol/bytes.ts';
import { ChannelName } from '../../protocol/channel.ts';
import {
  MAX_REPLAY_BYTES,
  RecordingEnd,
  RecordingId,
  RecordingStart,
  REPLAY_CHUNK_BYTES,
  REPLAY_PIECE_BYTES,
  type ReplayCard,
} from '../../protocol/replay.ts';
import { encodeInfo } from '../../protocol/torrent.ts';
import { allow } from '../access/allow.ts';
import { parseBody } from '../body.ts';
import { directoryOf, type Env, replaysOf } from '../env.ts';
import { Failure } from '../failure.ts';
import { needsEncryption } from '../replay/needs-encryption.ts';
import { keyOf, replayStore } from '../replay/store.ts';

type RecordingContext = Context<{ Bindings: Env }, '/:channel/:id/*'>;

/** Longest `end`: the piece hashes of the longest recording, in base64. */
const MAX_END_LENGTH = 4_100_000;
const MAX_START_LENGTH = 2000;

export const originReplay = new Hono<{ Bindings: Env }>()
  .put('/:channel/:id/start', async (c) => {
    const { channel, id } = await admitted(c);
    replayStore(c.env);
    const start = parseBody(await c.req.text(), RecordingStart, MAX_START_LENGTH);
    const resource = await directoryOf(c.env).get(channel);
    if (!resource) throw new Failure(404, 'unknown-channel', 'there is no such channel');
    if (!start.isEncrypted && resource.settings.access !== 'public') {
      throw needsEncryption();
    }
    await replaysOf(c.env, channel).begin(channel, id, start);
    return c.body(null, 204);
  })
  .put('/:channel/:id/chunk/:number', async (c) => {
    const { channel, id } = await admitted(c);
    const number = Number(c.req.param('number'));
    if (!/^\d{1,6}$/.test(c.req.param('number')) || number * REPLAY_CHUNK_BYTES >= MAX_REPLAY_BYTES) {
      throw new Failure(400, 'bad-field', 'number must be that of a chunk', { field: 'number' });
    }
    const claimed = Number(c.req.header('content-length') ?? 0);
    const bytes = claimed > REPLAY_CHUNK_BYTES ? undefined : new Uint8Array(await c.req.arrayBuffer());
    if (!bytes || bytes.length > REPLAY_CHUNK_BYTES || bytes.length === 0) {
      throw new Failure(413, 'too-large', `a chunk must have 1 to ${REPLAY_CHUNK_BYTES} bytes`);
    }
    const [replays, store, key] = [replaysOf(c.env, channel), replayStore(c.env), keyOf.chunk(id, number)];
    if ((await replays.look(id))?.state !== 'recording') throw unknownRecording();
    await store.put(key, bytes);
    if (!await replays.arrived(id, number, bytes.length)) {
      // It was deleted meanwhile.
      await store.delete([key]);
      throw unknownRecording();
    }
    return c.body(null, 204);
  })
  .put('/:channel/:id/end', async (c) => {
    const { channel, id } = await admitted(c);
    const end = parseBody(await c.req.text(), RecordingEnd, MAX_END_LENGTH);
    const replays = replaysOf(c.env, channel);
    const [held, resource] = await Promise.all([replays.look(id), directoryOf(c.env).get(channel)]);
    if (!held || !resource) throw unknownRecording();
    if (held.state === 'ready') return c.body(null, 204);
    const chunks = Math.ceil(end.length / REPLAY_CHUNK_BYTES);
    if (held.chunks !== chunks) {
      throw new Failure(409, 'chunks-missing', `the recording has ${chunks} chunks, ${held.chunks} arrived`);
    }
    const name = `${channel}-${
      new Date(held.startedAtMs).toISOString().slice(0, 19).replaceAll(':', '-')
    }.mp4`;
    const info = infoOf(name, end);
    const infoHash = toHex(new Uint8Array(await crypto.subtle.digest('SHA-1', info)));
    const card: ReplayCard = {
      infoHash,
      channel,
      recording: id,
      title: resource.title,
      name,
      startedAtMs: held.startedAtMs,
      durationMs: end.durationMs,
      length: end.length,
      codecs: end.codecs,
      isEncrypted: held.isEncrypted,
      cutShort: end.cutShort !== undefined,
    };
    const store = replayStore(c.env);
    await store.put(keyOf.info(infoHash), info);
    await store.put(
      keyOf.card(infoHash),
      new TextEncoder().encode(JSON.stringify(card)) as Uint8Array<ArrayBuffer>,
    );
    const { length, durationMs, cutShort } = end;
    await replays.finish(id, { length, durationMs, ...(cutShort !== undefined && { cutShort }) }, card);
    return c.json({ infoHash });
  });

async function admitted(c: RecordingContext): Promise<{ channel: string; id: string }> {
  await allow({ to: 'originate' }, c.req.raw, c.env);
  const { channel, id } = c.req.param();
  if (!v.is(ChannelName, channel)) throw new Failure(404, 'unknown-channel', 'there is no such channel');
  if (!v.is(RecordingId, id)) {
    throw new Failure(400, 'bad-field', 'id must be 16 hex digits', { field: 'id' });
  }
  return { channel, id };
}

function infoOf(name: string, { length, pieces }: RecordingEnd): Uint8Array<ArrayBuffer> {
  const hashes = Uint8Array.from(atob(pieces), (character) => character.charCodeAt(0));
  try {
    return encodeInfo({ name, length, pieceLength: REPLAY_PIECE_BYTES, pieces: hashes });
  } catch (error) {
    const rule = error instanceof Error ? error.message : '';
    throw new Failure(400, 'bad-field', `pieces: ${rule}`, { field: 'pieces' });
  }
}

function unknownRecording(): Failure {
  return new Failure(404, 'unknown-recording', 'there is no such recording, or it was deleted');
}
