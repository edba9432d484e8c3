/** The recordings of one channel, as a table: pure but for the SQL storage that it is given. */
import type {
  RecordingEnd,
  RecordingResource,
  RecordingStart,
  RecordingState,
  ReplayCard,
} from '../../protocol/replay.ts';
import { replayOf } from '../../protocol/replay.ts';

/** An origin that sent nothing for so long, and no end, is not coming back. */
export const GIVEN_UP_MS = 10 * 60_000;

/** A recording as it is kept. */
export interface Recording extends RecordingStart {
  id: string;
  state: RecordingState;
  reason: string;
  durationMs: number;
  bytes: number;
  heardAtMs: number;
  card?: ReplayCard;
}

export class RecordingBook {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec('CREATE TABLE IF NOT EXISTS recordings (id TEXT PRIMARY KEY, started_ms INTEGER, json TEXT)');
    sql.exec(
      'CREATE TABLE IF NOT EXISTS chunks (recording TEXT, number INTEGER, bytes INTEGER, PRIMARY KEY (recording, number))',
    );
  }

  /** Again by the same origin after a break: nothing changes. */
  start(id: string, start: RecordingStart, nowMs: number): void {
    if (this.get(id)) return;
    this.#put({
      ...start,
      id,
      state: 'recording',
      reason: '',
      durationMs: 0,
      bytes: 0,
      heardAtMs: nowMs,
    });
  }

  /** A chunk lies in the store. False when there is no such recording, or it has ended. */
  arrived(id: string, number: number, bytes: number, nowMs: number): boolean {
    const held = this.get(id);
    if (held?.state !== 'recording') return false;
    this.#sql.exec(
      'INSERT OR REPLACE INTO chunks (recording, number, bytes) VALUES (?, ?, ?)',
      id,
      number,
      bytes,
    );
    const [sum] = this.#sql.exec<{ bytes: number }>(
      'SELECT SUM(bytes) AS bytes FROM chunks WHERE recording = ?',
      id,
    )
      .toArray();
    this.#put({ ...held, bytes: sum!.bytes, heardAtMs: nowMs });
    return true;
  }

  /** Numbers of the chunks in the store, ascending. */
  chunks(id: string): number[] {
    return this.#sql.exec<{ number: number }>(
      'SELECT number FROM chunks WHERE recording = ? ORDER BY number',
      id,
    ).toArray().map(({ number }) => number);
  }

  ready(id: string, end: Pick<RecordingEnd, 'length' | 'durationMs' | 'cutShort'>, card: ReplayCard): void {
    const held = this.get(id);
    if (!held) return;
    const { length: bytes, durationMs, cutShort = '' } = end;
    this.#put({ ...held, state: 'ready', reason: cutShort, bytes, durationMs, card });
  }

  get(id: string): Recording | undefined {
    const [row] = this.#sql.exec<{ json: string }>('SELECT json FROM recordings WHERE id = ?', id).toArray();
    return row && JSON.parse(row.json);
  }

  /** Newest first. */
  list(): Recording[] {
    return this.#sql.exec<{ json: string }>('SELECT json FROM recordings ORDER BY started_ms DESC, id')
      .toArray()
      .map(({ json }) => JSON.parse(json));
  }

  remove(id: string): void {
    this.#sql.exec('DELETE FROM recordings WHERE id = ?', id);
    this.#sql.exec('DELETE FROM chunks WHERE recording = ?', id);
  }

  #put(recording: Recording): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO recordings (id, started_ms, json) VALUES (?, ?, ?)',
      recording.id,
      recording.startedAtMs,
      JSON.stringify(recording),
    );
  }
}

/** As the API shows it. */
export function resourceOf(recording: Recording, channel: string, nowMs: number): RecordingResource {
  const { id, broadcastId, startedAtMs, durationMs, bytes, isEncrypted, heardAtMs, card } = recording;
  const isLeft = recording.state === 'recording' && nowMs - heardAtMs > GIVEN_UP_MS;
  return {
    id,
    channel,
    state: isLeft ? 'incomplete' : recording.state,
    reason: isLeft ? 'the origin went away before it sent the end of the recording' : recording.reason,
    broadcastId,
    startedAt: new Date(startedAtMs).toISOString(),
    durationMs,
    bytes,
    isEncrypted,
    ...(card && { replay: replayOf(card) }),
  };
}
