import assert from 'node:assert/strict';
import { concatBytes } from '../../protocol/bytes.ts';
import { encodeAmf0 } from './amf0.ts';
import { MessageType } from './message.ts';
import { Publication } from './publication.ts';
import type { FlvTag } from './seam.ts';
import { UnsupportedMedia } from './seam.ts';

function accepted(onTag: (tag: FlvTag) => void = () => {}) {
  const publication = new Publication('live', 'demo');
  const tags: FlvTag[] = [];
  const ends: [string, boolean][] = [];
  publication.accept({
    tag(tag) {
      tags.push(tag);
      onTag(tag);
    },
    ended: (reason, polite) => void ends.push([reason, polite]),
  });
  return { publication, tags, ends };
}

const message = (type: number, payload: Uint8Array, timestamp = 0) => ({
  type,
  streamId: 1,
  timestamp,
  payload,
});
const metadata = encodeAmf0('onMetaData', { width: 320 });

Deno.test('audio and video share one clock', () => {
  const { publication, tags } = accepted();
  assert.ok(publication.media(message(MessageType.Video, new Uint8Array([1]), 0xffffffff)));
  assert.ok(publication.media(message(MessageType.Audio, new Uint8Array([2]), 9)));
  assert.deepEqual(tags, [
    { type: 'video', timestampMs: 0xffffffff, body: new Uint8Array([1]) },
    { type: 'audio', timestampMs: 2 ** 32 + 9, body: new Uint8Array([2]) },
  ]);
});

Deno.test('metadata comes decoded and without @setDataFrame, in AMF0 and behind the byte of AMF3', () => {
  const { publication, tags } = accepted();
  const framed = concatBytes(encodeAmf0('@setDataFrame'), metadata);
  assert.ok(!publication.media(message(MessageType.DataAmf0, framed)));
  assert.ok(!publication.media(message(MessageType.DataAmf0, metadata)));
  assert.ok(!publication.media(message(MessageType.DataAmf3, concatBytes(new Uint8Array(1), framed))));
  const data = ['onMetaData', Object.assign(Object.create(null), { width: 320 })];
  const tag = { type: 'data', timestampMs: 0, body: metadata, data };
  assert.deepEqual(tags.map((got) => ({ ...got, body: new Uint8Array(got.body) })), [tag, tag, tag]);
});

Deno.test('metadata that cannot be read is left out', () => {
  const { publication, tags } = accepted();
  publication.media(message(MessageType.DataAmf0, new Uint8Array([17, 9, 9])));
  assert.deepEqual(tags, []);
});

Deno.test('an aggregate counts as media when there is media in it, and ends with the publish', () => {
  const part = (type: number) => new Uint8Array([type, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 12]);
  const { publication, tags } = accepted(() => publication.end('enough', false));
  const payload = concatBytes(part(MessageType.Audio), part(MessageType.Video));
  assert.ok(publication.media(message(MessageType.Aggregate, payload)));
  assert.equal(tags.length, 1);
  assert.ok(!new Publication('live', 'x').media(message(MessageType.Aggregate, part(MessageType.Aggregate))));
});

Deno.test('the sink hears of the end once', () => {
  const { publication, ends } = accepted();
  publication.end('first', true);
  publication.end('second', false);
  assert.deepEqual(ends, [['first', true]]);
});

Deno.test('a sink that comes after the end hears of it at once', () => {
  const publication = new Publication('live', 'demo');
  publication.end('gone', false);
  const ends: [string, boolean][] = [];
  publication.accept({ tag() {}, ended: (reason, polite) => void ends.push([reason, polite]) });
  assert.deepEqual(ends, [['gone', false]]);
});

Deno.test('what the sink throws comes out', () => {
  const { publication } = accepted(() => {
    throw new UnsupportedMedia('no H.264');
  });
  assert.throws(() => publication.media(message(MessageType.Video, new Uint8Array(1))), UnsupportedMedia);
});
