/** AAC: the AudioSpecificConfig (ISO/IEC 14496-3 section 1.6.2.1). */
import { UnsupportedMedia } from '../rtmp/seam.ts';
import { BitReader } from './bit-reader.ts';

export interface AacConfig {
  /** The AudioSpecificConfig as it came, which goes into the esds unchanged. */
  specific: Uint8Array;
  /** RFC 6381, as `mp4a.40.2`. */
  codec: string;
  /** Of the core coder, before SBR doubles it: what samples are counted in. */
  sampleRate: number;
  channels: number;
  /** Samples in one raw frame, at that rate. */
  frameLength: number;
}

const SAMPLE_RATES = [
  96000,
  88200,
  64000,
  48000,
  44100,
  32000,
  24000,
  22050,
  16000,
  12000,
  11025,
  8000,
  7350,
];
const CHANNELS = [0, 1, 2, 3, 4, 5, 6, 8];
const PLAYABLE_OBJECT_TYPES = new Set([2, 5, 29]);

/** Reads the AAC sequence header of an FLV stream. Throws UnsupportedMedia with the reason. */
export function parseAacConfig(specific: Uint8Array): AacConfig {
  try {
    return read(specific);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UnsupportedMedia(`the AAC sequence header cannot be read: ${error.message}`);
  }
}

function read(specific: Uint8Array): AacConfig {
  const bits = new BitReader(specific);
  const objectType = readObjectType(bits);
  const sampleRate = readSampleRate(bits);
  const channels = CHANNELS[bits.read(4)];
  if (!PLAYABLE_OBJECT_TYPES.has(objectType)) {
    throw new UnsupportedMedia(`AAC object type ${objectType} is not supported: use AAC-LC or HE-AAC`);
  }
  if (!channels) throw new UnsupportedMedia('AAC must name its channel layout by number (1 to 7)');
  if (sampleRate === undefined || sampleRate < 1) {
    throw new UnsupportedMedia('AAC must have a sample rate of the table or a given one');
  }
  if (objectType !== 2) {
    readSampleRate(bits);
    readObjectType(bits);
  }
  return {
    specific: specific.slice(),
    codec: `mp4a.40.${objectType}`,
    sampleRate,
    channels,
    frameLength: bits.flag() ? 960 : 1024,
  };
}

function readObjectType(bits: BitReader): number {
  const type = bits.read(5);
  return type === 31 ? 32 + bits.read(6) : type;
}

function readSampleRate(bits: BitReader): number | undefined {
  const at = bits.read(4);
  return at === 15 ? bits.read(24) : SAMPLE_RATES[at];
}
