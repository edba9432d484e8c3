/** A broadcast of the test feed that is recorded, for tests of what becomes of recordings. */
import type { RecordingResource, Replay } from '../../protocol/replay.ts';
import { startFeed } from '../feed.ts';
import { until } from '../until.ts';

type Api = (method: string, path: string, body?: unknown) => Promise<Record<string, unknown>>;

/** The newest recording of the channel `demo`. */
export async function recordingOf(api: Api): Promise<RecordingResource | undefined> {
  return ((await api('GET', '/channels/demo/recordings')).items as RecordingResource[])[0];
}

/** Publishes and records for so many seconds; answers the replay. */
export async function record(api: Api, output: string, seconds: number): Promise<Replay> {
  const feed = startFeed({ output: ['-f', 'flv', output] });
  try {
    const began = await until('it is being recorded', async () => {
      const recording = await recordingOf(api);
      return recording?.state === 'recording' && Date.parse(recording.startedAt);
    }, { withinMs: 90_000 });
    await until('enough of it', async () => Date.now() > began + seconds * 1000, { withinMs: 90_000 });
    await feed.stop();
    return await until('the replay', async () => (await recordingOf(api))?.replay, { withinMs: 90_000 });
  } finally {
    feed.kill();
    await feed.ended;
  }
}
