import assert from 'node:assert/strict';
import {
  joinMediaPath,
  parseHeld,
  parseTracks,
  pieceMediaPath,
  runMediaPath,
  seedMediaPath,
  seedPathFrom,
} from './media.ts';
import { packIndex } from './piece-index.ts';

const base = '/media/demo/00112233445566778899aabbccddeeff';

Deno.test('media paths stand below the media path of the join answer', () => {
  assert.equal(joinMediaPath(base, [0, 1]), `${base}/join?tracks=0,1`);
  assert.equal(pieceMediaPath(base, packIndex(0xfffff, 1, 3)), `${base}/piece/fffff103`);
  assert.equal(runMediaPath(base, [1, 0], 77), `${base}/run/0,1/77`);
  assert.equal(seedMediaPath(base, '-SH0001-abcdefghijkl'), `${base}/seed?peer=-SH0001-abcdefghijkl`);
});

Deno.test('asking for a run names its tracks in one order only, so that caches hold one copy', () => {
  assert.equal(runMediaPath(base, [2, 0, 1], 5), runMediaPath(base, [0, 1, 2], 5));
});

Deno.test('a list of tracks reads back, and anything else is refused', () => {
  assert.deepEqual(parseTracks('0'), [0]);
  assert.deepEqual(parseTracks('0,1,15'), [0, 1, 15]);
  for (
    const bad of [
      '',
      '1,0',
      '0,0',
      '16',
      '0,',
      ',0',
      'a',
      '0 ,1',
      '-1',
      '1e1',
      '0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16',
    ]
  ) {
    assert.equal(parseTracks(bad), undefined, bad);
  }
});

Deno.test('a seed says what it holds, and the edge reads it', () => {
  const path = seedMediaPath('/media/demo/b', '-SH0001-abcdefghijkl');
  assert.equal(seedPathFrom(path, []), path);
  const held = [packIndex(5, 0, 3), packIndex(1_000_000, 1, 7)];
  const given = new URL(seedPathFrom(path, held), 'http://edge').searchParams.get('held')!;
  assert.deepEqual(parseHeld(given), held);
});

Deno.test('what is no list of at most 128 indexes is refused', () => {
  for (const bad of ['', '5', '00005003,', '00005003 00005004', new Array(129).fill('00005003').join(',')]) {
    assert.equal(parseHeld(bad), undefined, bad);
  }
});
