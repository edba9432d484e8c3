/** The test broadcast of `deno task start`: about 512 kbps of test picture and tone, pushed like any encoder would. */

/** ffmpeg's arguments for a 640x360 broadcast to this RTMP address. */
export function demoArguments(publishUrl: string): string[] {
  return [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin'],
    ...['-re', '-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=25'],
    ...['-re', '-f', 'lavfi', '-i', 'sine=frequency=220:beep_factor=4:sample_rate=48000'],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p'],
    ...[
      '-b:v',
      '440k',
      '-maxrate',
      '440k',
      '-bufsize',
      '440k',
      '-g',
      '50',
      '-keyint_min',
      '50',
      '-sc_threshold',
      '0',
    ],
    ...['-c:a', 'aac', '-b:a', '64k', '-ac', '2', '-f', 'flv', publishUrl],
  ];
}
