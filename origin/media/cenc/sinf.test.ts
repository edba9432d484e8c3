import assert from 'node:assert/strict';
import { toHex } from '../../../protocol/bytes.ts';
import { parseAvcConfig } from '../avc.ts';
import { videoInit } from '../init-segment.ts';
import { findBox, readBoxes } from '../testing/boxes.ts';
import { psshBoxes } from './pssh.ts';
import { sinf } from './sinf.ts';
import { fromHex } from '../../../protocol/bytes.ts';

const keyId = fromHex('00112233445566778899aabbccddeeff')!;
const constantIv = fromHex('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff')!;

Deno.test('the protection of a track is written byte for byte as the standard says', () => {
  const schm = (scheme: string) => '00000014' + '7363686d' + '00000000' + scheme + '00010000';
  assert.equal(
    toHex(sinf('avc1', { scheme: 'cenc', keyId, constantIv: new Uint8Array() })),
    '00000050' + '73696e66' + '0000000c' + '66726d61' + '61766331' + schm('63656e63') +
      '00000028' + '73636869' + '00000020' + '74656e63' + '00000000' + '00000108' + toHex(keyId),
  );
  assert.equal(
    toHex(sinf('avc1', { scheme: 'cbcs', keyId, constantIv })),
    '00000061' + '73696e66' + '0000000c' + '66726d61' + '61766331' + schm('63626373') +
      '00000039' + '73636869' + '00000031' + '74656e63' + '01000000' + '00190100' + toHex(keyId) +
      '10' + toHex(constantIv),
  );
  assert.match(toHex(sinf('mp4a', { scheme: 'cbcs', keyId, constantIv })), /74656e630100000000000100/);
});

Deno.test('an encrypted init names the coded format, and the key id for every key system', () => {
  const avcC = fromHex(
    '0164000dffe1001a6764000dacd941419f9f0110000003001000000303c0f142996001000568ebecb22cfdf8f800',
  )!;
  const init = videoInit(parseAvcConfig(avcC), { scheme: 'cenc', keyId, constantIv: new Uint8Array() });
  const boxes = readBoxes(init);
  const stsd = findBox(boxes, 'moov/trak/mdia/minf/stbl/stsd').body;
  const entry = findBox(readBoxes(stsd.subarray(8)), 'encv').body;
  assert.deepEqual(readBoxes(entry.subarray(78)).map(({ type }) => type), ['avcC', 'sinf']);
  const moov = findBox(boxes, 'moov');
  assert.equal(moov.children.filter(({ type }) => type === 'pssh').length, 3);
});

Deno.test('the common pssh is the one of W3C, PlayReady gets the id as a GUID', () => {
  const [common, widevine, playReady] = psshBoxes(keyId).map(toHex);
  assert.equal(
    common,
    '00000034' + '70737368' + '01000000' + '1077efecc0b24d02ace33c1e52e2fb4b' + '00000001' + toHex(keyId) +
      '00000000',
  );
  assert.ok(widevine!.endsWith('00000014' + '08011210' + toHex(keyId)));
  const xml = new TextDecoder('utf-16le').decode(psshBoxes(keyId)[2]!.subarray(32 + 10));
  const value = /KID VALUE="([^"]+)"/.exec(xml)![1]!;
  assert.equal(
    toHex(Uint8Array.from(atob(value), (c) => c.charCodeAt(0))),
    '33221100554477668899aabbccddeeff',
  );
  assert.ok(playReady!.includes('9a04f07998404286ab92e65be0885f95'));
});
