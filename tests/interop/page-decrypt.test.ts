/** The player's own decryption against what the origin encrypts: byte for byte, whatever the pieces come in. */
import assert from 'node:assert/strict';
import { BroadcastRecorder, EPOCH_MS } from '../../origin/media/testing/broadcast-recorder.ts';
import { findBox, readBoxes } from '../../origin/media/testing/boxes.ts';
import { encodeFlv } from '../../origin/media/testing/flv-file.ts';
import { testKey, testSchedule } from '../../origin/media/testing/key-schedule.ts';
import { frameHashes } from '../../origin/media/testing/probe.ts';
import { concatBytes, toHex } from '../../protocol/bytes.ts';
import { ChunkCipher } from '../../web/player/decrypt/chunk-cipher.ts';
import { clearInit } from '../../web/player/decrypt/clear-init.ts';
import { decryptUnit } from '../../web/player/decrypt/decrypt-unit.ts';

const TAGS = await encodeFlv({
  seconds: 5,
  video: ['-g', '50', '-bf', '2', '-preset', 'medium', '-slices', '4'],
});
const clear = await BroadcastRecorder.create();
await clear.play(TAGS);

async function* inParts(bytes: Uint8Array, partBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += partBytes) yield bytes.slice(at, at + partBytes);
}

async function read(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return concatBytes(...all);
}

const samplesOf = (file: Uint8Array) =>
  concatBytes(...readBoxes(file).filter(({ type }) => type === 'mdat').map(({ body }) => body));

for (const scheme of ['cenc', 'cbcs'] as const) {
  Deno.test(`the player opens ${scheme} without EME, to the same bytes and frames`, async () => {
    const sealed = await BroadcastRecorder.create({ keys: testSchedule(scheme, () => EPOCH_MS) });
    await sealed.play(TAGS);
    for (const track of [0, 1]) {
      const init = clearInit(sealed.inits(track)[0]!.bytes);
      assert.equal(init.cipher!.keyId, toHex(testKey(1).id));
      assert.equal(init.cipher!.scheme, scheme);
      const media = concatBytes(...sealed.of(track).map(({ bytes }) => bytes));
      const cipher = new ChunkCipher(init.cipher!, testKey(1).key as Uint8Array<ArrayBuffer>);
      const opened = await read(decryptUnit(inParts(media, 997), cipher));
      assert.equal(opened.length, media.length, 'nothing moves');
      const expected = concatBytes(...clear.of(track).map(({ bytes }) => bytes));
      assert.deepEqual(samplesOf(opened), samplesOf(expected));
      const file = concatBytes(init.bytes, opened);
      assert.deepEqual(await frameHashes(file), await frameHashes(clear.file(track)));
    }
  });
}

Deno.test('a clear init is left as it is, and an encrypted one loses its protection and nothing else', async () => {
  const plain = clear.inits(0)[0]!.bytes;
  assert.deepEqual(clearInit(plain), { bytes: plain.slice(), cipher: undefined });
  const sealed = await BroadcastRecorder.create({ keys: testSchedule('cbcs', () => EPOCH_MS) });
  await sealed.play(TAGS);
  const { bytes } = clearInit(sealed.inits(0)[0]!.bytes);
  const entry = readBoxes(findBox(readBoxes(bytes), 'moov/trak/mdia/minf/stbl/stsd').body.subarray(8))[0]!;
  assert.equal(entry.type, 'avc1');
  assert.ok(!/sinf|pssh|encv/.test(new TextDecoder('latin1').decode(bytes)));
});

Deno.test('malformed chunks are refused with a reason, and what is cut short is not waited for', async () => {
  const sealed = await BroadcastRecorder.create({ keys: testSchedule('cenc', () => EPOCH_MS) });
  await sealed.play(TAGS);
  const { cipher } = clearInit(sealed.inits(0)[0]!.bytes);
  const fresh = () => new ChunkCipher(cipher!, testKey(1).key as Uint8Array<ArrayBuffer>);
  const chunk = sealed.of(0)[3]!.bytes;
  assert.equal((await read(decryptUnit(inParts(chunk.slice(0, -1), 100), fresh()))).length, 0);
  await assert.rejects(read(decryptUnit(inParts(new Uint8Array(64), 64), fresh())), /box\.size/);
  const moofBytes = readBoxes(chunk)[0]!.body.length + 8;
  let broken = 0;
  for (let at = 8; at < moofBytes; at++) {
    const copy = chunk.slice();
    copy[at]! ^= 0xff;
    await read(decryptUnit(inParts(copy, copy.length), fresh())).catch((error) => {
      assert.ok(error instanceof RangeError, String(error));
      broken++;
    });
  }
  assert.ok(broken > 20, `${broken} of ${moofBytes} broken bytes were noticed`);
});
