import assert from 'node:assert/strict';
import type { Broadcast } from '../../protocol/broadcast.ts';
import { packIndex } from '../../protocol/piece-index.ts';
import { type PieceRecord, RecordFlag } from '../../protocol/record.ts';
import { Shelf } from '../peer/shelf.ts';
import { HlsShelf, HOLE_WAIT_MS, type SlotSource } from './hls-shelf.ts';

const NOW_MS = 1_800_000_000_000;
const SEQUENCE = NOW_MS / 2000;

/** Adds slot after slot, one every two seconds, piece by piece; looks five times a second. Answers the time of the last look. */
function run(shelf: HlsShelf, source: Source, [from, until]: [number, number], tracks: number[]): void {
  for (let n = from; n <= until; n++) {
    for (let ms = 0; ms < 2000; ms += 200) {
      if (ms % 1000 === 0) source.slot(n, { only: tracks, pieces: [ms / 1000] });
      shelf.update(source, NOW_MS + n * 2000 + ms);
    }
  }
}

/** A viewer's shelf with one video and one audio track, filled by hand. */
class Source implements SlotSource {
  broadcast: Broadcast;
  tracks = [0, 1];
  #shelf = new Shelf(30_000);

  constructor(id = 'ab'.repeat(16)) {
    const track = { timescale: 48_000, bitrateKbps: 500, substreams: 4, sliceMs: 1000 };
    this.broadcast = {
      id,
      infoHash: 'cd'.repeat(20),
      publicKey: 'A'.repeat(43),
      epochMs: NOW_MS,
      tracks: [
        { ...track, track: 0, kind: 'video', codec: 'avc1.64001f' },
        { ...track, track: 1, kind: 'audio', codec: 'mp4a.40.2' },
      ],
    };
    for (const one of this.tracks) this.#put(one, 0, 255, RecordFlag.init);
  }

  segments = (track: number) => this.#shelf.segments(track);
  segment = (track: number, segment: number) => this.#shelf.segment(track, segment);
  pieces = (track: number, segment: number) => this.#shelf.pieces(track, segment);
  init = (track: number, initSegment: number) => this.#shelf.init(track, initSegment);

  /** Two pieces of a second each in both tracks. `without`: what does not come, as `track-piece`; `only`: of which tracks anything does. */
  slot(segment: number, { flags = 0, without = '', only = this.tracks, pieces = [0, 1] } = {}): this {
    for (const track of only) {
      for (const piece of pieces) {
        const last = piece === 1 ? RecordFlag.lastOfSegment : 0;
        if (`${track}-${piece}` !== without) {
          this.#put(track, segment, piece, (piece === 0 ? flags : flags & RecordFlag.encrypted) | last);
        }
      }
    }
    return this;
  }

  #put(track: number, segment: number, piece: number, flags: number): void {
    const record: PieceRecord = {
      index: packIndex(segment, track, piece),
      byteLength: 3,
      decodeTimeUs: piece === 255 ? 0 : segment * 2_000_000 + piece * 1_000_000,
      durationUs: piece === 255 ? 0 : 1_000_000,
      flags,
      initSegment: 0,
      hash: new Uint8Array(32),
    };
    this.#shelf.add({ record, bytes: Uint8Array.of(segment & 255, track, piece) });
  }
}

function linesOf(shelf: HlsShelf, track = 0): string[] {
  return shelf.playlist(track)?.split('\n') ?? [];
}

function uris(shelf: HlsShelf, track = 0): string[] {
  return linesOf(shelf, track).filter((line) => line.endsWith('.m4s'));
}

