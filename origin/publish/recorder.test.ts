import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { concatBytes } from '../../protocol/bytes.ts';
import { REPLAY_CHUNK_BYTES, REPLAY_PIECE_BYTES } from '../../protocol/replay.ts';
import { BroadcastRecorder } from '../media/testing/broadcast-recorder.ts';
import { encodeFlv } from '../media/testing/flv-file.ts';
import { packetsOf } from '../media/testing/probe.ts';
import { Recorder } from './recorder.ts';
import { MOST_WAITING, RecordingUpload } from './recording-upload.ts';

const SECRET = 'a secret for tests only';

/** The edge's side of uploads: keeps what it is sent. `answer` may refuse. */
class Shelf implements AsyncDisposable {
  readonly parts = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly tried: string[] = [];
  answer: (path: string) => Response | undefined | Promise<Response | undefined> = () => undefined;
  #wake = Promise.withResolvers<void>();
  readonly #server = Deno.serve({ hostname: '127.0.0.1', port: 0, onListen() {} }, async (request) => {
    const path = new URL(request.url).pathname.split('/').slice(5).join('/');
    const id = new URL(request.url).pathname.split('/')[4];
    const body = new Uint8Array(await request.arrayBuffer());
    this.tried.push(`${id}/${path}`);
    const refusal = request.headers.get('authorization')?.startsWith('Bearer ')
      ? await this.answer(path)
      : new Response('who are you?', { status: 401 });
    if (!refusal) this.parts.set(`${id}/${path}`, body);
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
    return refusal ?? new Response(null, { status: 204 });
  });

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await this.#wake.promise;
  }

  /** The ends that came, with the file that the chunks before each make. */
  ends(): { file: Uint8Array<ArrayBuffer>; end: Record<string, unknown> }[] {
    return [...this.parts.keys()].filter((key) => key.endsWith('/end')).map((key) => {
      const id = key.split('/')[0]!;
      const chunks: Uint8Array[] = [];
      for (let n = 0; this.parts.has(`${id}/chunk/${n}`); n++) {
        chunks.push(this.parts.get(`${id}/chunk/${n}`)!);
      }
      return { file: concatBytes(...chunks), end: JSON.parse(new TextDecoder().decode(this.parts.get(key))) };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

const lines: { message: string; about: Record<string, unknown> | undefined }[] = [];
const options = (shelf: Shelf) => ({
  edgeUrl: shelf.url,
  secret: SECRET,
  originId: 'o1',
  channel: 'news',
  firstPauseMs: 5,
  log: (_: string, message: string, about?: Record<string, unknown>) => void lines.push({ message, about }),
});

/** A packager whose pieces go into a recorder. */
async function recording(shelf: Shelf, more: { mostWaiting?: number } = {}) {
  const recorder = new Recorder({ ...options(shelf), ...more });
  const source = await BroadcastRecorder.create({
    onPiece: (piece) => {
      source.pieces.push(piece);
      recorder.piece(piece);
    },
    onTracks: (broadcast) => recorder.announce(broadcast),
  });
  return { recorder, source };
}

Deno.test('a recording reaches the edge whole, and its hashes are those of the file', async () => {
  await using shelf = new Shelf();
  const { recorder, source } = await recording(shelf);
  recorder.set(true);
  await source.play(await encodeFlv({ seconds: 6 }));
  recorder.end();
  await shelf.until(() => shelf.ends().length > 0);
  const [{ file, end }] = shelf.ends() as [{ file: Uint8Array<ArrayBuffer>; end: Record<string, unknown> }];
  assert.equal(end.length, file.length);
  assert.ok((await packetsOf(file)).length > 200);
  const hashes: Uint8Array[] = [];
  for (let at = 0; at < file.length; at += REPLAY_PIECE_BYTES) {
    hashes.push(createHash('sha1').update(file.subarray(at, at + REPLAY_PIECE_BYTES)).digest());
  }
  assert.equal(end.pieces, concatBytes(...hashes).toBase64());
  await recorder.close();
});

Deno.test('nothing is recorded while the setting says no, and another picture size makes another recording', async () => {
  await using shelf = new Shelf();
  const { recorder, source } = await recording(shelf);
  await source.play(await encodeFlv({ seconds: 4 }));
  assert.deepEqual([recorder.isRecording, shelf.tried], [false, []]);
  recorder.set(true);
  await source.play(await encodeFlv({ seconds: 3 }));
  await source.play(await encodeFlv({ seconds: 3, size: '160x90' }));
  recorder.end();
  await shelf.until(() => shelf.ends().length === 2);
  await recorder.close();
});

Deno.test('an edge that is away for a while gets everything afterwards, the interrupted part again', async () => {
  await using shelf = new Shelf();
  let failures = 3;
  shelf.answer = () => (failures-- > 0 ? new Response('busy', { status: 503 }) : undefined);
  const { recorder, source } = await recording(shelf);
  recorder.set(true);
  await source.play(await encodeFlv({ seconds: 4 }));
  recorder.end();
  await shelf.until(() => shelf.ends().length > 0);
  assert.equal(shelf.tried.filter((path) => path.endsWith('/start')).length, 4);
  await recorder.close();
});

Deno.test('an edge that will have no recording is asked once, the reason is logged, and the broadcast goes on', async () => {
  await using shelf = new Shelf();
  shelf.answer = () =>
    Response.json({ error: { code: 'no-replay-store', message: 'no store here' } }, { status: 409 });
  const { recorder, source } = await recording(shelf);
  recorder.set(true);
  await source.play(await encodeFlv({ seconds: 4 }));
  await shelf.until(() => shelf.tried.length > 0);
  await source.play(await encodeFlv({ seconds: 4 }));
  await recorder.close();
  assert.equal(shelf.tried.length, 1);
  assert.ok(lines.some(({ about }) => about?.reason === 'no store here'));
});

Deno.test('an upload that cannot keep up says so before it holds more than its bound', async () => {
  await using shelf = new Shelf();
  const gate = Promise.withResolvers<undefined>();
  shelf.answer = () => gate.promise;
  const upload = new RecordingUpload({
    ...options(shelf),
    id: '0123456789abcdef',
    onRefused: () => assert.fail('nobody refused'),
  });
  for (let n = 1; !upload.isBehind; n++) upload.chunk(n, new Uint8Array(1000));
  assert.equal(upload.bytes, (MOST_WAITING + 1) * 1000);
  gate.resolve(undefined);
  assert.equal(await upload.finish(60_000), true);
  assert.deepEqual([upload.isBehind, upload.bytes], [false, 0]);
  assert.throws(() => upload.chunk(1, new Uint8Array(REPLAY_CHUNK_BYTES + 1)), /a chunk must be at most/);
});

Deno.test('a recording ends where the edge was away for too long, says so, and is good up to there', async () => {
  await using shelf = new Shelf();
  const gate = Promise.withResolvers<undefined>();
  shelf.answer = () => gate.promise;
  const { recorder, source } = await recording(shelf, { mostWaiting: 0 });
  recorder.set(true);
  await source.play(await encodeFlv({ seconds: 7 }));
  gate.resolve(undefined);
  await shelf.until(() => shelf.ends().length > 0);
  const [{ file, end }] = shelf.ends() as [{ file: Uint8Array<ArrayBuffer>; end: Record<string, unknown> }];
  assert.match(String(end.cutShort), /the link to the edge was too slow or away for too long/);
  assert.ok(Number(end.durationMs) < 4000 && (await packetsOf(file)).length > 50);
  await recorder.close();
  assert.equal(shelf.ends().length, 1);
});

Deno.test('what does not reach the edge in time is given up when the origin stops', async () => {
  await using shelf = new Shelf();
  shelf.answer = () => new Response('busy', { status: 503 });
  const upload = new RecordingUpload({
    ...options(shelf),
    id: '0123456789abcdef',
    onRefused: () => assert.fail('nobody refused'),
  });
  upload.chunk(1, new Uint8Array(1000));
  assert.equal(await upload.finish(20), false);
});
