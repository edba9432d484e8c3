/** For tests: FLV made by a real ffmpeg, and read back as the tags that an RTMP server would hand over. */
import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import type { FlvTag } from '../../rtmp/seam.ts';

/** Runs a program to its end; answers what it wrote. Throws with its complaints when it fails. */
export function run(program: string, args: string[], input?: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { timeout: 60_000 });
    const out: Uint8Array[] = [];
    let complaints = '';
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => complaints += chunk);
    child.stdin.on('error', () => {});
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(new Uint8Array(Buffer.concat(out)));
      else reject(new Error(`${program} ended with ${code}: ${complaints}`));
    });
    child.stdin.end(input);
  });
}

export interface EncodeOptions {
  seconds: number;
  /** Arguments of libx264; null: no video. */
  video?: string[] | null;
  /** Arguments of aac; null: no audio. */
  audio?: string[] | null;
  fps?: number;
  size?: string;
  metadata?: boolean;
}

/** Encodes a test picture and a tone. */
export async function encodeFlv(options: EncodeOptions): Promise<FlvTag[]> {
  const { seconds, fps = 30, size = '320x180', metadata = true } = options;
  const video = options.video === undefined ? ['-g', String(2 * fps)] : options.video;
  const audio = options.audio === undefined ? ['-b:a', '64k', '-ar', '48000'] : options.audio;
  const args = ['-hide_banner', '-loglevel', 'error', '-threads', '1'];
  if (video) args.push('-f', 'lavfi', '-i', `testsrc2=s=${size}:r=${fps}:d=${seconds}`);
  if (audio) args.push('-f', 'lavfi', '-i', `sine=440:r=48000:d=${seconds}`);
  if (video) {
    args.push('-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-b:v', '400k', ...video);
  }
  if (audio) args.push('-c:a', 'aac', ...audio);
  const flags = metadata ? 'no_duration_filesize' : 'no_duration_filesize+no_metadata';
  return readFlvFile(await run('ffmpeg', [...args, '-flvflags', flags, '-f', 'flv', '-']));
}

/** Tags of an FLV file; data tags come with the fields that encoders send, read by a small AMF0 reader. */
export function readFlvFile(file: Uint8Array): FlvTag[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const tags: FlvTag[] = [];
  let at = view.getUint32(5) + 4;
  while (at + 11 <= file.length) {
    const size = view.getUint32(at) & 0xffffff;
    const stamp = view.getUint32(at + 4);
    const timestampMs = ((stamp >>> 8) | ((stamp & 255) << 24)) | 0;
    const body = file.slice(at + 11, at + 11 + size);
    const type = ({ 8: 'audio', 9: 'video', 18: 'data' } as const)[view.getUint8(at) & 31];
    if (type) {
      tags.push({ type, timestampMs, body, ...(type === 'data' ? { data: readMetadata(body) } : {}) });
    }
    at += 15 + size;
  }
  return tags;
}

/** `['onMetaData', {…}]` of a tag whose values are numbers, booleans and strings. */
function readMetadata(body: Uint8Array): unknown[] {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const text = (at: number) => new TextDecoder().decode(body.subarray(at + 2, at + 2 + view.getUint16(at)));
  const fields: Record<string, unknown> = {};
  let at = 3 + view.getUint16(1) + 5;
  while (view.getUint16(at) > 0) {
    const name = text(at);
    at += 2 + view.getUint16(at);
    const type = body[at]!;
    at += 1;
    if (type === 0) fields[name] = view.getFloat64(at);
    else if (type === 1) fields[name] = body[at] === 1;
    else fields[name] = text(at);
    at += type === 0 ? 8 : type === 1 ? 1 : 2 + view.getUint16(at);
  }
  return [text(1), fields];
}