Deno.test('slots are listed once every track has them whole, from two slots on', () => {
  const shelf = new HlsShelf(20);
  const source = new Source().slot(5);
  shelf.update(source, NOW_MS);
  assert.deepEqual([shelf.isReady, shelf.main([0, 1]), shelf.playlist(0)], [false, undefined, undefined]);
  shelf.update(source.slot(6).slot(7, { without: '1-1' }), NOW_MS);
  assert.deepEqual(uris(shelf), [`0/${SEQUENCE}.m4s`, `0/${SEQUENCE + 1}.m4s`]);
  assert.ok(linesOf(shelf).includes(`#EXT-X-MEDIA-SEQUENCE:${SEQUENCE}`));
  assert.match(shelf.main([0, 1])!, /CODECS="avc1.64001f,mp4a.40.2"[^\n]*\n0\.m3u8/);
  assert.deepEqual(shelf.segment(1, SEQUENCE + 1)!.map((part) => [...part]), [[6, 1, 0], [6, 1, 1]]);
  const map = linesOf(shelf).find((line) => line.startsWith('#EXT-X-MAP'))!;
  assert.deepEqual([...shelf.init(0, /0\/(.*)\.init/.exec(map)![1]!)!], [0, 0, 255]);
});

Deno.test('a slot that stays broken is waited for, then passed by with a break in all tracks', () => {
  const shelf = new HlsShelf(20);
  const source = new Source().slot(1).slot(2).slot(3, { without: '0-1' }).slot(4).slot(5);
  shelf.update(source, NOW_MS);
  shelf.update(source, NOW_MS + HOLE_WAIT_MS - 1);
  assert.equal(uris(shelf).length, 2);
  shelf.update(source, NOW_MS + HOLE_WAIT_MS);
  assert.deepEqual([uris(shelf).length, shelf.skipped], [4, 1]);
  for (const track of [0, 1]) {
    const lines = linesOf(shelf, track);
    const breakAt = lines.indexOf('#EXT-X-DISCONTINUITY');
    assert.equal(lines.slice(0, breakAt).filter((line) => line.endsWith('.m4s')).length, 2);
    assert.equal(lines.filter((line) => line === '#EXT-X-DISCONTINUITY').length, 1);
  }
});

Deno.test('a hole that is filled in time breaks nothing', () => {
  const shelf = new HlsShelf(20);
  const source = new Source().slot(1).slot(2).slot(3, { without: '0-1' }).slot(4);
  shelf.update(source, NOW_MS);
  shelf.update(source.slot(3), NOW_MS + 1000);
  assert.equal(uris(shelf).length, 4);
  assert.ok(!linesOf(shelf).includes('#EXT-X-DISCONTINUITY'));
});

Deno.test('after a hole it goes on with a segment that can be decoded by itself', () => {
  const shelf = new HlsShelf(20);
  const source = new Source().slot(1).slot(2).slot(3, { without: '0-0' })
    .slot(4, { flags: RecordFlag.dependent }).slot(5);
  shelf.update(source, NOW_MS);
  for (const later of [1, 2, 3]) shelf.update(source, NOW_MS + later * HOLE_WAIT_MS);
  assert.deepEqual([uris(shelf).length, shelf.skipped], [3, 2]);
});

Deno.test('an encoder that came back and a new broadcast break the timeline, and the sequence goes on', () => {
  const shelf = new HlsShelf(60);
  shelf.update(new Source().slot(1).slot(2).slot(9, { flags: RecordFlag.discontinuity }), NOW_MS);
  shelf.update(new Source('ef'.repeat(16)).slot(0).slot(1), NOW_MS + 60_000);
  const lines = linesOf(shelf);
  assert.deepEqual(uris(shelf), [0, 1, 2, 3, 4].map((n) => `0/${SEQUENCE + n}.m4s`));
  assert.equal(lines.filter((line) => line === '#EXT-X-DISCONTINUITY').length, 2);
  assert.equal(lines.filter((line) => line.startsWith('#EXT-X-MAP')).length, 2);
});

Deno.test('what left the playlist is served a while longer and then forgotten', () => {
  const shelf = new HlsShelf(6);
  const source = new Source();
  for (let n = 1; n <= 30; n++) {
    shelf.update(source.slot(n, n === 1 ? { flags: RecordFlag.discontinuity } : {}), NOW_MS);
  }
  assert.deepEqual(uris(shelf), [27, 28, 29].map((n) => `0/${SEQUENCE + n}.m4s`));
  assert.ok(shelf.segment(0, SEQUENCE + 24));
  assert.equal(shelf.segment(0, SEQUENCE + 10), undefined);
});

