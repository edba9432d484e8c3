/**
 * Sound in which nothing is heard, for an encoder that came back without: players of plain HLS wait for a track that
 * their main playlist names, picture or not. A CMAF fragment (ISO/IEC 14496-12 section 8.8) of empty AAC frames.
 */
import type { Track } from './broadcast.ts';

/** One raw AAC-LC frame (ISO/IEC 14496-3 section 4.4.2.1) with no spectral data, by the number of channels. */
const EMPTY_FRAMES: Record<number, number[]> = {
  1: [0x01, 0x18, 0x20, 0x07],
  2: [0x21, 0x10, 0x04, 0x60, 0x8c, 0x1c],
};
const FRAME_LENGTH = 1024;
/** Bytes before the first frame. */
const HEAD = 104;

export interface SilentSound {
  durationUs: number;
  bytes: Uint8Array<ArrayBuffer>;
}

/** What of a track tells its silence. */
type Sound = Pick<Track, 'codec' | 'timescale' | 'channels'>;

/** Covers [startUs, endUs), a frame more at most. Undefined where the track is no AAC-LC with one or two channels. */
export function silentSound(track: Sound, startUs: number, endUs: number): SilentSound | undefined {
  const frames = Math.ceil((endUs - startUs) * track.timescale / (FRAME_LENGTH * 1e6));
  return fragment(track, Math.round(startUs * track.timescale / 1e6), frames);
}

/**
 * The frames that begin within [startUs, endUs), of a track whose frames have begun at every FRAME_LENGTH units since
 * time zero: what is made for one span, whoever makes it and whenever, joins what is made for the next.
 */
export function silentSoundOnGrid(
  track: Sound,
  startUs: number,
  endUs: number,
): SilentSound & { startUs: number } | undefined {
  const [first, end] = [startUs, endUs].map((us) => Math.ceil(us * track.timescale / (FRAME_LENGTH * 1e6)));
  const sound = fragment(track, first! * FRAME_LENGTH, end! - first!);
  return sound && { ...sound, startUs: Math.round(first! * FRAME_LENGTH * 1e6 / track.timescale) };
}

function fragment(
  { codec, timescale, channels = 2 }: Sound,
  decodeTime: number,
  frames: number,
): SilentSound | undefined {
  const frame = codec === 'mp4a.40.2' ? EMPTY_FRAMES[channels] : undefined;
  if (!frame || frames <= 0) return undefined;
  const bytes = new Uint8Array(HEAD + frames * frame.length);
  bytes.set(head(frames, frame.length, decodeTime));
  for (let at = HEAD; at < bytes.length; at += frame.length) bytes.set(frame, at);
  return { bytes, durationUs: Math.round(frames * FRAME_LENGTH * 1e6 / timescale) };
}

/** moof with one run of frames that are all alike, and the beginning of mdat. The track is always number 1. */
function head(frames: number, frameBytes: number, decodeTime: number): Uint8Array {
  const words: (number | string)[] = [
    ...[96, 'moof'],
    ...[16, 'mfhd', 0, 1],
    ...[72, 'traf'],
    // The data counts from the moof; duration and size of every frame.
    ...[24, 'tfhd', 0x02_0018, 1, FRAME_LENGTH, frameBytes],
    ...[20, 'tfdt', 0x0100_0000, Math.floor(decodeTime / 2 ** 32), decodeTime % 2 ** 32],
    ...[20, 'trun', 1, frames, HEAD],
    ...[8 + frames * frameBytes, 'mdat'],
  ];
  const bytes = new Uint8Array(HEAD);
  const view = new DataView(bytes.buffer);
  words.forEach((word, i) => {
    if (typeof word === 'number') view.setUint32(4 * i, word);
    else bytes.set(new TextEncoder().encode(word), 4 * i);
  });
  return bytes;
}
