/**
 * Init segments of single-track CMAF (ISO/IEC 23000-19): ftyp and moov. The track id is always 1, since some tools
 * fail on a lone track with another.
 */
import type { AacConfig } from './aac.ts';
import type { AvcConfig } from './avc.ts';
import { ascii, box, fullBox, u16, u32, u8, zeros } from './box.ts';
import { psshBoxes } from './cenc/pssh.ts';
import { type InitProtection, sinf } from './cenc/sinf.ts';

export const TRACK_ID = 1;
/** Units a second of every video track. */
export const VIDEO_TIMESCALE = 90_000;
/** `sample_flags` of a sample that depends on no other (ISO/IEC 14496-12 section 8.8.3.1). */
export const SYNC_SAMPLE_FLAGS = 0x0200_0000;
/** `sample_flags` of a sample that depends on others and is no sync sample. */
export const DELTA_SAMPLE_FLAGS = 0x0101_0000;
const IDENTITY_MATRIX = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000);
const LANGUAGE_UNDETERMINED = 0x55c4;

/** `protection`: how the samples are encrypted, if they are. */
export function videoInit(config: AvcConfig, protection?: InitProtection): Uint8Array<ArrayBuffer> {
  const entry = box(
    protection ? 'encv' : 'avc1',
    zeros(6),
    u16(1),
    zeros(16),
    u16(config.width, config.height),
    u32(0x48_0000, 0x48_0000, 0),
    u16(1),
    zeros(32),
    u16(24, 0xffff),
    box('avcC', config.avcC),
    ...(protection ? [sinf('avc1', protection)] : []),
  );
  return initSegment({
    timescale: VIDEO_TIMESCALE,
    handler: 'vide',
    header: fullBox('vmhd', 0, 1, zeros(8)),
    entry,
    width: config.width,
    height: config.height,
    volume: 0,
    defaults: [0, DELTA_SAMPLE_FLAGS],
    protection,
  });
}

/** `protection`: how the samples are encrypted, if they are. */
export function audioInit(config: AacConfig, protection?: InitProtection): Uint8Array<ArrayBuffer> {
  const entry = box(
    protection ? 'enca' : 'mp4a',
    zeros(6),
    u16(1),
    zeros(8),
    u16(config.channels, 16, 0, 0),
    u32(config.sampleRate < 65536 ? config.sampleRate * 65536 : 0),
    fullBox('esds', 0, 0, elementaryStream(config.specific)),
    ...(protection ? [sinf('mp4a', protection)] : []),
  );
  return initSegment({
    timescale: config.sampleRate,
    handler: 'soun',
    header: fullBox('smhd', 0, 0, zeros(4)),
    entry,
    width: 0,
    height: 0,
    volume: 0x0100,
    defaults: [config.frameLength, SYNC_SAMPLE_FLAGS],
    protection,
  });
}

interface TrackParts {
  timescale: number;
  handler: 'vide' | 'soun';
  header: Uint8Array;
  entry: Uint8Array;
  width: number;
  height: number;
  volume: number;
  /** default_sample_duration and default_sample_flags. */
  defaults: [number, number];
  protection: InitProtection | undefined;
}

function initSegment(track: TrackParts): Uint8Array<ArrayBuffer> {
  const ftyp = box('ftyp', ascii('iso6'), u32(0), ascii('iso6cmfcmp41'));
  const moov = box(
    'moov',
    fullBox(
      'mvhd',
      0,
      0,
      u32(0, 0, 1000, 0, 0x10000),
      u16(0x0100),
      zeros(10),
      IDENTITY_MATRIX,
      zeros(24),
      u32(2),
    ),
    box('trak', trackHeader(track), box('mdia', ...media(track))),
    box('mvex', fullBox('trex', 0, 0, u32(TRACK_ID, 1, track.defaults[0], 0, track.defaults[1]))),
    ...(track.protection ? psshBoxes(track.protection.keyId) : []),
  );
  const init = new Uint8Array(ftyp.length + moov.length);
  init.set(ftyp);
  init.set(moov, ftyp.length);
  return init;
}

function trackHeader({ width, height, volume }: TrackParts): Uint8Array {
  return fullBox(
    'tkhd',
    0,
    3,
    u32(0, 0, TRACK_ID, 0, 0),
    zeros(8),
    u16(0, 0, volume, 0),
    IDENTITY_MATRIX,
    u32(width * 65536, height * 65536),
  );
}

function media({ timescale, handler, header, entry }: TrackParts): Uint8Array[] {
  const none = u32(0);
  const samples = box(
    'stbl',
    fullBox('stsd', 0, 0, u32(1), entry),
    fullBox('stts', 0, 0, none),
    fullBox('stsc', 0, 0, none),
    fullBox('stsz', 0, 0, u32(0, 0)),
    fullBox('stco', 0, 0, none),
  );
  const self = box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1)));
  return [
    fullBox('mdhd', 0, 0, u32(0, 0, timescale, 0), u16(LANGUAGE_UNDETERMINED, 0)),
    fullBox('hdlr', 0, 0, u32(0), ascii(handler), zeros(12), u8(0)),
    box('minf', header, self, samples),
  ];
}

/** ES_Descriptor (ISO/IEC 14496-1 section 7.2.6.5) around an AudioSpecificConfig. */
function elementaryStream(specific: Uint8Array): Uint8Array {
  const specificInfo = descriptor(5, specific);
  const decoder = descriptor(4, u8(0x40, 0x15, 0, 0, 0), u32(0, 0), specificInfo);
  return descriptor(3, u16(0), u8(0), decoder, descriptor(6, u8(2)));
}

function descriptor(tag: number, ...parts: Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length > 127) throw new RangeError(`esds.descriptor must be at most 127 bytes, got ${length}`);
  const bytes = new Uint8Array(2 + length);
  bytes.set([tag, length]);
  let at = 2;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
