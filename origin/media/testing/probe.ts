/** For tests: what ffprobe and ffmpeg make of a file that was put together from pieces. */
import { run } from './flv-file.ts';

export interface ProbedPacket {
  ptsMs: number;
  dtsMs: number;
  key: boolean;
}

/** Packets in decode order. Throws when ffprobe complains. */
export async function packetsOf(file: Uint8Array): Promise<ProbedPacket[]> {
  const args = ['-v', 'error', '-show_entries', 'packet=pts_time,dts_time,flags', '-of', 'json', '-'];
  const { packets } = JSON.parse(new TextDecoder().decode(await run('ffprobe', args, file)));
  return packets.map((packet: Record<string, string>) => ({
    ptsMs: Number(packet.pts_time) * 1000,
    dtsMs: Number(packet.dts_time) * 1000,
    key: packet.flags!.startsWith('K'),
  }));
}

/** Frames that decode; throws at the first error of the decoder. */
export async function decodedFrames(file: Uint8Array): Promise<number> {
  const args = [
    '-v',
    'error',
    '-xerror',
    '-err_detect',
    'explode',
    '-i',
    '-',
    '-f',
    'framemd5',
    '-vsync',
    '0',
    '-',
  ];
  const text = new TextDecoder().decode(await run('ffmpeg', args, file));
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
}

/** MD5 of every decoded picture or block of sound, in order. */
export async function frameHashes(file: Uint8Array): Promise<string[]> {
  const args = ['-v', 'error', '-xerror', '-i', '-', '-f', 'framemd5', '-vsync', '0', '-'];
  const text = new TextDecoder().decode(await run('ffmpeg', args, file));
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(',').at(-1)!.trim());
}
