/** Recordings of a channel, and the replays they became. */
import { useSignal } from '@preact/signals';
import type { RecordingResource, RecordingState } from '../../../protocol/replay.ts';
import { attempt } from '../attempt.ts';
import { told } from '../api/client.ts';
import { api } from '../desk.ts';
import { formatBytes, formatSpan, formatTime } from '../format.ts';
import { live } from '../live/live.ts';
import { may } from '../me.ts';
import { More, usePages } from '../pager.tsx';
import { announce } from '../ui/announce.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Empty, Loaded } from '../ui/loaded.tsx';
import type { ViewProps } from './channel-page.tsx';

const STATES: Record<RecordingState, string> = {
  recording: 'Recording',
  ready: 'Ready',
  incomplete: 'Incomplete',
};

export function ReplaysView({ channel, onChange }: ViewProps) {
  const { name } = channel;
  const one = api.channels[':name'];
  const pages = usePages(
    name,
    (query) => one.recordings.$get({ param: { name }, query }),
    live.book.steps.value,
  );
  const asked = useSignal<RecordingResource | undefined>(undefined);
  const on = channel.settings.record;
  const turn = async () => {
    await attempt(async () => {
      const call = on ? one.recording.$delete : one.recording.$post;
      onChange((await told(call({ param: { name } }))).channel);
      announce(on ? 'Nothing is recorded any more' : 'Broadcasts are recorded from now on');
      pages.again();
    });
  };
  return (
    <section class='stack' aria-label='Replays'>
      <div class='row spread'>
        <p class='quiet'>
          {on ? 'Broadcasts of this channel are recorded.' : 'Broadcasts of this channel are not recorded.'}
          {' '}
          Viewers of a replay carry it, too: each is an ordinary torrent.
        </p>
        {may('operator') && (
          <button type='button' class='button' onClick={() => void turn()}>
            {on ? 'Stop recording' : 'Record broadcasts'}
          </button>
        )}
      </div>
      <Loaded of={pages}>
        {(recordings) =>
          recordings.length === 0 ? <Empty title='Nothing was recorded yet.' /> : (
            <ul class='plain-list'>
              {recordings.map((recording) => (
                <Recording
                  key={recording.id}
                  recording={recording}
                  onDelete={() => asked.value = recording}
                />
              ))}
            </ul>
          )}
      </Loaded>
      <More of={pages} />
      {asked.value && (
        <Confirm
          title='Delete this recording?'
          act='Delete recording'
          onClose={() => asked.value = undefined}
          onConfirm={async () => {
            await one.recordings[':id'].$delete({ param: { name, id: asked.value!.id } });
            announce('The recording is deleted');
            pages.again();
          }}
        >
          <p>Its replay is gone from here. Whoever has downloaded the torrent may go on sharing it.</p>
        </Confirm>
      )}
    </section>
  );
}

function Recording({ recording, onDelete }: { recording: RecordingResource; onDelete: () => void }) {
  const { startedAt, durationMs, bytes, state, reason, replay } = recording;
  const facts = [formatSpan(durationMs), formatBytes(bytes), STATES[state], reason];
  return (
    <li class='row spread'>
      <span>
        <strong>{formatTime(startedAt)}</strong>
        <span class='quiet small block'>{facts.filter(Boolean).join(', ')}</span>
      </span>
      <span class='row'>
        {replay && (
          <>
            <a class='button' href={replay.page} target='_blank' rel='noopener'>Watch</a>
            <a class='button plain' href={replay.torrent} download>Torrent</a>
          </>
        )}
        {state !== 'recording' && may('operator') && (
          <button
            type='button'
            class='button plain'
            aria-label={`Delete the recording of ${formatTime(startedAt)}`}
            onClick={onDelete}
          >
            Delete
          </button>
        )}
      </span>
    </li>
  );
}
