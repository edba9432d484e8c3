/** Who gets keys on a real stack, when they are asked for, and where they never appear. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { frameHashes } from '../../origin/media/testing/probe.ts';
import { concatBytes, fromBase64Url, toBase64Url, toHex } from '../../protocol/bytes.ts';
import type { LiveJoinAnswer } from '../../protocol/join.ts';
import { RecordFlag } from '../../protocol/record.ts';
import { headlessEnvironment, headlessQuiet } from '../../web/antenna/headless-environment.ts';
import { Viewer } from '../../web/peer/viewer.ts';
import { ChunkCipher } from '../../web/player/decrypt/chunk-cipher.ts';
import { clearInit } from '../../web/player/decrypt/clear-init.ts';
import { KeyRing } from '../../web/player/keys/key-ring.ts';
import { askLicense } from '../../web/player/keys/license-client.ts';
import { startFeed } from '../feed.ts';
import { type Stack, startStack } from '../stack.ts';
import { until } from '../until.ts';

const options = { sanitizeOps: false, sanitizeResources: false, sanitizeExit: false };
const PERIOD_S = 10;
const CLIENTS = 200;

Deno.test.afterAll(headlessQuiet);

Deno.test('keys go to who may watch, at moments of their own, and nowhere else', options, async (t) => {
  const storage = await Deno.makeTempDir({ prefix: 'shoal-keys-' });
  const printed = capturePrints();
  // In the place of a license server with a contract.
  const challenges: { body: string; about: string }[] = [];
  const standIn = Deno.serve({ hostname: '127.0.0.1', port: 0, onListen: () => {} }, async (request) => {
    challenges.push({ body: await request.text(), about: request.headers.get('shoal-license') ?? '' });
    return new Response('the license');
  });
  const stack = await startStack({
    storage,
    bindings: { SHOAL_WIDEVINE_URL: `http://127.0.0.1:${standIn.addr.port}/` },
    channels: [{ name: 'demo', settings: { drm: 'cenc', keyPeriodS: PERIOD_S } }],
  });
  const feed = startFeed({ output: ['-f', 'flv', stack.publishUrl()], videoKbps: 250 });
  const viewer = new Viewer({
    edgeUrl: stack.edge.url,
    channel: 'demo',
    environment: headlessEnvironment(),
  });
  const rings: KeyRing[] = [];
  /** Every key that anybody was given, by id. */
  const known = new Map<string, Uint8Array<ArrayBuffer>>();
  try {
    viewer.start();
    await until('the viewer holds media of both tracks', async () => {
      return viewer.segments(0).length > 2 && viewer.segments(1).length > 2;
    }, { withinMs: 30_000 });

    await t.step('a peer holds ciphertext, and cannot decode a frame of it', async () => {
      const { init, media, all } = await segmentOf(viewer);
      assert.ok(all.every(({ record }) => (record.flags & RecordFlag.encrypted) !== 0));
      const { bytes, cipher } = clearInit(init);
      assert.ok(cipher, 'the init segment names a key');
      // The best that can be done without a key: take the protection off and decode what is there.
      const frames = await frameHashes(concatBytes(bytes, media)).catch(() => []);
      const keys = await license(stack, viewer, cipher.keyId);
      const opened = media.slice();
      await openAll(new ChunkCipher(cipher, keys.get(cipher.keyId)!), opened);
      const right = await frameHashes(concatBytes(bytes, opened));
      assert.ok(right.length >= 20, `${right.length} frames with the key`);
      assert.ok(frames.every((hash) => !right.includes(hash)), 'none is right without it');
    });

    await t.step('who shows no session is refused, whatever the body says', async () => {
      for (const grant of ['', 'a.b.c', 'zzzzzz.AAAAAAAAAAAAAAAAAAAA.' + 'A'.repeat(43)]) {
        const outcome = await fetch(`${stack.edge.url}/license/demo?grant=${grant}`, {
          method: 'POST',
          body: JSON.stringify({ type: 'temporary' }),
        });
        const body = await outcome.text();
        assert.equal(outcome.status, 401, body);
        assert.ok(!body.includes('"k"'));
      }
    });

    await t.step('other key systems go to their license server behind the same check', async () => {
      const ask = (path: string, grant: string) =>
        fetch(`${stack.edge.url}/license/demo/${path}?grant=${grant}`, { method: 'POST', body: 'challenge' });
      const refused = await ask('widevine', '');
      assert.equal(refused.status, 401, await refused.text());
      assert.equal(challenges.length, 0, 'the license server hears of nobody who may not watch');
      const given = await ask('widevine', await viewer.mediaGrant());
      assert.equal(await given.text(), 'the license');
      assert.equal(challenges[0]!.body, 'challenge');
      assert.equal(JSON.parse(challenges[0]!.about).channel, 'demo');
      assert.equal((await ask('playready', await viewer.mediaGrant())).status, 404);
    });

    await t.step(
      '200 players renew across rotations, none within 2 s of one, none left without',
      async () => {
        // All shall come within one period.
        await until('a period has begun', async () => await nextInMs(stack, viewer) > 0.6 * PERIOD_S * 1000, {
          withinMs: 20_000,
        });
        const asked: number[] = [];
        const refusals: unknown[] = [];
        let nextAt = 0;
        for (let i = 0; i < CLIENTS; i++) {
          const ring = new KeyRing({
            ask: async (keyIds) => {
              const atMs = Date.now();
              const outcome = await askLicense({
                edgeUrl: stack.edge.url,
                channel: 'demo',
                token: () => undefined,
                grant: () => viewer.mediaGrant(),
              }, keyIds);
              if (outcome.kind === 'answered') {
                asked.push(atMs);
                nextAt = Date.now() + outcome.answer.nextInMs;
                for (const { kid, k } of outcome.answer.keys) {
                  known.set(toHex(fromBase64Url(kid)!), fromBase64Url(k)!);
                }
              } else if (outcome.kind === 'refused') refusals.push(outcome);
              return outcome;
            },
          });
          rings.push(ring);
          ring.start();
        }
        await until('all have their first keys', async () => rings.every(({ held }) => held.size >= 2), {
          withinMs: 20_000,
        });
        const rotation = nextAt;
        asked.length = 0;
        await until('all have renewed', async () => asked.length >= CLIENTS && Date.now() > rotation + 2000, {
          withinMs: 40_000,
        });
        const near = asked.filter((atMs) => Math.abs(atMs - rotation) < 2000);
        assert.equal(near.length, 0, `${near.length} of ${asked.length} asked within 2 s of the rotation`);
        assert.equal(asked.length, CLIENTS, 'each asked once');
        assert.deepEqual(refusals, []);
        const { keyId } = await currentKey(stack);
        assert.ok(rings.every(({ held }) => held.has(keyId)), 'each holds the key that is in effect');
      },
    );

    await t.step('no key is in logs, metrics, records, media, answers or storage', async () => {
      assert.ok(known.size >= 3);
      const places: [string, string | Uint8Array][] = [
        ['the log of the origin', stack.origin.log()],
        ['what the edge printed', printed()],
        ['the metrics of the origin', await text(`http://127.0.0.1:${stack.origin.httpPort}/metrics`)],
        ['the health of the origin', await text(`http://127.0.0.1:${stack.origin.httpPort}/healthz`)],
        ['the metrics of the edge', await text(`${stack.edge.url}/metrics`)],
        ['the list of channels', JSON.stringify(await stack.api('GET', '/channels'))],
        ['the list of keys', JSON.stringify(await stack.api('GET', '/channels/demo/keys'))],
        ['what license servers are told', JSON.stringify(challenges)],
        ['a join', JSON.stringify(await joined(stack))],
        ['pieces and records', concatBytes(...[0, 1].flatMap((track) => piecesOf(viewer, track)))],
      ];
      await stack.edge.stop();
      for await (const path of filesIn(storage)) places.push([path, await Deno.readFile(path)]);
      assert.ok(places.length > 12, 'storage was written');
      for (const [place, content] of places) {
        const haystack = Buffer.from(content as string);
        for (const key of known.values()) {
          for (const form of formsOf(key)) assert.ok(!haystack.includes(form), `a key is in ${place}`);
        }
      }
      // The search itself finds what is there: ids are no secret and are stored.
      const ids = [...known.keys()].map((id) => Buffer.from(id));
      assert.ok(places.some(([, content]) => ids.some((id) => Buffer.from(content as string).includes(id))));
    });
  } finally {
    for (const ring of rings) ring.stop();
    viewer.stop();
    await feed.stop();
    await stack.stop().catch(() => {});
    await standIn.shutdown();
    printed();
    await Deno.remove(storage, { recursive: true });
  }
});

