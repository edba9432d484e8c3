/** One channel: its state and what can be done about it, and its views. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ChannelResource } from '../../../protocol/channel.ts';
import { told } from '../api/client.ts';
import { api } from '../desk.ts';
import { formatSpan } from '../format.ts';
import { live } from '../live/live.ts';
import { asFailure, type Load, useLoad } from '../load.ts';
import { may } from '../me.ts';
import { CHANNEL_VIEWS, channelPath, type ChannelView } from '../route.ts';
import { announce } from '../ui/announce.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { StateBadge } from '../ui/state-badge.tsx';
import { LiveView } from './live-view.tsx';
import { PublishView } from './publish-view.tsx';
import { ReplaysView } from './replays-view.tsx';
import { SettingsView } from './settings-view.tsx';
import { ViewersView } from './viewers-view.tsx';
import { VisitsView } from './visits-view.tsx';

const VIEW_NAMES: Record<ChannelView, string> = {
  live: 'Live',
  viewers: 'Viewers',
  publish: 'Publish',
  visits: 'Visits',
  replays: 'Replays',
  settings: 'Settings',
};

/** What every view gets: the channel with its newest state, and how to put a newer one in its place. */
export interface ViewProps {
  channel: ChannelResource;
  onChange: (channel: ChannelResource) => void;
}

export function ChannelPage({ name, view }: { name: string; view: ChannelView }) {
  const load = useLoad(name, async (signal) => {
    return (await told(api.channels[':name'].$get({ param: { name } }, { init: { signal } }))).channel;
  }, live.openings.value);
  const news = live.book.news.value.get(name);
  useEffect(() => {
    live.watch(name);
    return () => live.watch(null);
  }, [name]);
  // A broadcast that began or ended changes more than the news tell.
  useEffect(() => {
    if (load.value && news && news.state !== load.value.state) load.again();
  }, [news?.state]);
  return (
    <>
      <p class='small'>
        <a href='/admin'>Channels</a>
      </p>
      <Loaded of={load}>
        {(loaded) => {
          const channel = news ? { ...loaded, state: news.state, reason: news.reason } : loaded;
          return (
            <>
              <Head channel={channel} load={load} />
              <nav class='views' aria-label='Views of this channel'>
                {CHANNEL_VIEWS.map((one) => (
                  <a key={one} href={channelPath(name, one)} aria-current={one === view ? 'page' : undefined}>
                    {VIEW_NAMES[one]}
                  </a>
                ))}
              </nav>
              <View view={view} channel={channel} onChange={load.set} />
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function View({ view, ...props }: ViewProps & { view: ChannelView }) {
  switch (view) {
    case 'live':
      return <LiveView {...props} />;
    case 'viewers':
      return <ViewersView {...props} />;
    case 'publish':
      return <PublishView {...props} />;
    case 'visits':
      return <VisitsView {...props} />;
    case 'replays':
      return <ReplaysView {...props} />;
    case 'settings':
      return <SettingsView {...props} />;
  }
}

function Head({ channel, load }: { channel: ChannelResource; load: Load<ChannelResource> }) {
  const asking = useSignal(false);
  const { name, title, state, reason, broadcast } = channel;
  const act = async (what: 'start' | 'stop') => {
    load.set((await told(api.channels[':name'][what].$post({ param: { name } }))).channel);
    announce(what === 'stop' ? `${title} is stopped` : `${title} may be published again`);
  };
  const since = broadcast && state === 'live'
    ? ` for ${formatSpan(Date.now() - Date.parse(broadcast.startedAt))}`
    : '';
  return (
    <PageHead
      title={title}
      below={
        <span class='row'>
          <span role='status' class='row close'>
            <StateBadge state={state} />
            {since}
          </span>
          {state !== 'live' && reason && <span>{reason}</span>}
        </span>
      }
    >
      <a class='button' href={`/watch/${name}`} target='_blank' rel='noopener'>Watch page</a>
      {may('operator') && (state === 'stopped'
        ? (
          <button
            type='button'
            class='button first'
            onClick={() => void act('start').catch((error) => announce(asFailure(error).message))}
          >
            Start
          </button>
        )
        : <button type='button' class='button danger' onClick={() => asking.value = true}>Stop</button>)}
      {asking.value && (
        <Confirm
          title={`Stop ${title}?`}
          act='Stop channel'
          onClose={() => asking.value = false}
          onConfirm={() => act('stop')}
        >
          <p>
            {state === 'live' ? 'The broadcast ends for everybody who watches. ' : ''}
            Nobody can publish to it until you start it again.
          </p>
        </Confirm>
      )}
    </PageHead>
  );
}
