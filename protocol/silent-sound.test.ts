import assert from 'node:assert/strict';
import { audioInit } from '../origin/media/init-segment.ts';
import { parseAacConfig } from '../origin/media/aac.ts';
import { concatBytes } from './bytes.ts';
import { silentSound, silentSoundOnGrid } from './silent-sound.ts';

/** Each AudioSpecificConfig: AAC-LC, 48 or 44.1 kHz, one or two channels. */
const KINDS = [[0x11, 0x88], [0x11, 0x90], [0x12, 0x08], [0x12, 0x10]];

Deno.test('ffmpeg decodes it, from its place on the timeline to the end of the slot, and hears nothing', async () => {
  for (const kind of KINDS) {
    const config = parseAacConfig(Uint8Array.from(kind));
    const { codec, sampleRate, channels } = config;
    const track = { codec, channels, timescale: sampleRate };
    const startUs = 7_200_000_000;
    const sound = silentSound(track, startUs, startUs + 2_000_000)!;
    assert.ok(sound.durationUs >= 2_000_000 && sound.durationUs < 2_024_000, `${sound.durationUs}`);
    const file = await Deno.makeTempFile({ suffix: '.mp4' });
    try {
      await Deno.writeFile(file, concatBytes(audioInit(config), sound.bytes));
      const { stdout, stderr, code } = await new Deno.Command('ffmpeg', {
        args: ['-v', 'info', '-xerror', '-copyts', '-i', file, '-af', 'astats,ashowinfo', '-f', 'null', '-'],
        stdin: 'null',
        signal: AbortSignal.timeout(20_000),
      }).output();
      const log = new TextDecoder().decode(stderr);
      assert.equal(code, 0, log + new TextDecoder().decode(stdout));
      assert.match(log, /pts_time:7200 /);
      assert.match(log, /Peak level dB: -inf/);
      const frames = Math.ceil(2 * sampleRate / 1024);
      assert.match(log, new RegExp(`Number of samples: ${frames * 1024}`));
    } finally {
      await Deno.remove(file);
    }
  }
});

Deno.test('there is none of another codec, of more channels, or of no length', () => {
  const track = { codec: 'mp4a.40.2', channels: 2, timescale: 48_000 };
  assert.equal(silentSound({ ...track, codec: 'mp4a.40.5' }, 0, 1e6), undefined);
  assert.equal(silentSound({ ...track, channels: 6 }, 0, 1e6), undefined);
  assert.equal(silentSound(track, 1e6, 1e6), undefined);
});

Deno.test('what is made on the grid for spans that follow each other joins without a gap and without an overlap', () => {
  for (const timescale of [48_000, 44_100, 22_050]) {
    const track = { codec: 'mp4a.40.2', channels: 1, timescale };
    let startUs = 86_400_123_457;
    let frames = silentSoundOnGrid(track, startUs, startUs + 2e6)!.startUs * timescale / 1024e6;
    for (const lengthUs of [2_000_000, 1_999_999, 2_013_333, 160_000, 9_999_998]) {
      const sound = silentSoundOnGrid(track, startUs, startUs + lengthUs)!;
      const view = new DataView(sound.bytes.buffer);
      const begins = view.getUint32(68) * 2 ** 32 + view.getUint32(72);
      assert.equal(begins, Math.round(frames) * 1024);
      assert.ok(sound.startUs >= startUs && sound.startUs < startUs + 1024e6 / timescale);
      frames = Math.round(frames) + view.getUint32(88);
      startUs += lengthUs;
    }
  }
  const track = { codec: 'mp4a.40.2', channels: 2, timescale: 48_000 };
  assert.equal(silentSoundOnGrid(track, 1, 2), undefined);
  assert.equal(silentSoundOnGrid({ ...track, channels: 6 }, 0, 1e6), undefined);
});