/** A complete segment of video with its init, as a peer holds it. */
async function segmentOf(viewer: Viewer) {
  const view = viewer.segments(0).find(({ complete }) => complete)!;
  const all = viewer.pieces(0, view.segment);
  const init = viewer.init(0, view.initSegment!)!;
  return { init, media: concatBytes(...all.map(({ bytes }) => bytes)), all };
}

async function license(
  stack: Stack,
  viewer: Viewer,
  keyId: string,
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const outcome = await askLicense({
    edgeUrl: stack.edge.url,
    channel: 'demo',
    token: () => undefined,
    grant: () => viewer.mediaGrant(),
  }, [keyId]);
  if (outcome.kind !== 'answered') throw new Error(JSON.stringify(outcome));
  return new Map(outcome.answer.keys.map(({ kid, k }) => [toHex(fromBase64Url(kid)!), fromBase64Url(k)!]));
}

async function nextInMs(stack: Stack, viewer: Viewer): Promise<number> {
  const grant = await viewer.mediaGrant();
  const answer = await fetch(`${stack.edge.url}/license/demo?grant=${grant}`, { method: 'POST', body: '{}' });
  return (await answer.json() as { nextInMs: number }).nextInMs;
}

/** Decrypts whole chunks, one after the other, in place. */
async function openAll(cipher: ChunkCipher, media: Uint8Array<ArrayBuffer>): Promise<void> {
  const view = new DataView(media.buffer);
  for (let at = 0; at < media.length;) {
    const bytes = view.getUint32(at) + view.getUint32(at + view.getUint32(at));
    const chunk = media.slice(at, at + bytes);
    await cipher.open(chunk);
    media.set(chunk, at);
    at += bytes;
  }
}

