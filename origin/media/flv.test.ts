import assert from 'node:assert/strict';
import fc from 'fast-check';
import { UnsupportedMedia } from '../rtmp/seam.ts';
import { isWholeAccessUnit, parseFlvVideo } from './flv-video.ts';
import { parseFlvAudio } from './flv-audio.ts';
import { parseMetadata } from './stream-metadata.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);
const fourCC = (text: string) => [...text].map((character) => character.charCodeAt(0));

Deno.test('frames come with their kind and a signed composition time', () => {
  const frame = parseFlvVideo(bytes(0x17, 1, 0xff, 0xff, 0xd8, 9, 9));
  assert.deepEqual(frame, { kind: 'frame', keyframe: true, compositionMs: -40, bytes: bytes(9, 9) });
  const delta = parseFlvVideo(bytes(0x27, 1, 0, 0, 80, 7));
  assert.deepEqual(delta, { kind: 'frame', keyframe: false, compositionMs: 80, bytes: bytes(7) });
  assert.deepEqual(parseFlvVideo(bytes(0x17, 0, 0, 0, 0, 1)), { kind: 'config', bytes: bytes(1) });
  assert.equal(parseFlvVideo(bytes(0x17, 2, 0, 0, 0)).kind, 'nothing');
});

Deno.test('Enhanced RTMP is understood for H.264, with and without a composition time', () => {
  const avc = fourCC('avc1');
  assert.deepEqual(parseFlvVideo(bytes(0x90, ...avc, 1, 2)), { kind: 'config', bytes: bytes(1, 2) });
  assert.deepEqual(parseFlvVideo(bytes(0xa1, ...avc, 0, 0, 40, 5)), {
    kind: 'frame',
    keyframe: false,
    compositionMs: 40,
    bytes: bytes(5),
  });
  assert.deepEqual(parseFlvVideo(bytes(0x93, ...avc, 5)), {
    kind: 'frame',
    keyframe: true,
    compositionMs: 0,
    bytes: bytes(5),
  });
});

Deno.test('other codecs are refused by name', () => {
  const refused = (act: () => unknown, reason: RegExp) =>
    assert.throws(act, (error) => error instanceof UnsupportedMedia && reason.test(error.message));
  refused(
    () => parseFlvVideo(bytes(0x90, ...fourCC('hvc1'), 1)),
    /H\.265 \(HEVC\) is not supported: send H\.264/,
  );
  refused(() => parseFlvVideo(bytes(0x91, ...fourCC('av01'), 1)), /AV1/);
  refused(() => parseFlvVideo(bytes(0x90, 0, 10, 200, 7, 1)), /video codec \?\?\?\? is/);
  refused(() => parseFlvVideo(bytes(0x12, 0)), /Sorenson/);
  refused(() => parseFlvVideo(bytes(0x1c, 0)), /HEVC/);
  refused(() => parseFlvAudio(bytes(0x2f, 1)), /MP3 is not supported: send AAC/);
  refused(() => parseFlvAudio(bytes(0x90, ...fourCC('Opus'))), /Opus/);
});

Deno.test('AAC comes as configuration and frames, enhanced or not', () => {
  assert.deepEqual(parseFlvAudio(bytes(0xaf, 0, 0x11, 0x90)), { kind: 'config', bytes: bytes(0x11, 0x90) });
  assert.deepEqual(parseFlvAudio(bytes(0xaf, 1, 5)), { kind: 'frame', bytes: bytes(5) });
  assert.deepEqual(parseFlvAudio(bytes(0x91, ...fourCC('mp4a'), 5)), { kind: 'frame', bytes: bytes(5) });
  assert.equal(parseFlvAudio(bytes(0xaf)).kind, 'nothing');
});

Deno.test('whatever the bytes, parsing answers or refuses, and never fails otherwise', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (body) => {
    for (const parse of [parseFlvVideo, parseFlvAudio]) {
      try {
        const parsed = parse(body);
        if (parsed.kind !== 'nothing') {
          assert.ok(parsed.bytes.length > 0 && parsed.bytes.length < body.length);
        }
      } catch (error) {
        assert.ok(error instanceof UnsupportedMedia);
      }
    }
    isWholeAccessUnit(body);
  }));
});

Deno.test('an access unit is whole when its NAL unit lengths add up, and only then', () => {
  const unit = fc.uint8Array({ maxLength: 20 }).map((nal) => [0, 0, 0, nal.length, ...nal]);
  fc.assert(fc.property(fc.array(unit, { minLength: 1, maxLength: 5 }), (units) => {
    const whole = Uint8Array.from(units.flat());
    assert.ok(isWholeAccessUnit(whole));
    assert.ok(!isWholeAccessUnit(Uint8Array.from([...whole, 0])));
  }));
  assert.ok(!isWholeAccessUnit(bytes()));
  assert.ok(!isWholeAccessUnit(bytes(0xff, 0xff, 0xff, 0xff, 1)));
});

Deno.test('metadata is read as a claim: what makes no sense is left out', () => {
  const told = { videocodecid: 7, videodatarate: 2500, framerate: 30, audiodatarate: 1e9 };
  assert.deepEqual(parseMetadata(['onMetaData', told]), {
    hasVideo: true,
    hasAudio: false,
    videoKbps: 2500,
    audioKbps: undefined,
    frameRate: 30,
  });
  assert.equal(parseMetadata(['onMetaData', {}])?.hasVideo, undefined);
  assert.equal(parseMetadata(['onMetaData', null]), undefined);
  assert.equal(parseMetadata(['onCuePoint', {}]), undefined);
  assert.equal(parseMetadata(undefined), undefined);
});