Deno.test('the discontinuity sequence counts the breaks that left the playlist', () => {
  const shelf = new HlsShelf(6);
  const source = new Source();
  for (let n = 1; n <= 12; n++) {
    shelf.update(source.slot(n, n === 4 ? { flags: RecordFlag.discontinuity } : {}), NOW_MS);
  }
  assert.ok(linesOf(shelf).includes('#EXT-X-DISCONTINUITY-SEQUENCE:1'));
});

Deno.test('encrypted media is told apart', () => {
  const shelf = new HlsShelf(20);
  shelf.update(new Source().slot(1, { flags: RecordFlag.encrypted }), NOW_MS);
  assert.equal(shelf.isEncrypted, true);
});

Deno.test('an encoder that comes back without sound is served on with silence, and with sound once it is back', () => {
  const shelf = new HlsShelf(6);
  const source = new Source();
  run(shelf, source, [1, 3], [0, 1]);
  run(shelf, source, [4, 20], [0]);
  assert.equal(shelf.skipped, 0);
  // The newest slot is listed, and who tunes in now hears the sound that comes later.
  assert.equal(uris(shelf, 0).at(-1), `0/${SEQUENCE + 20}.m4s`);
  assert.match(shelf.main([0, 1])!, /CODECS="avc1.64001f,mp4a.40.2"/);
  const lines = linesOf(shelf, 1);
  assert.deepEqual(uris(shelf, 1), uris(shelf, 0).map((uri) => uri.replace('0/', '1/')));
  assert.ok(!lines.includes('#EXT-X-GAP') && !lines.includes('#EXT-X-DISCONTINUITY'));
  const map = lines.find((line) => line.startsWith('#EXT-X-MAP'))!;
  assert.ok(shelf.init(1, /1\/(.*)\.init/.exec(map)![1]!));
  assert.equal(String.fromCharCode(...shelf.segment(1, SEQUENCE + 19)![0]!.subarray(4, 8)), 'moof');

  run(shelf, source, [21, 23], [0, 1]);
  assert.deepEqual([...shelf.segment(1, SEQUENCE + 22)![0]!], [22, 1, 0]);
  assert.deepEqual(uris(shelf, 1), uris(shelf, 0).map((uri) => uri.replace('0/', '1/')));
});

Deno.test('an encoder that comes back without picture is served on with gaps, and with it once it is back', () => {
  const shelf = new HlsShelf(60);
  const source = new Source();
  run(shelf, source, [1, 3], [0, 1]);
  run(shelf, source, [4, 8], [1]);
  assert.ok(uris(shelf, 1).length >= 7, `${uris(shelf, 1).length} slots are listed`);
  assert.equal(shelf.skipped, 0);
  run(shelf, source, [9, 11], [0, 1]);
  for (const track of [0, 1]) assert.equal(uris(shelf, track).at(-1), `${track}/${SEQUENCE + 11}.m4s`);
  const gaps = (track: number) => linesOf(shelf, track).filter((line) => line === '#EXT-X-GAP').length;
  assert.deepEqual([gaps(0), gaps(1)], [5, 0]);
  assert.equal(shelf.segment(0, SEQUENCE + 5), undefined);
  assert.ok(shelf.segment(0, SEQUENCE + 9));
});

Deno.test('an outage of all tracks is no silence of one: what comes late is waited for', () => {
  const shelf = new HlsShelf(20);
  const source = new Source();
  run(shelf, source, [1, 3], [0, 1]);
  run(shelf, source, [4, 7], []);
  source.slot(8, { only: [0] });
  shelf.update(source, NOW_MS + 16_000);
  shelf.update(source, NOW_MS + 17_000);
  assert.equal(uris(shelf).length, 3);
  shelf.update(source.slot(8), NOW_MS + 17_200);
  assert.deepEqual(uris(shelf, 1), uris(shelf, 0).map((uri) => uri.replace('0/', '1/')));
});