async function currentKey(stack: Stack): Promise<{ keyId: string }> {
  const { items } = await stack.api('GET', '/channels/demo/keys') as {
    items: { keyId: string; startsAt: string }[];
  };
  return items.find(({ startsAt }) => Date.parse(startsAt) <= Date.now())!;
}

async function joined(stack: Stack): Promise<LiveJoinAnswer> {
  const peerKey = toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
  const answer = await fetch(`${stack.edge.url}/join/demo`, {
    method: 'POST',
    body: JSON.stringify({ peerKey }),
  });
  return await answer.json();
}

function piecesOf(viewer: Viewer, track: number): Uint8Array[] {
  return viewer.segments(track).flatMap(({ segment, initSegment }) => [
    ...viewer.pieces(track, segment).flatMap(({ bytes, record }) => [bytes, record.hash]),
    viewer.init(track, initSegment ?? segment) ?? new Uint8Array(),
  ]);
}

/** A key as it may be written: plain, hex, base64, base64url, decimal. */
function formsOf(key: Uint8Array): (Uint8Array | string)[] {
  const base64 = btoa(String.fromCharCode(...key)).replace(/=+$/, '');
  return [key, toHex(key), toHex(key).toUpperCase(), base64, toBase64Url(key), key.join(',')];
}

async function text(url: string): Promise<string> {
  return await (await fetch(url)).text();
}

async function* filesIn(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* filesIn(path);
    else yield path;
  }
}

/** What goes to this process's console from now on (workerd's output among it); the answer also undoes it. */
function capturePrints(): () => string {
  const lines: string[] = [];
  const names = ['log', 'info', 'warn', 'error', 'debug'] as const;
  const before = names.map((name) => console[name]);
  names.forEach((name) => console[name] = (...parts: unknown[]) => void lines.push(parts.join(' ')));
  return () => {
    names.forEach((name, i) => console[name] = before[i]!);
    return lines.join('\n');
  };
}
