/** Slice headers as our reader and as ffmpeg's trace_headers see them. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { SliceReader } from './slice-header.ts';

/** What changes the headers: weights, B pyramids, CAVLC, fields, many slices, re-ordered references. */
const STREAMS: Record<string, string[]> = {
  'weights and a pyramid of B-frames': ['-bf', '3', '-weightp', '2', '-refs', '4', '-b-pyramid', 'normal'],
  'CAVLC and baseline': ['-profile:v', 'baseline', '-coder', '0'],
  'fields': ['-flags', '+ildct+ilme', '-x264-params', 'interlaced=1:tff=1', '-bf', '2'],
  'many slices, no loop filter': ['-slices', '6', '-x264-params', 'no-deblock=1', '-refs', '3'],
};

for (const [name, options] of Object.entries(STREAMS)) {
  Deno.test(`the header of a slice ends where ffmpeg says that it does: ${name}`, () => {
    const source = ['-f', 'lavfi', '-i', 'testsrc2=s=320x192:r=25:d=0.8,fade=in:0:12'];
    const encoded = ffmpeg([...source, '-c:v', 'libx264', '-threads', '1', ...options, '-f', 'h264', '-']);
    const trace = ffmpeg([
      '-f',
      'h264',
      '-i',
      '-',
      '-c',
      'copy',
      '-bsf:v',
      'trace_headers',
      '-f',
      'null',
      '-',
    ], encoded.stdout);
    const expected = headerBytes(trace.stderr.toString());
    const slices = new SliceReader();
    const got: (number | undefined)[] = [];
    for (const nal of nalsOf(encoded.stdout)) {
      const type = nal[0]! & 31;
      if (type === 7 || type === 8) slices.learn(nal);
      if (type === 1 || type === 5) got.push(withoutInserted(nal, slices.headerBytes(nal)));
    }
    assert.ok(got.length >= 20, `${got.length} slices`);
    assert.deepEqual(got, expected);
  });
}

function ffmpeg(args: string[], input?: Uint8Array) {
  const result = spawnSync('ffmpeg', ['-hide_banner', ...args], { input, maxBuffer: 64 * 1024 * 1024 });
  assert.equal(result.status, 0, result.stderr.toString().slice(-2000));
  return result;
}

/** Bytes of each slice header, its NAL header included, as traced; alignment is not part of it. */
function headerBytes(trace: string): number[] {
  const found: number[] = [];
  let bits: number | undefined;
  const close = () => {
    if (bits !== undefined) found.push(Math.ceil(bits / 8));
    bits = undefined;
  };
  for (const line of trace.split('\n')) {
    const text = line.replace(/^.*\[trace_headers @ \S+\] /, '');
    if (text === 'Slice Header') {
      close();
      bits = 0;
    } else if (bits !== undefined) {
      const field = /^(\d+)\s+(\S+)\s+([01]+) = -?\d+\s*$/.exec(text);
      if (!field) close();
      else if (field[2] !== 'cabac_alignment_one_bit') bits = Number(field[1]) + field[3]!.length;
    }
  }
  close();
  return found;
}

/** NAL units of a byte stream (ITU-T H.264 annex B). */
function nalsOf(stream: Uint8Array): Uint8Array[] {
  const bytes = Buffer.from(stream);
  const starts: number[] = [];
  for (let at = bytes.indexOf('000001', 0, 'hex'); at >= 0; at = bytes.indexOf('000001', at + 3, 'hex')) {
    starts.push(at + 3);
  }
  return starts.map((start, i) =>
    new Uint8Array(bytes.subarray(start, starts[i + 1] === undefined ? undefined : starts[i + 1]! - 3))
  );
}

/** The trace counts without the bytes that emulation prevention inserted. */
function withoutInserted(nal: Uint8Array, bytes: number | undefined): number | undefined {
  if (bytes === undefined) return undefined;
  let inserted = 0;
  for (let i = 3; i < bytes; i++) if (nal[i] === 3 && nal[i - 1] === 0 && nal[i - 2] === 0) inserted++;
  return bytes - inserted;
}
