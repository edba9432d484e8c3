import assert from 'node:assert/strict';
import { encodeInfo, encodeTorrent, magnetLink } from './torrent.ts';

const INFO = { name: 'a.mp4', length: 5, pieceLength: 4, pieces: new Uint8Array(40).fill(65) };

Deno.test('an info dictionary is bencoded with its keys in order', () => {
  assert.equal(
    new TextDecoder().decode(encodeInfo(INFO)),
    `d6:lengthi5e4:name5:a.mp412:piece lengthi4e6:pieces40:${'A'.repeat(40)}e`,
  );
});

Deno.test('hashes that do not fit the length are refused', () => {
  assert.throws(
    () => encodeInfo({ ...INFO, length: 9 }),
    /info\.pieces must be 60 bytes for 3 pieces, got 40/,
  );
});

Deno.test('a torrent file holds the info as it was hashed, the tracker and the web seed', () => {
  const file = encodeTorrent(encodeInfo(INFO), {
    announce: 'wss://e/a',
    webSeed: 'https://e/f',
    createdAtS: 7,
  });
  assert.equal(
    new TextDecoder().decode(file),
    'd8:announce9:wss://e/a13:announce-listll9:wss://e/aee10:created by5:Shoal13:creation datei7e' +
      `4:infod6:lengthi5e4:name5:a.mp412:piece lengthi4e6:pieces40:${
        'A'.repeat(40)
      }e8:url-listl11:https://e/fee`,
  );
});

Deno.test('a magnet link names hash, tracker, web seed and torrent file', () => {
  const link = magnetLink('ab'.repeat(20), {
    name: 'a b',
    announce: 'wss://e/?x',
    webSeed: 'https://e/f',
    torrentUrl: 't',
  });
  assert.equal(
    link,
    `magnet:?xt=urn:btih:${'ab'.repeat(20)}&dn=a%20b&tr=wss%3A%2F%2Fe%2F%3Fx&ws=https%3A%2F%2Fe%2Ff&xs=t`,
  );
});
