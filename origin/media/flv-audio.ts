/** FLV audio tags (Adobe FLV 10.1 section E.4.2.1; Enhanced RTMP v2 for the `mp4a` fourCC). */
import { UnsupportedMedia } from '../rtmp/seam.ts';

export type FlvAudio =
  /** The AudioSpecificConfig. */
  | { kind: 'config'; bytes: Uint8Array }
  /** One raw AAC frame. */
  | { kind: 'frame'; bytes: Uint8Array }
  | { kind: 'nothing' };

const FORMAT_NAMES: Record<number, string> = {
  0: 'PCM',
  1: 'ADPCM',
  2: 'MP3',
  3: 'PCM',
  4: 'Nellymoser',
  5: 'Nellymoser',
  6: 'Nellymoser',
  7: 'G.711 A-law',
  8: 'G.711 mu-law',
  11: 'Speex',
  13: 'Opus',
  14: 'MP3 (8 kHz)',
};
const FOURCC_NAMES: Record<string, string> = {
  Opus: 'Opus',
  'ac-3': 'AC-3',
  'ec-3': 'E-AC-3',
  fLaC: 'FLAC',
  '.mp3': 'MP3',
};
const NOTHING = { kind: 'nothing' } as const;

/** Reads the body of an audio tag. Throws UnsupportedMedia for another codec than AAC; a stump is nothing. */
export function parseFlvAudio(body: Uint8Array): FlvAudio {
  const first = body[0];
  if (first === undefined) return NOTHING;
  const format = first >> 4;
  if (format === 9) return parseEnhanced(first & 15, body);
  if (format !== 10) throw unsupported(FORMAT_NAMES[format] ?? `number ${format}`);
  return payload(body[1], body.subarray(2));
}

function parseEnhanced(packetType: number, body: Uint8Array): FlvAudio {
  if (packetType > 2) return NOTHING;
  if (body.length < 5) return NOTHING;
  const fourCC = String.fromCharCode(...body.subarray(1, 5));
  if (fourCC !== 'mp4a') throw unsupported(FOURCC_NAMES[fourCC] ?? fourCC.replace(/[^\x20-\x7e]/g, '?'));
  return payload(packetType, body.subarray(5));
}

function payload(type: number | undefined, bytes: Uint8Array): FlvAudio {
  if (bytes.length === 0) return NOTHING;
  if (type === 0) return { kind: 'config', bytes };
  return type === 1 ? { kind: 'frame', bytes } : NOTHING;
}

function unsupported(name: string): UnsupportedMedia {
  return new UnsupportedMedia(`audio codec ${name} is not supported: send AAC`);
}
